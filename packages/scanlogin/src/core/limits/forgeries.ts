/**
 * Codes that somebody made up for a ticket: the fifth ends it. Its id is on a screen for all to see, so this gives
 * nobody a power they lacked; 50 bits are far from guessed in five tries, and a sixth is not to be had.
 */
import type { Clock } from '../clock.ts'
import type { Store } from '../store.ts'
import { lifetimes } from '../ticket.ts'
import { add } from './tally.ts'

export const forgeriesToBurn = 5

/** Counts one more, and says how many there were. */
export async function countForgery(store: Store, id: string, clock: Pick<Clock, 'now'>): Promise<number> {
  const tally = { key: `q:${id}`, until: clock.now() + lifetimes.scanLimit }
  return (await add(store, tally, 1, Number.POSITIVE_INFINITY)) ?? 0
}
