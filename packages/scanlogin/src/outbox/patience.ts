/** How long a part of the outbox rests after a listener has not taken its first event, and when that event is given up. */
import type { Clock } from '../core/clock.ts'

export interface Patience {
  /** `true` while the part rests. */
  pausing(part: number): boolean
  /** The event was not taken: the part rests, longer each time. `true` where it is to be given up instead. */
  lost(part: number, eventId: string): boolean
  /** An event was taken: the next failure is a first one. */
  calm(part: number): void
}

interface Trouble {
  readonly eventId: string
  /** ms since the epoch. */
  readonly since: number
  readonly tries: number
  readonly restUntil: number
}

export function createPatience({
  clock,
  giveUpAfter,
}: {
  clock: Pick<Clock, 'now'>
  /** ms */
  giveUpAfter: number
}): Patience {
  const troubles = new Map<number, Trouble>()
  return {
    pausing: part => (troubles.get(part)?.restUntil ?? 0) > clock.now(),
    lost(part, eventId) {
      const now = clock.now()
      const before = troubles.get(part)
      const same = before?.eventId === eventId ? before : undefined
      const since = same?.since ?? now
      if (now - since >= giveUpAfter) {
        troubles.delete(part)
        return true
      }
      const tries = (same?.tries ?? 0) + 1
      // Capped first and spread after: a fleet does not come back in step.
      const rest = Math.min(longest, shortest * 2 ** tries) * (0.5 + Math.random())
      troubles.set(part, { eventId, since, tries, restUntil: now + rest })
      return false
    },
    calm(part) {
      troubles.delete(part)
    },
  }
}

/** ms */
const shortest = 250
const longest = 30_000
