/** Time as an argument: what the code below needs of the world, so that a test can hold it still. */
import type { Store } from './store.ts'

export interface Clock {
  /** ms since the epoch. */
  now(): number
  /** Calls `listener` once after `ms`, unless the returned function is called before. */
  after(ms: number, listener: () => void): () => void
  /** Calls `listener` every `ms` until the returned function is called. */
  every(ms: number, listener: () => void): () => void
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, listener) {
    const timer = setTimeout(listener, ms)
    return () => clearTimeout(timer)
  },
  every(ms, listener) {
    const timer = setInterval(listener, ms)
    return () => clearInterval(timer)
  },
}

/** The time that all nodes of a store agree on, or the system's where the store has none of its own. */
export function clockOf(store: Pick<Store, 'now'>): Clock {
  return { now: () => store.now?.() ?? systemClock.now(), after: systemClock.after, every: systemClock.every }
}

/** The time for a log: this machine's, where the store has never answered and so has none to tell. Throws nothing. */
export function aboutNow(clock: Pick<Clock, 'now'>): number {
  try {
    return clock.now()
  } catch {
    return systemClock.now()
  }
}

/** The time, for a step that has not asked the store for anything yet. */
export async function timeOf(clock: Pick<Clock, 'now'>, store: Pick<Store, 'get'>): Promise<number> {
  try {
    return clock.now()
  } catch {
    // A store that was opened just now knows the time with its first answer.
    await store.get('time')
    return clock.now()
  }
}
