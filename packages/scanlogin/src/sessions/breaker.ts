/**
 * Stops asking what has just failed several times: the caller then gets 503 at once and not after a second, and what is
 * coming back to life is not trampled down. After a pause one question goes through; its answer decides for all.
 */
import type { Clock } from '../core/clock.ts'
import { LoginError } from '../core/errors.ts'

export interface Breaker {
  /** Runs `work`, or throws `store_unavailable` without having asked. It never answers in the other's place. */
  run<T>(work: () => Promise<T>): Promise<T>
}

export interface BreakerOptions {
  clock: Pick<Clock, 'now'>
  /** Failures in a row after which it opens. Default 5. */
  failures?: number
  /** Seconds until it asks again, spread by a third so that a fleet does not ask in step. Default 1. */
  pause?: number
  /** 0 to 1. Default `Math.random`. */
  random?: () => number
}

export function createBreaker(options: BreakerOptions): Breaker {
  const { clock, failures = 5, pause = 1, random = Math.random } = options
  let failed = 0
  let closedUntil = 0

  return {
    async run(work) {
      if (failed >= failures) {
        const now = clock.now()
        if (now < closedUntil) throw new LoginError('store_unavailable')
        // Whoever comes while this one is asking is still refused.
        closedUntil = now + pauseMs()
      }
      try {
        const answer = await work()
        failed = 0
        return answer
      } catch (error) {
        failed++
        if (failed >= failures) closedUntil = clock.now() + pauseMs()
        throw error
      }
    },
  }

  function pauseMs(): number {
    return pause * 1000 * (1 + random() / 3)
  }
}
