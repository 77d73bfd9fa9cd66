/** How long a session lives: an absolute limit, and less if nobody uses it. */
import type { SessionDetails } from './session.ts'

export interface LifetimeOptions {
  /** Seconds a session lives, however much it is used; at least 60. Default 28,800 (8 hours). */
  ttl?: number
  /** Seconds without use after which it ends, at least 120, or `false` for no such limit. Default 1,800 (30 minutes). */
  idle?: number | false
  /** Seconds that a session lives at most where a policy wants it short; at least 60. Default 3,600 (1 hour). */
  shortTtl?: number
}

export interface Lifetimes {
  /** When a session that opens now ends, however much it is used. */
  limit(now: number, details: SessionDetails): number
  /** When a session ends that nobody uses any more. */
  idleAt(seenAt: number, limit: number): number
  /** Until when it stays in the store. */
  keptUntil(seenAt: number, limit: number): number
}

/** ms between two notes of when a session was seen: a write a minute, however many calls there are. */
export const noteEvery = 60_000

export function createLifetimes({ ttl = 28_800, idle = 1800, shortTtl = 3600 }: LifetimeOptions): Lifetimes {
  // Longer than redeem can be repeated: a session that has ended by then must not open again.
  atLeast(60, 'ttl', ttl)
  atLeast(60, 'shortTtl', shortTtl)
  if (idle !== false) atLeast(120, 'idle', idle)
  const unused = (from: number, limit: number) => (idle === false ? limit : Math.min(limit, from + idle * 1000))
  return {
    limit: (now, { shortSession }) => now + Math.min(ttl, shortSession ? shortTtl : ttl) * 1000,
    idleAt: (seenAt, limit) => unused(seenAt, limit),
    // The last use may be a minute later than the note of it: never less than was promised, a minute more at most.
    keptUntil: (seenAt, limit) => unused(seenAt + noteEvery, limit),
  }
}

function atLeast(least: number, name: string, seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= least) return
  throw new TypeError(`${name} must be a whole number of seconds, at least ${least}`)
}
