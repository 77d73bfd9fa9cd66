/** Broken in what who watches is given, and in how watching begins and ends. */
import type { Entry, Ring, Watch } from '../../core/store.ts'
import { createListeners, type Listeners } from '../../stores/listeners.ts'
import { type BrokenStore, both, ending, greeting, ticks } from './broken-store.ts'

export const brokenWatches: Record<string, BrokenStore> = {
  'rings and does not read': {
    breaks: ['gives who watches the live entry, whichever node wrote it'],
    open: real => both(greeting(real, () => undefined)),
  },

  'gives who watches what the first watcher was given': {
    breaks: ['gives who watches the live entry, whichever node wrote it'],
    open(real) {
      const first = new Map<string, Entry>()
      return both(
        greeting(real, (entry, key) => {
          const given = first.get(key) ?? entry
          if (given) first.set(key, given)
          return given
        }),
      )
    },
  },

  'gives who watches only what its own node wrote': {
    breaks: ['gives who watches the live entry, whichever node wrote it'],
    open(real) {
      const node = () => {
        const own = new Map<string, Entry>()
        return {
          ...greeting(real, (entry, key) => entry && own.get(key)),
          async put(key: string, entry: Entry) {
            const written = await real.put(key, entry)
            if (written) own.set(key, entry)
            return written
          },
        }
      }
      return { here: node(), there: node() }
    },
  },

  'invents an empty entry for who watches': {
    breaks: ['gives who watches nothing where there is nothing'],
    open: real => both(greeting(real, entry => entry ?? { version: 0, expiresAt: 0, value: '' })),
  },

  'gives who watches what it has not swept away yet': {
    breaks: ['gives who watches nothing where the time of an entry is over'],
    open(real) {
      const kept = new Map<string, Entry>()
      const put = async (key: string, entry: Entry) => {
        const written = await real.put(key, entry)
        if (written) kept.set(key, entry)
        return written
      }
      return both({ ...greeting(real, (entry, key) => entry ?? kept.get(key)), put })
    },
  },

  'makes an entry of every key that is watched': {
    breaks: ['leaves a key that is only watched as it was', 'gives who watches nothing where there is nothing'],
    open: real =>
      both({
        ...real,
        async watch(key, ring) {
          await real.put(key, { version: 1, expiresAt: Number.MAX_SAFE_INTEGER, value: '' })
          return real.watch(key, ring)
        },
      }),
  },

  'counts watching as writing': {
    breaks: ['leaves a key that is only watched as it was'],
    open(real) {
      const watched = new Set<string>()
      return both({
        ...real,
        put: async (key, entry) => !(watched.has(key) && entry.version === 1) && real.put(key, entry),
        async watch(key, ring) {
          watched.add(key)
          return real.watch(key, ring)
        },
      })
    },
  },

  'watches only what exists': {
    breaks: ['rings who watches a key that does not exist yet'],
    open: real =>
      both({
        ...real,
        async watch(key, ring) {
          const watch = await real.watch(key, ring)
          if (!watch.entry) watch.stop()
          return watch
        },
      }),
  },

  'keeps who watches with the entry, and loses them with it': {
    breaks: ['rings who has watched past the end of an entry'],
    open: real =>
      both({
        ...real,
        async watch(key, ring) {
          let known: Entry | undefined
          // A first version after an entry: that entry's time is over.
          const watch = await real.watch(
            key,
            written => (known && typeof written === 'object' && written.version === 1) || ring(written),
          )
          known = watch.entry
          return watch
        },
      }),
  },

  'says that it watches before it does': {
    breaks: [
      'rings for a write that starts when watch has just resolved',
      'gives who comes during a write what is written, or rings',
    ],
    open(real) {
      let puts = 0
      const put = async (key: string, entry: Entry) => {
        await ticks(puts++ % 7)
        return real.put(key, entry)
      }
      const watch = async (key: string, ring: Ring): Promise<Watch> => {
        const entry = await real.get(key)
        const watching = ticks(4).then(() => real.watch(key, ring))
        return { entry, stop: () => void watching.then(({ stop }) => stop()) }
      }
      return both({ ...real, put, watch })
    },
  },

  'reads, and then begins to ring': {
    breaks: ['gives what is written while somebody comes, or rings'],
    open: real =>
      both({
        ...real,
        async watch(key, ring) {
          const entry = await real.get(key)
          await ticks(3)
          const { stop } = await real.watch(key, ring)
          return { entry, stop }
        },
      }),
  },

  'rings only from when it has answered who comes': {
    breaks: ['gives what is written while somebody comes, or rings'],
    open: real =>
      both({
        ...real,
        async watch(key, ring) {
          let answered = false
          const watch = await real.watch(key, written => {
            if (answered) ring(written)
          })
          await ticks(3)
          answered = true
          return watch
        },
      }),
  },

  'does not let anybody stop watching': {
    breaks: ['keeps quiet towards who has stopped watching'],
    open: real => both({ ...real, watch: async (key, ring) => ending(await real.watch(key, ring), () => {}) }),
  },

  'stops everybody at once': {
    breaks: ['rings who stays when another stops watching'],
    open(real) {
      const stops = new Map<string, (() => void)[]>()
      const watch = async (key: string, ring: Ring) => {
        const watch = await real.watch(key, ring)
        stops.set(key, [...(stops.get(key) ?? []), watch.stop])
        return ending(watch, () => stops.get(key)?.forEach(stop => void stop()))
      }
      return both({ ...real, watch })
    },
  },

  'looks for the function and not for the watch': {
    breaks: ['takes stopping twice as once'],
    open(real) {
      const watching: { ring: Ring; stop: () => void }[] = []
      const watch = async (key: string, ring: Ring) => {
        const watch = await real.watch(key, ring)
        watching.push({ ring, stop: watch.stop })
        return ending(watch, () => {
          const index = watching.findIndex(each => each.ring === ring)
          if (index >= 0) watching.splice(index, 1)[0]?.stop()
        })
      }
      return both({ ...real, watch })
    },
  },

  'lets go of a key although somebody has come in meanwhile': {
    breaks: ['rings who comes to watch just when another stops'],
    open(real) {
      const listeners = new Map<string, Listeners>()
      const watch = async (key: string, ring: Ring) => {
        const present = listeners.get(key) ?? createListeners()
        listeners.set(key, present)
        const leave = present.add(key, ring)
        const stop = () => {
          leave()
          void ticks(1).then(() => listeners.delete(key))
        }
        return { entry: await real.get(key), stop }
      }
      const put = async (key: string, entry: Entry) => {
        const written = await real.put(key, entry)
        await ticks(3)
        if (written) listeners.get(key)?.notify(key)
        return written
      }
      return both({ ...real, put, watch })
    },
  },

  'remembers who has once stopped': {
    breaks: ['rings who stops and watches again'],
    open(real) {
      const gone = new Set<Ring>()
      const watch = async (key: string, ring: Ring) => {
        const watch = await real.watch(key, written => gone.has(ring) || ring(written))
        return ending(watch, () => {
          gone.add(ring)
          watch.stop()
        })
      }
      return both({ ...real, watch })
    },
  },

  'does not come back to a key that everybody has left': {
    breaks: ['rings who stops and watches again'],
    open(real) {
      const counts = new Map<string, number>()
      const watch = async (key: string, ring: Ring) => {
        const left = counts.get(key) === 0
        counts.set(key, (counts.get(key) ?? 0) + 1)
        const watch = await real.watch(key, written => left || ring(written))
        return ending(watch, () => {
          counts.set(key, (counts.get(key) ?? 0) - 1)
          watch.stop()
        })
      }
      return both({ ...real, watch })
    },
  },

  'rings all when it closes': {
    breaks: ['ends watches silently when it closes'],
    open(real) {
      const rings = new Set<Ring>()
      const watch = async (key: string, ring: Ring) => {
        rings.add(ring)
        return real.watch(key, ring)
      }
      const close = async () => {
        for (const ring of rings) ring()
        await real.close()
      }
      return both({ ...real, watch, close })
    },
  },
}
