/**
 * What a page can show: one sum type, so that a screen which forgets a case does not compile.
 *
 *     idle ─▶ loading ─▶ waiting ─▶ scanned ─▶ verifying ─▶ confirmed ─▶ otherAccount ─▶ signedIn
 *                           ▲          └──▶ denied · cancelled · expired · error           └──▶ handedOver
 *                           └── renewed ── expired
 *
 * `offline` may stand in for any of the living states and goes away by itself; `error` waits for a person.
 */
import type { UserResource } from '../http/wire.ts'

export type ClientState =
  | { readonly state: 'idle' }
  | { readonly state: 'loading' }
  | WaitingState
  | ScannedState
  | VerifyingState
  | ConfirmedState
  | OtherAccountState
  | SignedInState
  | HandedOverState
  | DeniedState
  | { readonly state: 'cancelled' }
  | { readonly state: 'expired' }
  | OfflineState
  | ErrorState

/** A ticket that has not ended. */
interface Living {
  /** Seconds until this state ends, counted when the state was made; `client.secondsLeft()` counts on. */
  readonly expiresIn: number
  /** Another account has tried to scan the same code. */
  readonly contended: boolean
}

/** The code is on the screen and nobody has scanned it yet. */
export interface WaitingState extends Living {
  readonly state: 'waiting'
  /** The ticket's public name, 26 characters: the code holds it. */
  readonly id: string
  /** What the QR code holds at this moment; a new state every 10 s carries the next one. */
  readonly qrUrl: string
  /** For people without a camera: `WDJB-MJHT`. */
  readonly userCode: string
}

/** Somebody's phone asks them whether to sign in here. */
export interface ScannedState extends Living {
  readonly state: 'scanned'
  /** Masked, as `A•••`. Absent where the server does not show it. */
  readonly scannedBy?: string
}

/** The phone shows digits that have to be typed here. */
export interface VerifyingState extends Living {
  readonly state: 'verifying'
  readonly scannedBy?: string
  readonly digits: number
  readonly attemptsLeft: number
  /** The digits are on their way to the server. */
  readonly checking: boolean
  /** Why the last digits were not taken: `check_code_mismatch`, or the server was not reached. */
  readonly problem?: Problem
}

/** The phone has said yes and the session is being collected. */
export interface ConfirmedState extends Living {
  readonly state: 'confirmed'
  readonly scannedBy?: string
}

/**
 * The phone has said yes, for another account than this browser was last signed in to: somebody else may have scanned
 * the code to slip their account in. Nobody is signed in until `redeem()` is called, and that should be a click.
 */
export interface OtherAccountState extends Living {
  readonly state: 'otherAccount'
  readonly scannedBy?: string
}

export interface SignedInState {
  readonly state: 'signedIn'
  readonly user: UserResource
  /** What the site's `signIn` gave out, such as tokens; `undefined` or `null` where a cookie is all. */
  readonly session: unknown
  /** Where to go next, checked by the server. */
  readonly returnTo?: string
}

/** The phone has said yes to a page of another site, whose own back end collects with this, once and within 60 s. */
export interface HandedOverState {
  readonly state: 'handedOver'
  readonly code: string
  /** Who gave the code: the back end should compare it with whom it trusts. */
  readonly issuer: string
  /** Where the sign-in was begun with `pkce`; the back end shows it with the code. */
  readonly codeVerifier?: string
  /** The address that the code is for, checked by the server. */
  readonly returnTo?: string
}

export interface DeniedState {
  readonly state: 'denied'
  readonly reason: 'denied_on_phone' | 'check_code'
}

/** The server is out of reach or busy. The client goes on trying by itself. */
export interface OfflineState {
  readonly state: 'offline'
  /** Seconds until the next try, counted when the state was made. */
  readonly retryIn: number
  readonly problem: Problem
}

/** The server refused for good. `refresh()` begins again. */
export interface ErrorState {
  readonly state: 'error'
  readonly problem: Problem
}

/** What went wrong. `code` is one of the protocol's, or `unreachable`, `bad_answer`, `code_not_drawn`. */
export interface Problem {
  readonly code: string
  /** 0 where no answer came. */
  readonly status: number
  readonly title: string
  /** In the words of who refused: plain text in one line, at most 200 characters. */
  readonly detail?: string
  readonly attemptsLeft?: number
  /** Seconds that this computer's clock is ahead of the server's, where that is what went wrong. */
  readonly clockAhead?: number
}
