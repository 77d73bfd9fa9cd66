/** A store that counts what is asked of it, and that can lose its rings, its entries or its connection. */
import type { Entry, Ring, Store } from '../core/store.ts'

export interface FaultyStore extends Store {
  /** How often an entry was asked for, but for those that came with a watch. */
  reads(): number
  /** How many watch at the moment. */
  watchers(): number
  /** Rings for everyone who watches anything. */
  ringAll(written?: Entry): void
  /** From now on writes ring for nobody. */
  deafen(): void
  /** From now on the rings of writes carry nothing. */
  mute(): void
  /** From now on there are no entries. */
  lose(): void
  /** From now on nothing can be read. */
  fail(): void
}

export function createFaultyStore(real: Store): FaultyStore {
  const watching = new Set<Ring>()
  let reads = 0
  let rings: 'carrying' | 'mute' | 'lost' = 'carrying'
  let entries: 'there' | 'lost' | 'out of reach' = 'there'
  return {
    ...real,
    async get(key) {
      reads++
      if (entries === 'out of reach') throw new Error('out of order')
      return entries === 'lost' ? undefined : real.get(key)
    },
    async watch(key, ring) {
      // A function of its own for each watch: the same ring may watch twice.
      const all: Ring = written => ring(written)
      const watch = await real.watch(key, written => {
        if (rings !== 'lost') ring(rings === 'mute' ? undefined : written)
      })
      watching.add(all)
      return {
        entry: watch.entry,
        stop() {
          watching.delete(all)
          watch.stop()
        },
      }
    },
    reads: () => reads,
    watchers: () => watching.size,
    ringAll(written) {
      for (const ring of watching) ring(written)
    },
    deafen() {
      rings = 'lost'
    },
    mute() {
      rings = 'mute'
    },
    lose() {
      entries = 'lost'
    },
    fail() {
      entries = 'out of reach'
    },
  }
}
