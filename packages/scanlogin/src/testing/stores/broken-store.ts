/** What broken stores are made of: a store that is right, and what takes one of its parts out. */
import type { Entry, Ring, Store, Watch } from '../../core/store.ts'
import type { Listeners } from '../../stores/listeners.ts'
import type { StoreRule } from './rules.ts'

export interface BrokenStore {
  /** The rules that the suite has to find broken; it may find more. */
  readonly breaks: readonly StoreRule[]
  /** Two handles on `real`, broken. `spare` is a second, empty store. */
  open(real: Store, spare: Store): NodePair
}

export interface NodePair {
  here: Store
  there: Store
}

export function both(store: Store): NodePair {
  return { here: store, there: store }
}

/** Watches by `own`, and lets who comes read by `real`. */
export function watchBy(real: Store, own: Listeners): Store['watch'] {
  return async (key, ring) => {
    const stop = own.add(key, ring)
    return { stop, entry: await real.get(key) }
  }
}

/** Reads in another way; `real` still rings, and its rings carry nothing. */
export function reading(real: Store, get: Store['get']): Pick<Store, 'get' | 'watch'> {
  return {
    get,
    async watch(key, ring) {
      const { stop } = await real.watch(key, () => ring())
      return { stop, entry: await get(key) }
    },
  }
}

/** Rings by itself: `real` only keeps the entries. */
export function ringing(real: Store, own: Listeners, rung: Listeners = own): Store {
  return {
    ...real,
    async put(key, entry) {
      const written = await real.put(key, entry)
      if (written) rung.notify(key, entry)
      return written
    },
    watch: watchBy(real, own),
  }
}

/** Changes what who watches is given at first. */
export function greeting(real: Store, change: (entry: Entry | undefined, key: string) => Entry | undefined): Store {
  return {
    ...real,
    async watch(key, ring) {
      const { entry, stop } = await real.watch(key, ring)
      return { entry: change(entry, key), stop }
    },
  }
}

/** Passes rings on in another way. */
export function passing(real: Store, pass: (ring: Ring, written: Entry | undefined, key: string) => void): Store {
  return { ...real, watch: (key, ring) => real.watch(key, written => pass(ring, carried(written), key)) }
}

function carried(written: Entry | 'late' | undefined): Entry | undefined {
  return written === 'late' ? undefined : written
}

/** A watch with another end. */
export function ending(watch: Watch, stop: () => void): Watch {
  return { entry: watch.entry, stop }
}

export async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined
}
