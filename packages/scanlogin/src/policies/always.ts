/** The same for everybody: a site where every sign-in has to show more. */
import { allow, type Policy, type Required } from '../core/policy/policy.ts'

/** Throws `TypeError` where nothing would be required. */
export function always(require: Omit<Required, 'verdict' | 'reasons'>): Policy {
  const { checkCode, userVerification, shortSession } = require
  if (!checkCode && !userVerification && !shortSession) throw new TypeError('always must require something')
  return {
    name: 'always',
    decide: step => (step.step === 'scan' ? { ...require, verdict: 'require', reasons: ['site_rule'] } : allow),
  }
}
