/**
 * How long a history stays after the last that happened: an hour, or less where many sign-ins begin, so that a process
 * fills the store with about so many of them; but never shorter than a ticket itself stays.
 */
export interface Lifetimes {
  /** A sign-in has begun. */
  begun(): void
  /** ms that a history written now stays. */
  now(): number
}

/** Histories that one process keeps. */
const most = 50_000
const minute = 60_000
const longest = 60
/** Five minutes at most until it ends, and ten more in which a replay is told from a stranger. */
const shortest = 15

export function createLifetimes(clock: () => number = Date.now): Lifetimes {
  let current = { minute: 0, count: 0 }
  let before = 0

  function turn(): void {
    const now = Math.floor(clock() / minute)
    if (now === current.minute) return
    before = now === current.minute + 1 ? current.count : 0
    current = { minute: now, count: 0 }
  }

  return {
    begun() {
      turn()
      current.count++
    },
    now() {
      turn()
      const rate = Math.max(before, current.count, 1)
      return Math.min(longest, Math.max(shortest, most / rate)) * minute
    },
  }
}
