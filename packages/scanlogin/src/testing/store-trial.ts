/** What a rule works with: a key of its own, entries that live long enough, bells, and a way to pass the time. */
import type { Entry, Store } from '../core/store.ts'

/** One store, opened twice. */
export interface OpenStore {
  here: Store
  /** The same store by another connection, as another node has it; in one process the same object. */
  there: Store
  /** Lets at least this much time pass for the store: moves its clock, or waits. */
  pass(ms: number): Promise<void>
  /** The store's time, ms since the epoch. Default: the system's. */
  now?(): number
  /** ms in which a ring has to arrive. Default 2000. */
  patience?: number
}

export interface Trial {
  /** Nobody else uses it, nor keys that begin with it. */
  readonly key: string
  /** Lives for `lifetime` ms from now. Default: a minute, longer than any rule takes. */
  entry(version: number, value?: string, lifetime?: number): Entry
  bell(): Bell
  /** Resolves when everything that earlier writes through `from` were to ring at `at` has had time to ring. */
  hush(from: Store, at: Store): Promise<void>
  pass(ms: number): Promise<void>
  same(actual: unknown, expected: unknown): void
}

export interface Bell {
  ring(): void
  rings(): number
  forget(): void
  /** Resolves at the first ring since the last `forget`; rejects if it does not come. */
  rung(): Promise<void>
}

export function createTrial({ pass, now = Date.now, patience = 2000 }: OpenStore): Trial {
  const key = `suite:${crypto.randomUUID()}`
  let hushes = 0
  const entry: Trial['entry'] = (version, value = `version ${version}`, lifetime = 60_000) => {
    return { version, expiresAt: now() + lifetime, value }
  }
  const bell = () => createBell(patience)
  return {
    key,
    entry,
    bell,
    async hush(from, at) {
      // A ring that comes through the same two connections later: what was on its way before has arrived.
      const { ring, rung } = bell()
      const last = `${key}:hush:${++hushes}`
      const unsubscribe = await at.subscribe(last, ring)
      await from.put(last, entry(1))
      await rung()
      unsubscribe()
    },
    pass,
    same,
  }
}

function createBell(patience: number): Bell {
  let rings = 0
  let heard = () => {}
  return {
    ring() {
      rings++
      heard()
    },
    rings: () => rings,
    forget() {
      rings = 0
    },
    rung() {
      return new Promise((resolve, reject) => {
        if (rings > 0) return resolve()
        const timer = setTimeout(() => reject(new Error(`nobody rang within ${patience} ms`)), patience)
        heard = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
  }
}

function same(actual: unknown, expected: unknown): void {
  const [found, wanted] = [inOrder(actual), inOrder(expected)]
  if (found !== wanted) throw new Error(`found ${start(found)}, where the rule wants ${start(wanted)}`)
}

/** As text that two entries share if and only if they say the same, in whatever order their fields stand. */
function inOrder(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `${JSON.stringify(value)}`
  return JSON.stringify(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function start(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
