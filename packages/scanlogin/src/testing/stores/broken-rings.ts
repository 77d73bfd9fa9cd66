/** Broken in whom they ring for, when, and what their rings carry. */
import type { Entry } from '../../core/store.ts'
import { createListeners } from '../../stores/listeners.ts'
import { type BrokenStore, both, ending, passing, ringing, ticks, watchBy } from './broken-store.ts'

export const brokenRings: Record<string, BrokenStore> = {
  'keeps the entries of each node to itself': {
    breaks: ['gives back on either side what was written on one', 'rings a watcher on another node'],
    open: (here, there) => ({ here, there }),
  },

  'never rings': {
    breaks: ['rings a watcher on the node that wrote', 'rings a watcher on another node'],
    open: real => both(passing(real, () => {})),
  },

  'rings on the node that wrote only': {
    breaks: ['rings a watcher on another node', 'rings each of many watchers, on both nodes'],
    open(real) {
      const node = () => ringing(real, createListeners())
      return { here: node(), there: node() }
    },
  },

  'rings on the other nodes only': {
    breaks: ['rings a watcher on the node that wrote', 'rings each of many watchers, on both nodes'],
    open(real) {
      const [ours, theirs] = [createListeners(), createListeners()]
      return { here: ringing(real, ours, theirs), there: ringing(real, theirs, ours) }
    },
  },

  'rings each watcher once in its life': {
    breaks: ['rings for every write'],
    open: real =>
      both({
        ...real,
        async watch(key, ring) {
          const watch = await real.watch(key, written => {
            watch.stop()
            ring(written)
          })
          return watch
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
      return both({ ...real, put, watch: watchBy(real, listeners) })
    },
  },

  'rings everybody for everything': {
    breaks: ['rings only those who watch that key'],
    open(real) {
      const listeners = createListeners()
      const put = async (key: string, entry: Entry) => {
        const written = await real.put(key, entry)
        if (written) listeners.notifyAll()
        return written
      }
      return both({ ...real, put, watch: watchBy(real, listeners) })
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
      return both({ ...real, put, watch: watchBy(real, listeners) })
    },
  },

  'has room for one watcher a key': {
    breaks: ['rings each of many watchers, on both nodes'],
    open(real) {
      const stops = new Map<string, () => void>()
      return both({
        ...real,
        async watch(key, ring) {
          stops.get(key)?.()
          const watch = await real.watch(key, ring)
          stops.set(key, watch.stop)
          return watch
        },
      })
    },
  },

  'has room for ten watchers a key on each node': {
    breaks: ['rings each of many watchers, on both nodes'],
    open(real) {
      const node = () => {
        const counts = new Map<string, number>()
        return {
          ...real,
          async watch(key: string, ring: () => void) {
            const count = (counts.get(key) ?? 0) + 1
            counts.set(key, count)
            const watch = await real.watch(key, ring)
            if (count > 10) watch.stop()
            return ending(watch, () => {
              watch.stop()
              counts.set(key, (counts.get(key) ?? 0) - 1)
            })
          },
        }
      }
      return { here: node(), there: node() }
    },
  },

  'carries what was written one write ago': {
    breaks: ['carries with a ring nothing but what was written under that key'],
    open(real) {
      const before = new Map<string, Entry>()
      return both(
        passing(real, (ring, written, key) => {
          const last = before.get(key)
          if (written) before.set(key, written)
          ring(last && written && { ...last, version: written.version })
        }),
      )
    },
  },

  'carries the first 4 characters': {
    breaks: ['carries with a ring nothing but what was written under that key'],
    open: real =>
      both(passing(real, (ring, written) => ring(written && { ...written, value: written.value.slice(0, 4) }))),
  },

  'carries the time at which the first version was to end': {
    breaks: ['carries with a ring nothing but what was written under that key'],
    open(real) {
      const ends = new Map<string, number>()
      return both(
        passing(real, (ring, written, key) => {
          if (!ends.has(key) && written) ends.set(key, written.expiresAt)
          ring(written && { ...written, expiresAt: ends.get(key) ?? written.expiresAt })
        }),
      )
    },
  },

  'carries what was written last under any key': {
    breaks: ['carries with a ring nothing but what was written under that key'],
    open(real) {
      const listeners = createListeners()
      let last: Entry | undefined
      const put = async (key: string, entry: Entry) => {
        const written = await real.put(key, entry)
        if (!written) return false
        listeners.notify(key, last?.version === entry.version ? last : entry)
        last = entry
        return true
      }
      return both({ ...real, put, watch: watchBy(real, listeners) })
    },
  },

  'carries what it was asked last to write, whoever won': {
    breaks: ['carries with a ring nothing but what was written under that key'],
    open(real) {
      const listeners = createListeners()
      const asked = new Map<string, Entry>()
      const put = async (key: string, entry: Entry) => {
        asked.set(key, entry)
        const written = await real.put(key, entry)
        if (written) listeners.notify(key, asked.get(key))
        return written
      }
      return both({ ...real, put, watch: watchBy(real, listeners) })
    },
  },

  'carries what it is about to write': {
    breaks: ['carries with a ring nothing newer than what it gives'],
    open(real) {
      const listeners = createListeners()
      const put = async (key: string, entry: Entry) => {
        const first = (await real.get(key))?.version ?? 0
        if (first === entry.version - 1) listeners.notify(key, entry)
        await ticks(3)
        const written = await real.put(key, entry)
        if (written) listeners.notify(key, entry)
        return written
      }
      return both({ ...real, put, watch: watchBy(real, listeners) })
    },
  },
}
