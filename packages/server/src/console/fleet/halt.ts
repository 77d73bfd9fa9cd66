/**
 * The switch that stops new sign-ins on every node until somebody lifts it, for the hour in which codes are being sent
 * around. It stands in the store, so that a node that starts later, or again, keeps to it. Sign-ins that have begun go on.
 */
import { changeEntry, type Login, LoginError, type Store } from 'scanlogin'

export interface Halt {
  /** Refuses to begin sign-ins while it is on; whoever asks is told the reason. */
  guard(login: Login): Login
  /** `undefined` while sign-ins may begin. */
  state(): Halted | undefined
  /** Looks anew; rejects where the store cannot be reached, and what was known before goes on. */
  look(): Promise<void>
  /** `undefined` lifts it. */
  set(reason: string | undefined): Promise<void>
  close(): void
}

export interface Halted {
  /** In the words of who has stopped them. */
  readonly reason: string
  /** ms since the epoch. */
  readonly since: number
}

const key = 'console:halt'
/** ms: until somebody lifts it, as far as a store can say so. */
const forGood = 10 * 365 * 86_400_000
/** Seconds until a refused browser asks again. */
const retryAfter = 30

export function createHalt(store: Store): Halt {
  const now = () => store.now?.() ?? Date.now()
  let halted: Halted | undefined
  let unwatch = () => {}
  let closed = false

  async function look(): Promise<void> {
    halted = haltedIn((await store.get(key))?.value)
  }

  async function begin(): Promise<void> {
    const watch = await store.watch(key, () => void look().catch(() => {}))
    unwatch = watch.stop
    if (closed) unwatch()
    halted = haltedIn(watch.entry?.value)
  }

  // A store that is away refuses sign-ins by itself, and is looked at again soon.
  const begun = begin().catch(() => {})

  return {
    guard: login => ({
      ...login,
      async create(request) {
        await begun
        if (halted) throw new LoginError('rate_limited', { retryAfter, detail: halted.reason })
        return login.create(request)
      },
    }),
    state: () => halted,
    look,
    async set(reason) {
      const value = JSON.stringify(reason === undefined ? null : { reason, since: now() })
      await changeEntry(store, key, () => ({ expiresAt: now() + forGood, value }))
      await look()
    },
    close() {
      closed = true
      unwatch()
    },
  }
}

function haltedIn(value: string | undefined): Halted | undefined {
  // Only `set` writes there.
  return value === undefined ? undefined : ((JSON.parse(value) as Halted | null) ?? undefined)
}
