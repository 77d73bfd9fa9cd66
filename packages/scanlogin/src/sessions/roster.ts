/**
 * Which sessions a user has: ids and when each ends, in one entry per user, the oldest first. It is kept right under
 * races by compare-and-set, and small: what is over leaves at the next sign-in, and beyond the limit the oldest leaves.
 */
import { sha256 } from '#digest'
import { type ChangeOptions, changeEntry } from '../core/change-entry.ts'
import type { Clock } from '../core/clock.ts'
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

  async function change(key: string, next: (list: Rows) => Rows, options?: ChangeOptions): Promise<void> {
    const decide = (entry: Entry | undefined) => {
      const present = rowsIn(entry?.value)
      const changed = next(present)
      if (changed === present) return undefined
      const expiresAt = Math.max(...changed.map(([, limit]) => limit * 1000), clock.now() + 1000)
      return { expiresAt, value: JSON.stringify(changed) }
    }
    await changeEntry(store, key, decide, options)
  }

  return {
    async add(userId, id, limit) {
      const key = await rosterKey(userId)
      let left: readonly string[] = []
      const join = (rows: Rows): Rows => {
        left = []
        if (rows.some(([one]) => one === id)) return rows
        const now = clock.now()
        const all = [...rows.filter(([, end]) => end * 1000 > now), row(id, limit)]
        left = all.slice(0, -most).map(([one]) => one)
        return all.slice(-most)
      }
      // Most have no session when they sign in, and then that is all there is to write.
      await inLine(key, () => change(key, join, { guess: 'nothing' }))
      return left
    },

    async remove(userId, ids) {
      const key = await rosterKey(userId)
      const gone = new Set(ids)
      const leave = (rows: Rows): Rows => {
        const rest = rows.filter(([id]) => !gone.has(id))
        return rest.length === rows.length ? rows : rest
      }
      await inLine(key, () => change(key, leave))
    },

    async ids(userId) {
      return rowsIn((await store.get(await rosterKey(userId)))?.value).map(([id]) => id)
    },
  }
}

/** When it ends in seconds since the epoch, rounded up: a hundred of them have to fit in 8 KiB. */
type Row = readonly [id: string, limit: number]
type Rows = readonly Row[]

function row(id: string, limit: number): Row {
  return [id, Math.ceil(limit / 1000)]
}

function rowsIn(text: string | undefined): Rows {
  // Only `change` writes under these keys, and it writes rows.
  return text === undefined ? [] : (JSON.parse(text) as Rows)
}

/** Hashed, because an id may be as long and as private as the host likes. */
async function rosterKey(userId: string): Promise<string> {
  return `su:${await sha256(userId)}`
}
