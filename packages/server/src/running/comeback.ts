/**
 * When a worker that has ended is started again: soon after a long life, later and later where it keeps ending at once, and in
 * the end not at all, because a server that cannot run must not look as if it could.
 */
import { backoff } from 'scanlogin/expiry'

export interface Comeback {
  /** ms until the next start; `undefined` when it is time to give up. `age` is how long the one that ended has lived, ms. */
  after(age: number): number | undefined
}

export function createComeback(): Comeback {
  let early = 0
  return {
    after(age) {
      early = age < settledAge ? early + 1 : 0
      return early < mostEarlyEnds ? backoff(Math.max(1, early), { shortest }) : undefined
    },
  }
}

/** ms after which a worker counts as one that runs. */
export const settledAge = 10_000
/** In a row: the sixth comes some 3 s after the first, but for the time that the starts themselves take. */
export const mostEarlyEnds = 6
/** ms */
const shortest = 100
