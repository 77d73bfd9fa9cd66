/**
 * Which sessions a user has: ids and when each ends, in one entry per user, the oldest first. It is kept right under
 * races by compare-and-set, and small: what is over leaves at the next sign-in, and beyond the limit the oldest leaves.
 */
import { sha256 } from '#digest'
import { type Clock, systemClock } from '../core/clock.ts'
import { LoginError } from '../core/errors.ts'
import type { Entry, Store } from '../core/store.ts'

export interface Roster {
  /** Returns the ids that had to make room, and no longer stand there. */
  add(userId: string, id: string, limit: number): Promise<readonly string[]>
  remove(userId: string, ids: readonly string[]): Promise<void>
  /** The oldest first. Some of them may have ended meanwhile. */
  ids(userId: string): Promise<readonly string[]>
}

export interface RosterOptions {
  store: Store
  clock: Pick<Clock, 'now'>
  /** Most sessions of one user. */
  most: number
}

export function createRoster({ store, clock, most }: RosterOptions): Roster {
  const lines = new Map<string, Promise<unknown>>()

  /** One after another within this process, so that a crowd of one user's sign-ins costs a store no crowd of rounds. */
  async function inLine<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = lines.get(key)
    const mine = before ? before.then(work, work) : work()
    lines.set(key, mine)
    try {
      return await mine
    } finally {
      if (lines.get(key) === mine) lines.delete(key)
    }
  }

  /** `guess` is what may stand there now: a store that knows better says so. */
  async function change(key: string, guess: Entry | undefined, next: (list: Places) => Places): Promise<void> {
    let entry = guess
    for (let round = 1; round <= mostRounds; round++) {
      let instead: Entry | undefined
      const seen = (present: Entry) => {
        instead = present
      }
      const present = placesIn(entry?.value)
      const changed = next(present)
      if (changed === present) return
      const value = JSON.stringify(changed)
      const expiresAt = Math.max(...changed.map(([, limit]) => limit * 1000), clock.now() + 1000)
      if (await store.put(key, { version: (entry?.version ?? 0) + 1, expiresAt, value }, { seen })) return
      if (round > 1) await moment(round)
      entry = instead ?? (await store.get(key))
    }
    throw new LoginError('rate_limited', { retryAfter: 1 })
  }

  return {
    async add(userId, id, limit) {
      const key = await rosterKey(userId)
      let left: readonly string[] = []
      const join = (places: Places): Places => {
        left = []
        if (places.some(([one]) => one === id)) return places
        const now = clock.now()
        const all = [...places.filter(([, end]) => end * 1000 > now), place(id, limit)]
        left = all.slice(0, -most).map(([one]) => one)
        return all.slice(-most)
      }
      // Most have no session when they sign in, and then that is all there is to write.
      await inLine(key, () => change(key, undefined, join))
      return left
    },

    async remove(userId, ids) {
      const key = await rosterKey(userId)
      const gone = new Set(ids)
      const leave = (places: Places): Places => {
        const rest = places.filter(([id]) => !gone.has(id))
        return rest.length === places.length ? places : rest
      }
      await inLine(key, async () => change(key, await store.get(key), leave))
    },

    async ids(userId) {
      return placesIn((await store.get(await rosterKey(userId)))?.value).map(([id]) => id)
    },
  }
}

/** When it ends in seconds since the epoch, rounded up: a hundred of them have to fit in 8 KiB. */
type Place = readonly [id: string, limit: number]
type Places = readonly Place[]

function place(id: string, limit: number): Place {
  return [id, Math.ceil(limit / 1000)]
}

function placesIn(text: string | undefined): Places {
  // Only `change` writes under these keys, and it writes places.
  return text === undefined ? [] : (JSON.parse(text) as Places)
}

const mostRounds = 32

/** Up to as many ms as there were rounds: nodes in step with each other could go on like that for good. */
function moment(round: number): Promise<void> {
  return new Promise(resolve => systemClock.after(Math.random() * round, resolve))
}

/** Hashed, because an id may be as long and as private as the host likes. */
async function rosterKey(userId: string): Promise<string> {
  return `su:${await sha256(userId)}`
}
