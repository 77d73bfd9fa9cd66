/**
 * The same for everybody: a site where every sign-in has to show more. Whom a provider signs in can show neither a check
 * code nor who they are once more: where those are required, they do not get in.
 */
import { allow, type Policy, type Required } from '../core/policy/policy.ts'

/** Throws `TypeError` where nothing would be required. */
export function always(require: Omit<Required, 'verdict' | 'reasons'>): Policy {
  const { checkCode, userVerification, shortSession } = require
  if (!checkCode && !userVerification && !shortSession) throw new TypeError('always must require something')
  return {
    name: 'always',
    decide({ step }) {
      if (step !== 'scan' && step !== 'arrive') return allow
      return { ...require, verdict: 'require', reasons: ['site_rule'] }
    },
  }
}
