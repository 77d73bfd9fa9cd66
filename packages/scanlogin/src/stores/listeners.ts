/** Who wants to hear of which key, in this process. Nearly every key has one listener, so one costs no set. */
import type { Entry, Ring } from '../core/store.ts'

export interface Listeners {
  /** The same function added twice is called twice and taken off twice. Returns what takes it off. */
  add(key: string, ring: Ring): () => void
  notify(key: string, written?: Entry | 'late'): void
  /** `true` while anybody listens to the key. */
  has(key: string): boolean
  /** For when nobody knows which keys have changed. */
  notifyAll(): void
  clear(): void
}

interface Listener {
  readonly ring: Ring
}

export function createListeners(): Listeners {
  const byKey = new Map<string, Listener | Set<Listener>>()

  function remove(key: string, listener: Listener): void {
    const present = byKey.get(key)
    if (present === listener) byKey.delete(key)
    if (!(present instanceof Set)) return
    present.delete(listener)
    if (present.size === 0) byKey.delete(key)
  }

  /** As they are now: a listener may add and remove others while it is called. */
  function listening(key: string): readonly Listener[] {
    const present = byKey.get(key)
    if (!present) return []
    return present instanceof Set ? [...present] : [present]
  }

  return {
    add(key, ring) {
      const listener = { ring }
      const present = byKey.get(key)
      if (present instanceof Set) present.add(listener)
      else byKey.set(key, present ? new Set([present, listener]) : listener)
      return () => remove(key, listener)
    },
    notify(key, written) {
      for (const { ring } of listening(key)) ring(written)
    },
    has: key => byKey.has(key),
    notifyAll() {
      for (const key of [...byKey.keys()]) for (const { ring } of listening(key)) ring()
    },
    clear() {
      byKey.clear()
    },
  }
}
