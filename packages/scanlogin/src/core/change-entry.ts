/**
 * How an entry of a store is changed by many at once: read it, decide, write over what was read, and again if somebody was
 * first. One of those who race wins each round, and the rest decide anew on what is there then.
 */
import { systemClock } from './clock.ts'
import { LoginError } from './errors.ts'
import type { Entry, Only, Store } from './store.ts'

/** What is to stand there; `undefined` leaves the entry as it is. It is called once for each round. */
export type Decide = (present: Entry | undefined) => Wanted | undefined | Promise<Wanted | undefined>

export type Wanted = Pick<Entry, 'value' | 'expiresAt'>

export interface ChangeOptions {
  /** Spares the first read where most often nothing stands there. Default: the entry is read. */
  guess?: 'nothing'
}

/**
 * The entry as it stands then: as `decide` wanted it, or as it was left. Throws what `decide` throws, and `rate_limited`
 * where others were first again and again.
 */
export async function changeEntry(
  store: Store,
  key: string,
  decide: Decide,
  { guess }: ChangeOptions = {},
): Promise<Entry | undefined> {
  let present = guess === 'nothing' ? undefined : await store.get(key)
  let guessed = guess !== undefined
  for (let round = 1; round <= mostRounds; round++) {
    const wanted = await decide(present)
    if (!wanted && !guessed) return present
    const tried = wanted && (await tryToWrite(store, key, present, wanted))
    if (tried?.written) return tried.written
    if (round > 1) await moment(round)
    // A guess is good enough to write over, as the store compares; to leave the entry alone on it is not.
    guessed = false
    present = tried?.seen ?? (await store.get(key))
  }
  throw new LoginError('rate_limited', { retryAfter: 1 })
}

/** How often a change is tried against others: N callers then cost a store N times this much, and not N². */
export const mostRounds = 32

async function tryToWrite(store: Store, key: string, present: Entry | undefined, wanted: Wanted) {
  let seen: Entry | undefined
  const see = (instead: Entry) => {
    seen = instead
  }
  const only: Only = present ? { over: present.value } : { seen: see }
  const entry = { version: (present?.version ?? 0) + 1, expiresAt: wanted.expiresAt, value: wanted.value }
  return (await store.put(key, entry, only)) ? { written: entry } : { seen }
}

/** Up to as many ms as there were rounds: nodes in step with each other could go on like that for good. */
function moment(round: number): Promise<void> {
  return new Promise(resolve => systemClock.after(Math.random() * round, resolve))
}
