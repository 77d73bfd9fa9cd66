/** Numbers in a store that every node adds to: for limits that have to hold in the whole fleet. */
import { LoginError } from '../errors.ts'
import type { Entry, Store } from '../store.ts'

export interface Tally {
  /** Where the number stands. */
  readonly key: string
  /** When it is forgotten, ms since the epoch, if it is counted from now on. */
  readonly until: number
}

/** The number, 0 where nobody has counted. */
export async function total(store: Store, key: string): Promise<number> {
  return numberIn(await store.get(key))
}

/**
 * Adds `amount`, which may be negative, and gives the sum, or `undefined` if that would be more than `most`: then
 * nothing is added. It never goes below 0.
 */
export async function add(
  store: Store,
  { key, until }: Tally,
  amount: number,
  most: number,
): Promise<number | undefined> {
  for (let round = 0; round < mostRounds; round++) {
    const entry = await store.get(key)
    const sum = Math.max(0, numberIn(entry) + amount)
    if (sum > most) return undefined
    if (!entry && sum === 0) return 0
    const next = { version: (entry?.version ?? 0) + 1, expiresAt: entry?.expiresAt ?? until, value: String(sum) }
    if (await store.put(key, next)) return sum
    // Somebody else has counted.
  }
  throw new LoginError('rate_limited', { retryAfter: 1 })
}

/** N callers at once cost a store N times this much, and not N². */
export const mostRounds = 32

function numberIn(entry: Entry | undefined): number {
  const number = Number(entry?.value ?? 0)
  return Number.isFinite(number) ? number : 0
}
