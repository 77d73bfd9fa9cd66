/**
 * How many typed codes are live in the whole fleet. Counted in each process and added to the store's number now and
 * then: a write for each sign-in would be too many.
 */
import { add, total } from '../core/limits/tally.ts'
import type { Store } from '../core/store.ts'

export interface Census {
  note(now: number): void
  /** Codes that are live in the whole fleet, rounded up. */
  live(now: number): Promise<number>
}

export function createCensus(store: Store): Census {
  let fresh = 0
  let written = Number.NEGATIVE_INFINITY
  /** What the store has said lately: a crowd that types its codes asks for it once a second, and not each for itself. */
  let counted: { readonly at: number; readonly sum: Promise<number> } | undefined

  async function write(now: number): Promise<void> {
    const amount = fresh
    fresh = 0
    written = now
    const key = `l:${Math.floor(now / minute)}`
    try {
      await add(store, { key, until: now + (minutes + 1) * minute }, amount, Number.POSITIVE_INFINITY)
    } catch {
      // Next time.
      fresh += amount
    }
    counted = undefined
  }

  return {
    note(now) {
      fresh++
      // Nobody waits for it.
      if (now - written >= pause) void write(now)
    },
    async live(now) {
      if (!counted || Math.abs(now - counted.at) >= second) {
        const asked = { at: now, sum: sumAt(now) }
        counted = asked
        asked.sum.catch(() => {
          if (counted === asked) counted = undefined
        })
      }
      return Math.max(1, (await counted.sum) + fresh)
    },
  }

  async function sumAt(now: number): Promise<number> {
    const first = Math.floor(now / minute)
    const keys = Array.from({ length: minutes }, (_, index) => `l:${first - index}`)
    const counts = await Promise.all(keys.map(key => total(store, key)))
    return counts.reduce((sum, count) => sum + count, 0)
  }
}

const second = 1000

const minute = 60_000
/** Minutes that a code lives, and the one that has begun. */
const minutes = 6
/** ms between two writes of one process. */
const pause = 10_000
