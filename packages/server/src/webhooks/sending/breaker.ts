/**
 * Keeps away from an endpoint that answers nothing: after five failures in a row it is left alone for a while, then asked
 * with one delivery, and left alone for longer if that fails too. What waits for it keeps its tries.
 */
import { about, type Breaker, type BreakerState, backoff, createBreaker } from 'scanlogin/expiry'

/** `random` gives 0 to 1. Default `Math.random`. */
export function createEndpointBreaker(random: () => number = Math.random): Breaker {
  return createBreaker({ pause: times => about(backoff(times, bounds), 1 / 5, random()) })
}

/** How many deliveries may begin now, of at most `most` at a time. */
export function admitted(state: BreakerState, underWay: number, most: number): number {
  switch (state) {
    case 'open':
      return 0
    case 'half-open':
      return underWay === 0 ? 1 : 0
    case 'closed':
      return most - underWay
  }
}

/** ms that an endpoint may ask to be left alone, and that it is left alone without having asked. */
export const longestRest = 600_000
const bounds = { shortest: 10_000, longest: longestRest }
