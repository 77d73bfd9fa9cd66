/** How long a part of the outbox rests after a listener has not taken its first event, and when that event is given up. */
import type { Clock } from '../core/clock.ts'
import { backoff } from '../core/expiry/backoff.ts'
import { about } from '../core/expiry/spread.ts'

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
  random = Math.random,
}: {
  clock: Pick<Clock, 'now'>
  /** ms */
  giveUpAfter: number
  /** 0 to 1. Default `Math.random`. */
  random?: () => number
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
      const rest = about(backoff(tries, bounds), 1 / 2, random())
      troubles.set(part, { eventId, since, tries, restUntil: now + rest })
      return false
    },
    calm(part) {
      troubles.delete(part)
    },
  }
}

const bounds = { shortest: 500, longest: 30_000 }
