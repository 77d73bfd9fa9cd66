/**
 * Stops asking what has just failed several times, so that what is coming back to life is not trampled down. After a
 * pause it is half open: one question goes through, and its answer decides for all.
 */
import type { Clock } from '../clock.ts'
import { LoginError } from '../errors.ts'

export type BreakerState = 'closed' | 'open' | 'half-open'

/** Times in ms since the epoch. */
export interface Breaker {
  /** `open`: nobody may ask. `half-open`: one may. */
  state(now: number): BreakerState
  /** Somebody asks. Where that is the one question, nobody else asks meanwhile, for a pause at most. */
  asking(now: number): void
  succeeded(): void
  failed(now: number): void
  /** What is asked has said itself that it wants to be left alone, for `ms`. */
  rest(ms: number, now: number): void
}

export interface BreakerOptions {
  /** Failures in a row after which it opens. Default 5. */
  failures?: number
  /** ms until it asks again, after the `times`th failure that has kept it open, 1 for the first. */
  pause: (times: number) => number
}

export function createBreaker({ failures = 5, pause }: BreakerOptions): Breaker {
  let failed = 0
  let openUntil = 0

  function state(now: number): BreakerState {
    if (now < openUntil) return 'open'
    return failed < failures ? 'closed' : 'half-open'
  }

  function rest(ms: number, now: number): void {
    openUntil = Math.max(openUntil, now + ms)
  }

  return {
    state,
    rest,
    asking(now) {
      if (state(now) === 'half-open') rest(pause(failed - failures + 1), now)
    },
    succeeded() {
      failed = 0
      openUntil = 0
    },
    failed(now) {
      failed++
      if (failed >= failures) rest(pause(failed - failures + 1), now)
    },
  }
}

/** Runs `work`, or throws `store_unavailable` without having asked. It never answers in the other's place. */
export async function guarded<T>(breaker: Breaker, clock: Pick<Clock, 'now'>, work: () => Promise<T>): Promise<T> {
  const now = clock.now()
  if (breaker.state(now) === 'open') throw new LoginError('store_unavailable')
  breaker.asking(now)
  try {
    const answer = await work()
    breaker.succeeded()
    return answer
  } catch (error) {
    breaker.failed(clock.now())
    throw error
  }
}
