/**
 * An account that signs in far more often than a person does: shared, scripted, or in somebody else's hands. It is not
 * shut out; from then on it has to show more.
 */
import { sha256 } from '#digest'
import { add } from '../core/limits/tally.ts'
import { allow, type Policy, type Required } from '../core/policy/policy.ts'
import type { Store } from '../core/store.ts'

export interface HighUsageOptions {
  store: Store
  /** Scans of one user, and sign-ins by a provider, within 24 hours that are nothing special. Default 20. */
  perDay?: number
  /**
   * What is required beyond that. Default user verification and a shorter session. Sign-ins by a provider cannot show a
   * check code or user verification: where those are required, they are refused.
   */
  require?: Omit<Required, 'verdict' | 'reasons'>
}

/** Throws `TypeError` for options that cannot be. */
export function highUsage(options: HighUsageOptions): Policy {
  const { store, perDay = 20, require = { userVerification: true, shortSession: true } } = options
  if (!(perDay >= 1)) throw new TypeError('perDay must be a number of at least 1')
  return {
    name: 'high-usage',
    async decide(step) {
      if (step.step !== 'scan' && step.step !== 'arrive') return allow
      // The day begins with the first of them.
      const tally = { key: `u:${await sha256(step.user.id)}`, until: step.at + day }
      const within = await add(store, tally, 1, perDay)
      return within === undefined ? { ...require, verdict: 'require', reasons: ['high_usage'] } : allow
    },
  }
}

const day = 86_400_000
