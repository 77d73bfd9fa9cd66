/**
 * What a session is to the HTTP handler: something that opens at redeem, is read on later calls, can be listed by its
 * user, and can be ended. Each QR sign-in is a session of its own, with an id of its own.
 */
import type { KeyProof } from '../core/browsers/key-proof.ts'
import type { Device, ProviderIdentity, User } from '../core/ticket.ts'
import type { Codes } from './codes.ts'

export type { ProviderIdentity }

export interface Sessions {
  /**
   * Opens the session that `token` stands for. Called again with the same token it gives the same session; if that has
   * been ended since, it throws `already_redeemed`, and `account_unavailable` if the phone has signed out.
   */
  open(user: User, token: string, details?: SessionDetails): Promise<OpenedSession>
  /**
   * `undefined` for a token that is unknown, ended or over, and for one of another site than the one of `clientId`: what
   * that site has collected must not sign anybody in here. Default: the site itself.
   */
  read(token: string, clientId?: string): Promise<Session | undefined>
  /** Also when it is repeated, or the token unknown. `by` is for the event. Default `'person'`. */
  end(token: string, by?: EndedBy): Promise<void>
  /** Ends the session that `token` has opened, and keeps it from opening one if it has not yet. */
  forestall(token: string): Promise<void>
  /** By which other sites collect a session. */
  readonly codes: Codes
  /** The live sessions of a user, the newest first. */
  list(userId: string): Promise<readonly Session[]>
  /**
   * Only where the browser's token changes with each use: gives the next one, or throws `unauthenticated`. Repeated while
   * the answer may have been lost it gives the same one.
   */
  renew?(token: string, renewal?: Renewal): Promise<OpenedSession>
  /** Only where others can check a session by themselves: the public keys, RFC 7517. */
  publicKeys?(): Promise<{ readonly keys: readonly object[] }>
  /**
   * Ends some of a user's sessions, and nobody else's; gives those that it has ended. Repeating it, or naming what is not
   * there, does no harm. Where a phone or an identity is named, what it has approved or begun and nobody has collected yet
   * does not open either. `by` is for the event. Default `'other_session'`.
   */
  endSome(userId: string, which: Which, by?: EndedBy): Promise<readonly Session[]>
}

/** Why a session has ended before its time. */
export type EndedBy =
  /** Its own browser or phone has signed out. */
  | 'person'
  /** The person, from another session of theirs. */
  | 'other_session'
  /** A phone on which the person is signed in. */
  | 'phone'
  /** The app's back end, by its API key. */
  | 'app'
  /** Another one has opened in the same browser or phone. */
  | 'replaced'
  /** The person has too many, and it was the oldest. */
  | 'limit'
  /** What it was opened by is no way into the account any more. */
  | 'identity_removed'
  /** The account was locked, removed or merged. */
  | 'account'
  /** An administrator. */
  | 'operator'
  /** Its token or code was used by two. */
  | 'copied'

/** What happens to sessions, for an audit log. Nobody writes that one is over because its time is, so there is no event of it. */
export type SessionEvent =
  | { readonly type: 'session_opened'; readonly at: number; readonly session: Session }
  | { readonly type: 'session_ended'; readonly at: number; readonly session: Session; readonly by: EndedBy }

export interface Renewal {
  /** As with `read`. */
  readonly clientId?: string | undefined
  /** Of the browser's key, where the call carries one. */
  readonly proof?: KeyProof | undefined
  /** Asked about a session whose token holds, before anything changes; what it throws refuses. */
  readonly before?: (session: Session) => Promise<void>
}

export interface Session {
  /** Public: SHA-256 of the token that opened it, so that it leads to no token. */
  readonly id: string
  readonly user: User
  /** ms since the epoch, as all times here. */
  readonly openedAt: number
  /** When it was used last, to the minute. */
  readonly seenAt: number
  /** When it ends, however much it is used. */
  readonly expiresAt: number
  /** When it ends if nobody uses it before; to the minute, and not earlier. */
  readonly idleAt: number
  readonly details: SessionDetails
}

export interface OpenedSession extends Session {
  /** What the browser keeps, and shows on later calls. */
  readonly token: string
  /** A short-lived token that says the same, and that others can check by themselves. */
  readonly access?: { readonly token: string; readonly expiresAt: number }
}

/** How the session came about. Whatever is not known is absent. */
export interface SessionDetails {
  /** What the browser said of itself, as names from a fixed list. */
  readonly claimed?: { readonly browser: string; readonly os: string }
  /** Where the browser was when it asked to be signed in. */
  readonly address?: string
  readonly place?: string
  /** The phone that said yes, in its own words. */
  readonly approvedBy?: Device
  /** When the browser asked to be signed in: it does not open if the phone has signed out since, or the identity has left. */
  readonly begunAt?: number
  /** A policy wants it to end early. */
  readonly shortSession?: boolean
  /** Thumbprint (RFC 7638) of the key that the browser has proved to hold. */
  readonly browserKey?: string
  /** How the person was recognised, RFC 8176. */
  readonly amr?: readonly string[]
  /** The other site that it was opened for; absent for the site itself. */
  readonly clientId?: string
  /** By which identity the person was recognised, where a provider has told who they are. */
  readonly openedBy?: ProviderIdentity
  /** A phone holds it and confirms sign-ins with it; absent for a browser's. Written by what opens the session. */
  readonly holder?: 'phone'
}

export type Which =
  | { readonly id: string }
  | { readonly allBut: string | undefined }
  /** `idHash` of the phone. */
  | { readonly approvedBy: string }
  /** `idHash` of an identity: what it has opened, and what phones have approved on which somebody was signed in by it. */
  | { readonly openedBy: string }
