/**
 * Stores that are broken on purpose, each in one way that has been seen in the wild or is easily written. A suite that
 * lets one of them through is no suite: for every rule there is a store here that breaks it.
 */
import type { Entry, Store } from '../core/store.ts'
import { createListeners, type Listeners } from '../stores/listeners.ts'
import type { StoreRule } from './store-rules.ts'

export interface BrokenStore {
  /** The rules that the suite has to find broken; it may find more. */
  readonly breaks: readonly StoreRule[]
  /** Two handles on `real`, broken. `spare` is a second, empty store. */
  open(real: Store, spare: Store): { here: Store; there: Store }
}

export const brokenStores: Record<string, BrokenStore> = {
  'invents an empty entry for a key it does not know': {
    breaks: ['has nothing under a key that was never written'],
    open: real => both({ ...real, get: async key => (await real.get(key)) ?? { version: 0, expiresAt: 0, value: '' } }),
  },

  'keeps the entries of each node to itself': {
    breaks: ['gives back on either side what was written on one', 'rings a subscriber on another node'],
    open: (here, there) => ({ here, there }),
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
    breaks: ['keeps keys apart', 'rings only those who listen to that key'],
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

  'writes the same version again': {
    breaks: ['refuses a version that was written before'],
    open: real => register(real, (version, current) => version === current + 1 || (version > 1 && version === current)),
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

  'never rings': {
    breaks: ['rings a subscriber on the node that wrote', 'rings a subscriber on another node'],
    open: real => both({ ...real, subscribe: async () => () => {} }),
  },

  'rings on the node that wrote only': {
    breaks: ['rings a subscriber on another node'],
    open(real) {
      const node = () => ringing(real, createListeners())
      return { here: node(), there: node() }
    },
  },

  'rings on the other nodes only': {
    breaks: ['rings a subscriber on the node that wrote'],
    open(real) {
      const [ours, theirs] = [createListeners(), createListeners()]
      return { here: ringing(real, ours, theirs), there: ringing(real, theirs, ours) }
    },
  },

  'rings each subscriber once in its life': {
    breaks: ['rings for every write'],
    open: real =>
      both({
        ...real,
        async subscribe(key, listener) {
          const unsubscribe = await real.subscribe(key, () => {
            unsubscribe()
            listener()
          })
          return unsubscribe
        },
      }),
  },

  'rings before it writes': {
    breaks: ['rings when the write can be read, not before'],
    open(real) {
      const listeners = createListeners()
      const put = async (key: string, entry: Entry) => {
        listeners.notify(key)
        await ticks(3)
        return real.put(key, entry)
      }
      return both({ ...real, put, subscribe: async (key, listener) => listeners.add(key, listener) })
    },
  },

  'says that it has subscribed before it has': {
    breaks: [
      'rings for a write that starts when subscribe has just resolved',
      'rings a subscriber for what its first look came too early to see',
    ],
    open(real) {
      let puts = 0
      const put = async (key: string, entry: Entry) => {
        await ticks(puts++ % 7)
        return real.put(key, entry)
      }
      const subscribe = async (key: string, listener: () => void) => {
        const subscribed = ticks(4).then(() => real.subscribe(key, listener))
        return () => void subscribed.then(unsubscribe => unsubscribe())
      }
      return both({ ...real, put, subscribe })
    },
  },

  'has room for one subscriber a key': {
    breaks: ['rings each of several subscribers'],
    open(real) {
      const leave = new Map<string, () => void>()
      const subscribe = async (key: string, listener: () => void) => {
        leave.get(key)?.()
        const unsubscribe = await real.subscribe(key, listener)
        leave.set(key, unsubscribe)
        return unsubscribe
      }
      return both({ ...real, subscribe })
    },
  },

  'rings everybody for everything': {
    breaks: ['rings only those who listen to that key'],
    open(real) {
      const listeners = createListeners()
      const put = async (key: string, entry: Entry) => {
        const written = await real.put(key, entry)
        if (written) listeners.notify('')
        return written
      }
      return both({ ...real, put, subscribe: async (_key, listener) => listeners.add('', listener) })
    },
  },

  'rings although it refuses': {
    breaks: ['rings nobody when it refuses'],
    open(real) {
      const listeners = createListeners()
      const put = async (key: string, entry: Entry) => {
        const written = await real.put(key, entry)
        listeners.notify(key)
        return written
      }
      return both({ ...real, put, subscribe: async (key, listener) => listeners.add(key, listener) })
    },
  },

  'does not let anybody unsubscribe': {
    breaks: ['keeps quiet towards who has unsubscribed'],
    open: real => both({ ...real, subscribe: (key, listener) => real.subscribe(key, listener).then(() => () => {}) }),
  },

  'unsubscribes everybody at once': {
    breaks: ['rings who stays when another unsubscribes'],
    open(real) {
      const leaving = new Map<string, (() => void)[]>()
      const subscribe = async (key: string, listener: () => void) => {
        leaving.set(key, [...(leaving.get(key) ?? []), await real.subscribe(key, listener)])
        return () => leaving.get(key)?.forEach(leave => void leave())
      }
      return both({ ...real, subscribe })
    },
  },

  'looks for the function and not for the subscription': {
    breaks: ['takes unsubscribing twice as once'],
    open(real) {
      const listening: { listener: () => void; leave: () => void }[] = []
      const subscribe = async (key: string, listener: () => void) => {
        listening.push({ listener, leave: await real.subscribe(key, listener) })
        return () => {
          const index = listening.findIndex(each => each.listener === listener)
          if (index >= 0) listening.splice(index, 1)[0]?.leave()
        }
      }
      return both({ ...real, subscribe })
    },
  },

  'lets go of a key although somebody has come in meanwhile': {
    breaks: ['rings who subscribes just when another leaves'],
    open(real) {
      const listeners = new Map<string, Listeners>()
      const subscribe = async (key: string, listener: () => void) => {
        const present = listeners.get(key) ?? createListeners()
        listeners.set(key, present)
        const leave = present.add(key, listener)
        return () => {
          leave()
          void ticks(1).then(() => listeners.delete(key))
        }
      }
      const put = async (key: string, entry: Entry) => {
        const written = await real.put(key, entry)
        await ticks(3)
        if (written) listeners.get(key)?.notify(key)
        return written
      }
      return both({ ...real, put, subscribe })
    },
  },

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

  'rings all when it closes': {
    breaks: ['ends subscriptions silently when it closes'],
    open(real) {
      const listeners = new Set<() => void>()
      const subscribe = async (key: string, listener: () => void) => {
        listeners.add(listener)
        return real.subscribe(key, listener)
      }
      const close = async () => {
        for (const listener of listeners) listener()
        await real.close()
      }
      return both({ ...real, subscribe, close })
    },
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

function both(store: Store): { here: Store; there: Store } {
  return { here: store, there: store }
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
    subscribe: (key, listener) => real.subscribe(change(key), listener),
  })
}

/** Rings by itself: `real` only keeps the entries. */
function ringing(real: Store, own: Listeners, rung: Listeners = own): Store {
  return {
    ...real,
    async put(key, entry) {
      const written = await real.put(key, entry)
      if (written) rung.notify(key)
      return written
    },
    subscribe: async (key, listener) => own.add(key, listener),
  }
}

/** Compares versions by another rule; with `anyway` it has written before the rule says no. */
function register(real: Store, accepts: (version: number, current: number) => boolean, anyway?: 'anyway') {
  // `real` still rings and lets entries end, under versions of its own.
  const entries = new Map<string, Entry>()
  return both({
    ...real,
    get: async key => (await real.get(key)) && entries.get(key),
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

/** Lets entries end at another time than they say. `before` is when the last one under the key was to end. */
function timed(real: Store, endOf: (entry: Entry, before: number | undefined) => number) {
  const ends = new Map<string, number>()
  const said = new Map<string, Entry>()
  return both({
    ...real,
    get: async key => (await real.get(key)) && said.get(key),
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

async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined
}
