/**
 * The middle level: what one node has read from the database, for all of them to take.
 *
 * A change leaves a mark in place of the entry, "ask the database". It is one more version, so whoever has begun to
 * read before the change writes the version that is gone and is refused: an old account cannot come back over a new one.
 */
import { changeEntry, type Store, systemClock } from 'scanlogin'
import { atMost } from 'scanlogin/expiry'

export interface SharedLevel {
  /** What is under `key`, or what `load` says, which is then there for the others. */
  read<Value>(key: string, load: () => Promise<Value | undefined>): Promise<Value | undefined>
  /** Everybody asks the database from now on. `false` where nobody could be told. */
  forget(key: string): Promise<boolean>
}

export interface SharedLevelOptions {
  store: Store
  /** Seconds an entry is good for, less up to a fifth, so that what came together does not go together. */
  ttl: number
  random: () => number
}

/** What is kept for one kind of key has to be JSON, and who reads it is who wrote it. */
export function sharedLevel({ store, ttl, random }: SharedLevelOptions): SharedLevel {
  // The store's time: entries and deadlines are compared there.
  const now = () => store.now?.() ?? systemClock.now()
  const life = () => atMost(ttl * 1000, 1 / 5, random())

  return {
    async read<Value>(key: string, load: () => Promise<Value | undefined>) {
      // The database is the authority: where this level is out of order it is asked directly, by one caller a key.
      const entry = await store.get(key).catch(() => 'out of reach' as const)
      if (entry !== 'out of reach' && entry && entry.value !== askTheDatabase) {
        // Only what `load` gave is written under this key.
        return (JSON.parse(entry.value) as { value?: Value }).value
      }
      if (entry === 'out of reach') return load()
      // Not before: a store that was opened just now knows the time with its first answer.
      const begun = now()
      const value = await load()
      if (value === undefined) return value
      const version = (entry?.version ?? 0) + 1
      const written = { version, expiresAt: now() + life(), value: JSON.stringify({ value }) }
      // A mark goes when its time is over, and with it what refuses an old account: whoever took that long writes nothing.
      await store.put(key, written, { before: begun + ttl * 500 }).catch(() => false)
      return value
    },

    async forget(key) {
      try {
        await changeEntry(store, key, () => ({ expiresAt: now() + ttl * 1000, value: askTheDatabase }))
        return true
      } catch {
        return false
      }
    },
  }
}

const askTheDatabase = ''
