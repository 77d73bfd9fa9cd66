/** Who wants to hear of which key, in this process. Nearly every key has one listener, so one costs no set. */
import type { Entry, Ring } from '../core/store.ts'

export interface Listeners {
  /** The same function added twice is called twice and taken off twice. Returns what takes it off. */
  add(key: string, ring: Ring): () => void
  notify(key: string, written?: Entry): void
  /** For when nobody knows which keys have changed. */
  notifyAll(): void
  has(key: string): boolean
  clear(): void
}

export function createListeners(): Listeners {
  const byKey = new Map<string, readonly Ring[]>()

  function remove(key: string, ring: Ring): void {
    const present = byKey.get(key) ?? []
    const index = present.indexOf(ring)
    if (index < 0) return
    if (present.length === 1) byKey.delete(key)
    else byKey.set(key, present.toSpliced(index, 1))
  }

  return {
    add(key, ring) {
      byKey.set(key, [...(byKey.get(key) ?? []), ring])
      let added = true
      return () => {
        if (added) remove(key, ring)
        added = false
      }
    },
    notify(key, written) {
      // The array is never changed in place, so a listener may add and remove others while it is called.
      for (const ring of byKey.get(key) ?? []) ring(written)
    },
    notifyAll() {
      for (const rings of [...byKey.values()]) for (const ring of rings) ring()
    },
    has: key => byKey.has(key),
    clear() {
      byKey.clear()
    },
  }
}
