/**
 * Seats of browsers that were just answered, kept for a moment, because most ask again at once: whoever comes back hears
 * on where the last wait has ended, and the store is asked nothing.
 */
import type { Clock } from '../clock.ts'
import type { Entry, Watch } from '../store.ts'
import type { Bell } from './bell.ts'

export interface Seat {
  readonly bell: Bell
  readonly watch: Watch
  /** What the last who sat there was told. */
  entry: Entry | undefined
}

export interface KeptSeats {
  has(key: string): boolean
  /** It is the caller's from then on. */
  take(key: string): Seat | undefined
  keep(key: string, seat: Seat): void
  clear(): void
}

/** Where beginning anew takes a round trip, and where nothing that happens meanwhile stays unheard. */
export function isWorthKeeping({ watch }: Seat): boolean {
  return watch.remote === true && watch.certain === true
}

export function createKeptSeats(clock: Pick<Clock, 'after'>): KeptSeats {
  const kept = new Map<string, { readonly seat: Seat; readonly stay: () => void }>()

  function take(key: string): Seat | undefined {
    const found = kept.get(key)
    kept.delete(key)
    found?.stay()
    return found?.seat
  }

  function giveUp(key: string): void {
    take(key)?.watch.stop()
  }

  return {
    has: key => kept.has(key),
    take,
    keep(key, seat) {
      // Two have waited for the same.
      giveUp(key)
      kept.set(key, { seat, stay: clock.after(lingering, () => giveUp(key)) })
    },
    clear() {
      for (const key of [...kept.keys()]) giveUp(key)
    },
  }
}

/** ms */
const lingering = 3000
