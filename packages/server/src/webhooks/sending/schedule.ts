/** When a delivery that has failed is tried again: soon at first, and then over three days. */
import { about } from 'scanlogin/expiry'

/** Seconds after each try. After the last one it is a dead letter. */
const pauses = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]

export const mostTries = pauses.length + 1

/** A receiver that asks for more than a day is asked earlier. */
const longest = 86_400

/**
 * ms until the next try; `undefined` after the last one. `retryAfter` is what the receiver asks for, in seconds. Spread,
 * so that what has failed together does not come back together.
 */
export function pauseAfter(tries: number, retryAfter = 0, random: () => number = Math.random): number | undefined {
  const pause = pauses[tries - 1]
  if (pause === undefined) return undefined
  return Math.max(about(pause, 1 / 5, random()), Math.min(retryAfter, longest)) * 1000
}
