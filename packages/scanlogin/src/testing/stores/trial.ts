/** What a rule works with: a key of its own, entries that live long enough, bells, and a way to pass the time. */
import type { Entry, Ring, Store } from '../../core/store.ts'

/** One store, opened twice. */
export interface OpenStore {
  here: Store
  /** The same store by another connection, as another node has it; in one process the same object. */
  there: Store
  /** Lets at least this much time pass for the store: moves its clock, or waits. */
  pass(ms: number): Promise<void>
  /** The time of a store that does not tell it by a `now` of its own, ms since the epoch. Default: the system's. */
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

/** A rule throws when the store breaks it. */
export type Rule = (here: Store, there: Store, trial: Trial) => Promise<void>

/** How often a rule tries what chance may decide. */
export const rounds = 20

/** What an encoding, a column type or a message format is easily caught by. */
export const awkwardTexts = [
  '',
  ' \t\r\n ',
  'nul \u0000 and the other end \uffff',
  '"quotes" \\back\\slashes\\ \'and\' {"json":[1]}',
  'redis.call("GET") %s %d $1 *3\r\n$3\r\n',
  'é is not e\u0301, ﬁ is not fi',
  '扫码登录 👩‍👩‍👧‍👦 עברית \u202e',
  '[1e400,-0,1.0]',
]

export interface Bell {
  ring: Ring
  rings(): number
  /** What the rings have carried, in their order. */
  carried(): readonly Entry[]
  forget(): void
  /** Resolves at the first ring since the last `forget`; rejects if it does not come. */
  rung(): Promise<void>
}

export function createTrial({ here, pass, now = Date.now, patience = 2000 }: OpenStore): Trial {
  const key = `suite:${crypto.randomUUID()}`
  let hushes = 0
  const entry: Trial['entry'] = (version, value = `version ${version}`, lifetime = 60_000) => {
    return { version, expiresAt: (here.now?.() ?? now()) + lifetime, value }
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
      const { stop } = await at.watch(last, ring)
      await from.put(last, entry(1))
      await rung()
      stop()
    },
    pass,
    same,
  }
}

function createBell(patience: number): Bell {
  let rings = 0
  let carried: Entry[] = []
  let heard = () => {}
  return {
    ring(written) {
      rings++
      if (typeof written === 'object') carried.push(written)
      heard()
    },
    rings: () => rings,
    carried: () => carried,
    forget() {
      rings = 0
      carried = []
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
