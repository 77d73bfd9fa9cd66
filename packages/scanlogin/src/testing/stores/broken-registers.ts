/** Broken in what they keep, give back and refuse. */
import type { Entry, Store } from '../../core/store.ts'
import { type BrokenStore, both, reading } from './broken-store.ts'

export const brokenRegisters: Record<string, BrokenStore> = {
  'invents an empty entry for a key it does not know': {
    breaks: ['has nothing under a key that was never written'],
    open: real => both({ ...real, get: async key => (await real.get(key)) ?? { version: 0, expiresAt: 0, value: '' } }),
  },

  'keeps Latin-1 only': {
    breaks: ['gives back text byte for byte'],
    open: real => rewriting(real, value => value.replace(/[^\0-\xff]/g, '?')),
  },

  'tidies up Unicode': {
    breaks: ['gives back text byte for byte'],
    open: real => rewriting(real, value => value.normalize('NFC')),
  },

  'trims what it keeps': {
    breaks: ['gives back text byte for byte'],
    open: real => rewriting(real, value => value.trim()),
  },

  'has a column of 4,000 characters': {
    breaks: ['holds 8 KiB of text'],
    open: real => rewriting(real, value => value.slice(0, 4000)),
  },

  'compares keys without regard to case': {
    breaks: ['keeps keys apart', 'rings only those who watch that key'],
    open: real => renaming(real, key => key.toLowerCase()),
  },

  'has a key column of 64 characters': {
    breaks: ['keeps keys apart'],
    open: real => renaming(real, key => key.slice(0, 64)),
  },

  'overwrites with every first version': {
    breaks: ['refuses a first version over a live entry'],
    open: real => register(real, (version, current) => version === 1 || version === current + 1),
  },

  'tells who is refused of their own entry': {
    breaks: ['tells a first writer who is refused of nothing but the live entry'],
    open: real =>
      both({
        ...real,
        async put(key, entry, { seen, ...only } = {}) {
          const written = await real.put(key, entry, only)
          if (!written) seen?.(entry)
          return written
        },
      }),
  },

  'writes the same version again': {
    breaks: ['refuses a version that was written before'],
    open: real => register(real, (version, current) => version === current + 1 || (version > 1 && version === current)),
  },

  'compares versions and not texts': {
    breaks: ['replaces no other text than the one that was named'],
    open: real => both({ ...real, put: (key, entry, { over: _, ...only } = {}) => real.put(key, entry, only) }),
  },

  'writes every version that is newer': {
    breaks: ['refuses a version that leaves a gap'],
    open: real => register(real, (version, current) => version > current),
  },

  'writes first and compares afterwards': {
    breaks: ['leaves the entry as it was when it refuses'],
    open: real => register(real, (version, current) => version === current + 1, 'anyway'),
  },

  'looks whether a key is free, then writes': {
    breaks: ['lets one of many simultaneous first writers win'],
    open: real =>
      both({ ...real, put: async (key, entry) => (entry.version > 1 ? real.put(key, entry) : late(real, key, entry)) }),
  },

  'reads, decides, then writes': {
    breaks: ['lets one of many simultaneous writers win', 'lets one of many simultaneous first writers win'],
    open: real => both({ ...real, put: (key, entry) => late(real, key, entry) }),
  },
}

/** Changes the text on its way in. */
function rewriting(real: Store, change: (value: string) => string) {
  return both({ ...real, put: (key, entry) => real.put(key, { ...entry, value: change(entry.value) }) })
}

function renaming(real: Store, change: (key: string) => string) {
  return both({
    ...real,
    get: key => real.get(change(key)),
    put: (key, entry) => real.put(change(key), entry),
    watch: (key, ring) => real.watch(change(key), ring),
  })
}

/** Compares versions by another rule; with `anyway` it has written before the rule says no. */
function register(real: Store, accepts: (version: number, current: number) => boolean, anyway?: 'anyway') {
  // `real` still rings and lets entries end, under versions of its own.
  const entries = new Map<string, Entry>()
  return both({
    ...real,
    ...reading(real, async key => (await real.get(key)) && entries.get(key)),
    async put(key, entry) {
      const live = await real.get(key)
      const accepted = accepts(entry.version, live ? (entries.get(key)?.version ?? 0) : 0)
      if (accepted || anyway) {
        entries.set(key, entry)
        await real.put(key, { ...entry, version: (live?.version ?? 0) + 1 })
      }
      return accepted
    },
  })
}

/** The compare comes from an earlier moment than the set: whoever read in time is told that it has won. */
async function late(real: Store, key: string, entry: Entry): Promise<boolean> {
  if (((await real.get(key))?.version ?? 0) !== entry.version - 1) return false
  await real.put(key, entry)
  return true
}
