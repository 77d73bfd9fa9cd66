/**
 * What this process has looked up last, in front of the store. An answer is never older than `staleness`; while a key is
 * hot its copy is renewed in the background, so that nobody waits; one caller loads and the rest wait for the same load;
 * and when the store is out of reach the answer is an error, never a guess.
 *
 * Whoever changes an entry forgets it here at once. Who hears of changes on other nodes, by a watch or otherwise, may say so
 * too; where nobody does, staleness is bounded anyway.
 */
import type { Clock } from '../clock.ts'
import { createBreaker, guarded } from './breaker.ts'
import { createFlights } from './flights.ts'
import { createRecent } from './recent.ts'
import { atLeast, atMost } from './spread.ts'
import { stageOf, type Term, termOf } from './term.ts'

export interface Lookup<Value> {
  /** Throws what loading throws. What is not there is asked for each time: strangers do not fill the memory. */
  find(key: string): Promise<Value | undefined>
  /** The next `find` asks the store. */
  forget(key: string): void
  /** It may have changed: the next `find` renews the copy behind whoever asks, and the copy stays good to its end. */
  age(key: string): void
  /** How often an answer came from a copy, and how often from the store. */
  counts(): { readonly copies: number; readonly loads: number }
}

export interface LookupOptions<Value> {
  load: (key: string) => Promise<Value | undefined>
  clock: Pick<Clock, 'now'>
  /** Seconds, 0 for no copies at all. */
  staleness: number
  /** Most copies at a time. Default 20,000. */
  most?: number
  /** 0 to 1. Default `Math.random`. */
  random?: () => number
}

interface Copy<Value> {
  readonly value: Value
  readonly term: Term
}

export function createLookup<Value>(options: LookupOptions<Value>): Lookup<Value> {
  const { load, clock, staleness, most = 20_000, random = Math.random } = options
  // Spread, so that a fleet does not ask in step.
  const breaker = createBreaker({ pause: () => atLeast(1000, 1 / 3, random()) })
  const flights = createFlights<Value | undefined>()
  const recent = createRecent<Copy<Value>>(most)
  let copies = 0
  let loads = 0

  function ask(key: string): Promise<Value | undefined> {
    return flights.join(key, async isCurrent => {
      const askedAt = clock.now()
      loads++
      const value = await guarded(breaker, clock, () => load(key))
      if (isCurrent()) keep(key, value, askedAt)
      return value
    })
  }

  function keep(key: string, value: Value | undefined, askedAt: number): void {
    // From when it was asked for; spread, so that what was loaded together is not renewed together.
    const term = termOf(askedAt, atMost(staleness * 1000, 1 / 5, random()))
    if (value === undefined || staleness === 0) recent.delete(key)
    else recent.set(key, { value, term })
  }

  return {
    async find(key) {
      const copy = recent.get(key)
      const stage = copy && stageOf(copy.term, clock.now())
      if (!copy || stage === 'over') return ask(key)
      copies++
      // Whoever needs it once the copy is over will hear of a failure; this caller has an answer.
      if (stage === 'due') ask(key).catch(() => {})
      return copy.value
    },
    forget(key) {
      recent.delete(key)
      flights.leave(key)
    },
    age(key) {
      const copy = recent.get(key)
      // What is under way may have been read before.
      flights.leave(key)
      if (copy) recent.set(key, { ...copy, term: { ...copy.term, renewAt: 0 } })
    },
    counts: () => ({ copies, loads }),
  }
}
