/**
 * More for a browser that this user has not signed in with before. A relay is always one: it shows a code of its own
 * browser to somebody else's user. What makes a browser known is a key that cannot leave it, never its address or what
 * it says of itself.
 */
import { allow, type Policy, type Required } from '../core/policy/policy.ts'

export interface NewBrowserOptions {
  /** What is required of a new browser. Default a check code of 4 digits and a shorter session. */
  require?: Omit<Required, 'verdict' | 'reasons'>
}

/** Where nobody keeps count of browsers (`createLogin({ browsers })`), every one is new. */
export function newBrowser({ require = { checkCode: 4, shortSession: true } }: NewBrowserOptions = {}): Policy {
  return {
    name: 'new-browser',
    decide(step) {
      if (step.step !== 'scan' || step.knownBrowser === true) return allow
      return { ...require, verdict: 'require', reasons: ['new_browser'] }
    },
  }
}
