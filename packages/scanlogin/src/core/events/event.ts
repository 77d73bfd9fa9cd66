/**
 * What happened, for an audit log, an alarm or a count: every step of a sign-in and every refusal. An event holds no
 * secret and nothing that could be used: a ticket is named by the start of a digest of its id.
 */
import type { LoginErrorCode } from '../errors.ts'
import type { PolicyFailure } from '../policy/panel.ts'
import type { Reason } from '../policy/terms.ts'

/** Steps of a ticket; nobody writes that one expires, so there is no event of it. */
export type StepEvent = 'created' | 'scanned' | 'verifying' | 'confirmed' | 'denied' | 'cancelled' | 'redeemed'

/** What somebody should look at. */
export type AlarmEvent =
  /** Another account has tried to scan a ticket that was scanned. */
  | 'contended'
  /** Somebody made up codes for a ticket, and it was ended. */
  | 'forged_codes'
  /** People say "not me" more often than "sign in". */
  | 'denial_spike'
  /** A policy threw, was late or answered nonsense, which counted as a denial. */
  | 'policy_failed'
  /** What the store has for a ticket is none that this version can read; at most once a minute. */
  | 'unreadable'
  /** A refresh token that was used up came back: it was copied, and its session has ended. From whoever keeps sessions. */
  | 'refresh_reuse'

/** What a person has changed about their account. From whoever keeps accounts. */
export type AccountEvent =
  /** Nobody signs in by this identity any more, and the sessions that it had opened have ended. */
  'identity_removed'

/** From whoever keeps sessions. Nobody writes that one is over because its time is, so there is no event of it. */
export type SessionStepEvent = 'session_opened' | 'session_ended'

export interface LoginEvent {
  readonly type: StepEvent | AlarmEvent | AccountEvent | SessionStepEvent | 'refused'
  /** ms since the epoch. */
  readonly at: number
  /** 12 characters, the start of the SHA-256 of the ticket's id in base64url. */
  readonly ticket?: string
  /** The user's id. */
  readonly user?: string
  /** Whose call it was: the browser's, or the phone's where it is known. */
  readonly address?: string
  /** The site that is signed in to; absent for the site itself. */
  readonly client?: string
  readonly verdict?: 'allow' | 'require' | 'deny'
  readonly reasons?: readonly Reason[]
  /** With `denied`: whether the person said no, or the check code was wrong three times. */
  readonly because?: 'denied_on_phone' | 'check_code'
  /** With `confirmed`: whether the user had signed in with this browser before, where browsers are known. */
  readonly knownBrowser?: boolean
  /** With `confirmed`: whether the phone has shown that it was its owner who confirmed. */
  readonly userVerified?: boolean
  /** 12 characters, the start of the session's id, which is a digest. */
  readonly session?: string
  /**
   * With `cancelled`: the operator who has ended it, in the words of whoever let them; absent for the browser itself. With
   * `session_ended`: who or what has ended it, one of `EndedBy`.
   */
  readonly by?: string
  /** `scan`, `redeem`, …: the call that was refused or asked about. */
  readonly call?: string
  /** Why, with `refused`. */
  readonly code?: LoginErrorCode
  /** With `policy_failed`: which one and how, and what it threw. */
  readonly policy?: string
  readonly failure?: PolicyFailure
  readonly error?: unknown
  /** Whose identity it was, with `identity_removed`: `wechat` … */
  readonly provider?: string
  /** How many, with `forged_codes` and `denial_spike`; with `identity_removed` the sessions that have ended. */
  readonly count?: number
}

export type Raise = (event: LoginEvent) => void
