/** Who wants to hear of which key, in this process. Nearly every key has one listener, so one costs no set. */
import type { Unsubscribe } from '../core/store.ts'

type Listener = () => void

export interface Listeners {
  /** The same function added twice is called twice and taken off twice. */
  add(key: string, listener: Listener): Unsubscribe
  notify(key: string): void
  clear(): void
}

export function createListeners(): Listeners {
  const byKey = new Map<string, readonly Listener[]>()

  function remove(key: string, listener: Listener): void {
    const present = byKey.get(key) ?? []
    const index = present.indexOf(listener)
    if (index < 0) return
    if (present.length === 1) byKey.delete(key)
    else byKey.set(key, present.toSpliced(index, 1))
  }

  return {
    add(key, listener) {
      byKey.set(key, [...(byKey.get(key) ?? []), listener])
      let added = true
      return () => {
        if (added) remove(key, listener)
        added = false
      }
    },
    notify(key) {
      // The array is never changed in place, so a listener may add and remove others while it is called.
      for (const listener of byKey.get(key) ?? []) listener()
    },
    clear() {
      byKey.clear()
    },
  }
}
