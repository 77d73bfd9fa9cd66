/**
 * What this process has looked up last, in front of the store. An answer is never older than `staleness`; while a key is
 * hot its copy is renewed in the background, so that nobody waits; one caller loads and the rest wait for the same load;
 * and when the store is out of reach the answer is an error, never a guess.
 *
 * Nobody is told across nodes when an entry changes: a watch for each live session would cost the store more than the
 * copies save, and staleness is bounded anyway. The node that ends a session forgets it at once.
 */
import type { Clock } from '../core/clock.ts'
import { createBreaker } from './breaker.ts'

export interface Lookup<Value> {
  /** Throws what loading throws. What is not there is asked for each time: strangers do not fill the memory. */
  find(key: string): Promise<Value | undefined>
  /** The next `find` asks the store. */
  forget(key: string): void
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
  /** When it should be renewed, and when it must not be used any more. */
  readonly renewAt: number
  readonly overAt: number
}

export function createLookup<Value>(options: LookupOptions<Value>): Lookup<Value> {
  const { load, clock, staleness, most = 20_000, random = Math.random } = options
  const breaker = createBreaker({ clock, random })
  const loading = new Map<string, Promise<Value | undefined>>()
  // Two generations: when the younger is full the older is dropped whole. No list to keep in order.
  let younger = new Map<string, Copy<Value>>()
  let older = new Map<string, Copy<Value>>()
  let copies = 0
  let loads = 0

  function keep(key: string, value: Value | undefined, askedAt: number): void {
    older.delete(key)
    if (value === undefined || staleness === 0) {
      younger.delete(key)
      return
    }
    if (younger.size >= most / 2) {
      older = younger
      younger = new Map()
    }
    // From when it was asked for, and up to a fifth less, so that what was loaded together is not renewed together.
    const life = staleness * 1000 * (1 - random() / 5)
    younger.set(key, { value, renewAt: askedAt + life / 2, overAt: askedAt + life })
  }

  function ask(key: string): Promise<Value | undefined> {
    const underway = loading.get(key)
    if (underway) return underway
    const askedAt = clock.now()
    loads++
    const answer = breaker
      .run(() => load(key))
      .then(value => {
        // Forgotten meanwhile: what was read may be from before that.
        if (loading.get(key) === answer) keep(key, value, askedAt)
        return value
      })
    loading.set(key, answer)
    const done = () => {
      if (loading.get(key) === answer) loading.delete(key)
    }
    answer.then(done, done)
    return answer
  }

  return {
    async find(key) {
      const copy = younger.get(key) ?? older.get(key)
      const now = clock.now()
      if (!copy || now >= copy.overAt) return ask(key)
      copies++
      // Whoever needs it once the copy is over will hear of a failure; this caller has an answer.
      if (now >= copy.renewAt) ask(key).catch(() => {})
      return copy.value
    },
    forget(key) {
      younger.delete(key)
      older.delete(key)
      loading.delete(key)
    },
    counts: () => ({ copies, loads }),
  }
}
