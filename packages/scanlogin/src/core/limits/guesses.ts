/**
 * Counts wrong guesses in the store, so that every node sees the same number: five in five minutes, the figure of
 * RFC 8628 section 5.1 for eight letters.
 */
import type { Clock } from '../clock.ts'
import { LoginError } from '../errors.ts'
import type { Store } from '../store.ts'

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
  const keyOf = (who: string) => `g:${who}`
  return {
    async take(who) {
      // A lost race means that somebody else counted; after five of those there is nothing left to race for.
      for (;;) {
        const entry = await store.get(keyOf(who))
        const taken = Number(entry?.value ?? 0)
        // The period starts with the first guess.
        const expiresAt = entry?.expiresAt ?? clock.now() + period
        if (taken >= limit) throw new LoginError('rate_limited', { retryAfter: secondsUntil(expiresAt, clock) })
        const version = (entry?.version ?? 0) + 1
        if (await store.put(keyOf(who), { version, expiresAt, value: String(taken + 1) })) return
      }
    },
    async giveBack(who) {
      // As many rounds as there are others who take and give back at the same time, and `take` bounds those.
      for (;;) {
        const entry = await store.get(keyOf(who))
        const taken = Number(entry?.value ?? 0)
        if (!entry || taken === 0) return
        if (await store.put(keyOf(who), { ...entry, version: entry.version + 1, value: String(taken - 1) })) return
      }
    },
  }
}

function secondsUntil(time: number, clock: Clock): number {
  return Math.max(1, Math.ceil((time - clock.now()) / 1000))
}
