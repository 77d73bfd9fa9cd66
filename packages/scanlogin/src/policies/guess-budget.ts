/**
 * Eight letters are enough against guesses at one sign-in, but a guess hits any that is live: with L of them, each guess
 * has L chances in 20^8 (RFC 8628 section 5.1 reckons with one). So besides the five tries of a user there is a budget
 * for all users of the site together, and it shrinks as the site grows: what is spent is chance, not tries.
 */
import { createSharedTally } from '../core/limits/tally.ts'
import { allow, type Policy, type Verdict } from '../core/policy/policy.ts'
import type { Store } from '../core/store.ts'
import { createCensus } from './census.ts'

export interface GuessBudgetOptions {
  store: Store
  /**
   * The chance, per hour, that all wrong guesses of all users together hit somebody's code. Default 2^-20. With 1,000
   * sign-ins under way that is 12 mistyped codes in a clock hour; then typed codes are refused until the next.
   */
  chance?: number
}

/** Throws `TypeError` for a chance that is none. */
export function guessBudget({ store, chance = 2 ** -20 }: GuessBudgetOptions): Policy {
  if (!(chance > 0 && chance <= 1)) throw new TypeError('chance must be above 0 and at most 1')
  // Any sixty minutes lie in two clock hours.
  const budget = (chance * codes) / 2
  const census = createCensus(store)
  const add = createSharedTally(store, budget)

  async function spend(now: number): Promise<Verdict> {
    const hour = Math.floor(now / hourLong)
    const end = (hour + 1) * hourLong
    // Spent before the look whether it is right: a thousand guesses sent at once are a thousand too.
    const spent = await add({ key: `w:${hour}`, until: end }, await census.live(now))
    if (spent !== undefined) return allow
    return { verdict: 'deny', reasons: ['many_guesses'], retryAfter: (end - now) / 1000 }
  }

  async function giveBack(now: number): Promise<Verdict> {
    const hour = Math.floor(now / hourLong)
    await add({ key: `w:${hour}`, until: (hour + 1) * hourLong }, -(await census.live(now)))
    return allow
  }

  return {
    name: 'guess-budget',
    decide(step) {
      if (step.step === 'create') census.note(step.at)
      if (step.step === 'guess') return spend(step.at)
      // It was right.
      if (step.step === 'scan' && step.by === 'user_code') return giveBack(step.at)
      return allow
    },
  }
}

const codes = 20 ** 8
const hourLong = 3_600_000
