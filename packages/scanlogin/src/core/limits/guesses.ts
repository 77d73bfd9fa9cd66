/**
 * Counts wrong guesses in the store, so that every node sees the same number: five in five minutes, the figure of
 * RFC 8628 section 5.1 for eight letters.
 */
import { type Clock, timeOf } from '../clock.ts'
import { LoginError } from '../errors.ts'
import type { Store } from '../store.ts'
import { createSharedTally } from './tally.ts'

export interface Guesses {
  /**
   * Uses up one guess of `who`; throws `rate_limited` if none is left. It comes before the look whether the guess is
   * right: a thousand guesses sent at once are then five guesses too.
   */
  take(who: string): Promise<void>
  /** Gives a guess back, as it was right. */
  giveBack(who: string): Promise<void>
}

const limit = 5
const period = 300_000

export function createGuesses(store: Store, clock: Clock): Guesses {
  const count = createSharedTally(store, limit)
  // The period starts with the first guess.
  const tallyOf = async (who: string) => ({ key: `g:${who}`, until: (await timeOf(clock, store)) + period })
  return {
    async take(who) {
      const tally = await tallyOf(who)
      if ((await count(tally, 1)) !== undefined) return
      const over = (await store.get(tally.key))?.expiresAt ?? clock.now()
      throw new LoginError('rate_limited', { retryAfter: secondsUntil(over, clock) })
    },
    async giveBack(who) {
      await count(await tallyOf(who), -1)
    },
  }
}

function secondsUntil(time: number, clock: Clock): number {
  return Math.max(1, Math.ceil((time - clock.now()) / 1000))
}
