/**
 * Counts wrong guesses in the store, so that every node sees the same number: five in five minutes, the figure of
 * RFC 8628 section 5.1 for eight letters.
 */
import type { Clock } from './clock.ts'
import { LoginError } from './errors.ts'
import type { Store } from './store.ts'

export interface Guesses {
  /** Throws `rate_limited` once `who` has used up the guesses. */
  allow(who: string): Promise<void>
  miss(who: string): Promise<void>
}

const limit = 5
const period = 300_000

export function createGuesses(store: Store, clock: Clock): Guesses {
  const keyOf = (who: string) => `g:${who}`
  return {
    async allow(who) {
      const entry = await store.get(keyOf(who))
      if (entry && entry.version >= limit) {
        throw new LoginError('rate_limited', { retryAfter: Math.ceil((entry.expiresAt - clock.now()) / 1000) })
      }
    },
    async miss(who) {
      // The version is the count. The period starts with the first miss; a lost race means somebody else counted.
      for (;;) {
        const entry = await store.get(keyOf(who))
        const version = (entry?.version ?? 0) + 1
        const expiresAt = entry?.expiresAt ?? clock.now() + period
        if (await store.put(keyOf(who), { version, expiresAt, value: '' })) return
      }
    },
  }
}
