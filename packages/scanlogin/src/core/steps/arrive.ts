/**
 * Somebody whom a provider has recognised is about to be signed in. There is no ticket that terms could stand in, and no
 * phone of ours that could show anything: what cannot be asked for any more is refused.
 */
import { LoginError } from '../errors.ts'
import type { ArriveStep } from '../policy/policy.ts'
import { noTerms, type Terms } from '../policy/terms.ts'
import type { House } from './house.ts'

/** What is known of somebody who arrives. */
export type ArriveFacts = Omit<ArriveStep, 'step' | 'at'>

/** What is asked of the session. Throws the refusal, also where a check code or user verification is required. */
export async function arrive({ panel, timeNow }: House, facts: ArriveFacts): Promise<Terms> {
  if (panel.idle) return noTerms
  const terms = await panel.ask({ step: 'arrive', at: await timeNow(), ...facts })
  if (terms.checkCode === 0 && !terms.userVerification) return terms
  throw new LoginError('forbidden', { reasons: terms.reasons })
}
