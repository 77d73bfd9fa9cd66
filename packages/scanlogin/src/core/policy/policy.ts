/**
 * A policy is a second opinion: it is asked before a step is taken, told all that is known, and says yes, no, or "yes,
 * if". Several are asked together; the strictest wins, and what they require adds up.
 */
import type { User } from '../ticket.ts'
import type { Reason } from './terms.ts'

export interface Policy {
  /** Stands in events and logs, such as `office-hours`. */
  readonly name: string
  /**
   * Asked before create, scan, confirm and redeem, before a typed code is looked up, before somebody is signed in whom a
   * provider has recognised, and when something unknown was named; on whichever node the call comes to. A policy answers
   * `allow` to steps that it has no opinion on, and to those that it does not know: later versions may have more. Whatever
   * is thrown, answered too late or is no verdict counts as a denial.
   */
  decide(step: PolicyStep): Verdict | Promise<Verdict>
}

export type PolicyStep = CreateStep | GuessStep | ScanStep | ConfirmStep | RedeemStep | ArriveStep | UnknownStep

interface Asked {
  /** ms since the epoch. */
  readonly at: number
  /** Where the browser asked for the sign-in from, as the host tells it. */
  readonly address: string | undefined
  /** What the browser says of itself; anyone can say anything. */
  readonly claimed: { readonly browser: string; readonly os: string }
  /** The site that is signed in to; `undefined` is the site that runs scanlogin itself. */
  readonly clientId: string | undefined
}

interface Bound extends Asked {
  /** Tells tickets apart, and is of no other use: the start of a digest, as in events. */
  readonly ticket: string
  /** Seconds since the browser asked. */
  readonly age: number
  readonly user: User
  /** Whether this user has signed in with this browser's key before; `undefined` where nobody keeps count. */
  readonly knownBrowser: boolean | undefined
}

export interface CreateStep extends Asked {
  readonly step: 'create'
}

/** Before a code that somebody typed is looked up: whoever is denied here learns nothing about it. */
export interface GuessStep {
  readonly step: 'guess'
  readonly at: number
  readonly user: User
  readonly phoneAddress: string | undefined
}

/** A ticket, a code or a secret that there is not. A denial only makes `not_found` a `rate_limited`. */
export interface UnknownStep {
  readonly step: 'unknown'
  readonly at: number
  /** Whose call it was. */
  readonly address: string | undefined
}

export interface ScanStep extends Bound {
  readonly step: 'scan'
  readonly by: 'qr' | 'user_code'
  /** `undefined` where the app's own back end calls and does not say. */
  readonly phoneAddress: string | undefined
}

export interface ConfirmStep extends Bound {
  readonly step: 'confirm'
  readonly phoneAddress: string | undefined
  /** The phone has shown that it is its owner who confirms. */
  readonly userVerified: boolean
}

export interface RedeemStep extends Bound {
  readonly step: 'redeem'
  /** Where the browser collects from; `address` is where it asked from. */
  readonly redeemAddress: string | undefined
  readonly userVerified: boolean
}

/**
 * Somebody comes back from a provider that has recognised them; nothing of ours was scanned, and nothing can be shown on
 * their phone. To require a check code or user verification here is to deny.
 */
export interface ArriveStep extends Asked {
  readonly step: 'arrive'
  readonly user: User
  /** `wechat`, `alipay` …; `undefined` where whoever signs them in does not say. */
  readonly provider: string | undefined
}

export type Verdict = Allowed | Denied | Required

export interface Allowed {
  readonly verdict: 'allow'
}

export interface Denied {
  readonly verdict: 'deny'
  readonly reasons: readonly Reason[]
  /** Seconds after which the same might be allowed. Without it the answer stays no. */
  readonly retryAfter?: number | undefined
}

export interface Required {
  readonly verdict: 'require'
  /** Digits of a check code, 4 to 8. At redeem it is too late to ask for one that was not asked for before, as at arrive. */
  readonly checkCode?: number | undefined
  /** The same holds here. */
  readonly userVerification?: boolean | undefined
  readonly shortSession?: boolean | undefined
  readonly reasons: readonly Reason[]
}

export const allow: Allowed = { verdict: 'allow' }
