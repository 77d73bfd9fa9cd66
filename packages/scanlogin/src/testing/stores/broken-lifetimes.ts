/** Broken in how long entries live, by whose time, and in how they close. */
import type { Entry, Store } from '../../core/store.ts'
import { type BrokenStore, both, reading } from './broken-store.ts'

export const brokenLifetimes: Record<string, BrokenStore> = {
  'keeps nothing longer than a moment': {
    breaks: ['keeps an entry as long as its time lasts'],
    open: real => timed(real, ({ expiresAt }) => expiresAt - 59_900),
  },

  'never forgets': {
    breaks: ['forgets an entry when its time is over', 'lets a later write shorten the time of an entry'],
    open: real => timed(real, ({ expiresAt }) => expiresAt + 3_600_000),
  },

  'remembers the version of what it has forgotten': {
    breaks: ['begins again at version 1 when the time of an entry is over'],
    open(real) {
      const versions = new Map<string, number>()
      const put = async (key: string, entry: Entry) => {
        if ((versions.get(key) ?? 0) !== entry.version - 1 || !(await real.put(key, entry))) return false
        versions.set(key, entry.version)
        return true
      }
      return both({ ...real, put })
    },
  },

  'sets the time with the first write only': {
    breaks: ['lets a later write lengthen the time of an entry'],
    open: real => timed(real, (entry, before) => before ?? entry.expiresAt),
  },

  'only ever lengthens the time': {
    breaks: ['lets a later write shorten the time of an entry'],
    open: real => timed(real, (entry, before) => Math.max(entry.expiresAt, before ?? 0)),
  },

  'writes however late it is': {
    breaks: ['refuses a write whose time is over, as if somebody had been first'],
    open: real => both({ ...real, put: (key, entry, { before: _, ...only } = {}) => real.put(key, entry, only) }),
  },

  'tells the time of each machine': {
    breaks: ['tells on each node the time that entries end by'],
    open: real => ({ here: real, there: { ...real, now: () => (real.now?.() ?? Date.now()) + 3_600_000 } }),
  },

  'tells a time that has stood still': {
    breaks: ['tells on each node the time that entries end by'],
    open: real => both({ ...real, now: () => 0 }),
  },

  'complains when it is closed again': {
    breaks: ['can be closed twice'],
    open(real) {
      let closed = false
      const close = async () => {
        if (closed) throw new Error('The client is closed')
        closed = true
      }
      return both({ ...real, close })
    },
  },
}

/** Lets entries end at another time than they say. `before` is when the last one under the key was to end. */
function timed(real: Store, endOf: (entry: Entry, before: number | undefined) => number) {
  const ends = new Map<string, number>()
  const said = new Map<string, Entry>()
  return both({
    ...real,
    ...reading(real, async key => (await real.get(key)) && said.get(key)),
    async put(key, entry) {
      const expiresAt = endOf(entry, ends.get(key))
      const written = await real.put(key, { ...entry, expiresAt })
      if (!written) return false
      ends.set(key, expiresAt)
      said.set(key, entry)
      return true
    },
  })
}
