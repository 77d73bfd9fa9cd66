/**
 * What crosses the network, exactly as `docs/protocol.md` has it: JSON with snake_case names, times as remaining
 * seconds. Built by hand, field by field, so that nothing leaks by spreading.
 */
import { about } from '../core/expiry/spread.ts'
import { maskName } from '../core/plain-text.ts'
import { holder, isFinal, type StateNow, stateAt, type Ticket, type User, versionAt } from '../core/ticket.ts'

/** A ticket as the browser sees it. */
export interface TicketResource {
  id: string
  state: StateNow
  version: number
  /** Seconds until the present state ends, 0 in a final state. */
  expires_in: number
  /** Seconds a short poller should wait before it asks again. */
  poll_after: number
  /** Whose phone scanned it, masked. Absent before the scan, after the end, and where it is switched off. */
  scanned_by?: { name: string }
  /** In `verifying` only. */
  check_code?: { digits: number; attempts_left: number }
  /** Another account has tried to scan this code as well. */
  contended?: true
  /** Why it was denied. */
  reason?: 'denied_on_phone' | 'check_code'
}

export interface CreatedResource extends TicketResource {
  qr: {
    url: string
    /** Absent where the code does not rotate. */
    rotation?: { key: string; step_seconds: number }
  }
  user_code: string
  /** Only with `secret_in: "body"`. */
  secret?: string
}

export interface CreateBody {
  client_id?: string
  return_to?: string
  code_challenge?: string
  code_challenge_method?: 'S256'
  secret_in?: 'cookie' | 'body'
}

/** What redeem answers. */
export interface SignedInResource {
  user: UserResource
  /** A `SessionResource`, or what the host's own sign-in gives. */
  session: unknown
  return_to?: string
}

/** What redeem answers for a client that is another site. */
export interface CodeResource {
  /** For that site's back end, once, within 60 s. */
  code: string
  /** Who gave it, RFC 9207. */
  iss: string
  return_to?: string
}

export interface SessionResource {
  /** Seconds until it ends, however much it is used. */
  expires_in: number
  /** Seconds until it ends if nobody uses it. */
  idle_expires_in?: number
  /** Seconds until the signed token has to be renewed, where there is one. */
  access_expires_in?: number
  /** Only for a client that proved itself with `Authorization`; browsers get a cookie. */
  token?: string
  /** The signed token, under the same rule. */
  access_token?: string
}

/** What another site's back end gets for a code, RFC 6749 section 5.1. */
export interface TokenResource {
  access_token: string
  token_type: 'Bearer'
  /** Seconds that `access_token` holds. */
  expires_in: number
  /** Where `access_token` is a signed one. */
  refresh_token?: string
  /** Who gave it. */
  iss: string
  user: UserResource
}

/** One of a person's sessions. */
export interface ListedSessionResource {
  id: string
  /** It is the session that asks. */
  current?: true
  /** Seconds since. */
  opened_ago: number
  seen_ago: number
  expires_in: number
  /** Seen by the server when the browser asked to be signed in. */
  observed: { ip?: string; place?: string }
  /** Said by the browser about itself. */
  claimed?: { browser: string; os: string }
  /** Said by the phone, or its app, about itself. */
  approved_by?: { name?: string; claimed?: { browser: string; os: string } }
  /** By whom the person was recognised, where that was a provider. */
  opened_by?: { provider: string }
  /** A phone holds it, and confirms sign-ins with it; absent for a browser's. */
  holder?: 'phone'
  /** Another site that it was opened for. */
  client?: { name: string }
}

/** A browser that a person has signed in with before. */
export interface KnownBrowserResource {
  id: string
  /** It is the browser that asks. */
  current?: true
  /** Seconds since. */
  first_used_ago: number
  /** Up to a day behind. */
  last_used_ago: number
  /** Said by the browser about itself when it signed in last. */
  claimed: { browser: string; os: string }
}

export interface UserResource {
  id: string
  name?: string
  avatar?: string
}

export interface ScanBody {
  qr?: string
  user_code?: string
  /** With an API key only, as what follows. */
  user?: UserResource
  /** The IP address that the phone calls the app's back end from. */
  phone_address?: string
}

/** What the browser shows from now on, for a phone that has to be signed in before it may scan. */
export interface CodesResource {
  /** Whole codes, as a camera reads them. The first is the one of this moment. */
  codes: string[]
  /** Seconds until the second of them, and from then on until each next one. */
  next_in: number
  step_seconds: number
}

export interface ScannedResource {
  ticket: { id: string; state: StateNow; expires_in: number }
  scan_token: string
  context: ScanContext
  require: { check_code: boolean; user_verification: boolean; short_session: boolean }
}

/** What the phone must show before "sign in". */
export interface ScanContext {
  /** Seen by the server. */
  observed: {
    ip?: string
    place?: string
    /** Seconds since the browser asked. */
    time: number
    known_browser: boolean
  }
  /** Said by the browser about itself; anyone can say anything. */
  claimed: { browser: string; os: string }
  client: { name: string; origin: string }
  /** Why more is required than usual: codes such as `new_browser`. Absent where nothing is. */
  reasons?: string[]
}

export interface ConfirmBody {
  scan_token: string
  /** From a phone with its own credentials: what shows that it is its owner who confirms. */
  user_verification?: object
  /** With an API key only, as what follows: the phone has shown that it is its owner who confirms. */
  user_verified?: boolean
  phone_address?: string
}

export interface ConfirmedResource {
  state: StateNow
  /** Digits for the person to type in the browser, in `verifying`. */
  check_code?: string
}

/** `application/problem+json`, RFC 9457. */
export interface ProblemResource {
  type: string
  title: string
  status: number
  code: string
  detail?: string
  attempts_left?: number
  /** Seconds that the caller's clock is ahead, with `invalid_proof`: take them off and prove again. */
  clock_ahead?: number
  /** What a policy has against it: codes such as `many_attempts`. */
  reasons?: string[]
}

export interface TicketView {
  now: number
  /** Digits of the check code where the ticket does not say. */
  digits: number | false
  /** Shows the browser whose phone scanned, masked. */
  showScanner: boolean
  /** The server is going down: whoever asks again should not do so at once, nor all together. */
  draining: boolean
  /** 0 to 1, spreads `poll_after`. */
  jitter: number
}

export function toTicketResource(ticket: Ticket, view: TicketView): TicketResource {
  const state = stateAt(ticket, view.now)
  const resource: TicketResource = {
    id: ticket.birth.id,
    state,
    version: versionAt(ticket, view.now),
    expires_in: secondsLeft(ticket, state, view.now),
    poll_after: pollAfter(ticket, view),
  }
  const user = holder(ticket)
  if (user && view.showScanner && (state === 'scanned' || state === 'verifying' || state === 'confirmed')) {
    resource.scanned_by = { name: maskName(user.name ?? '') }
  }
  const digits = ticket.terms?.checkCode || view.digits
  if (ticket.state === 'verifying' && state === 'verifying' && digits) {
    resource.check_code = { digits, attempts_left: ticket.attemptsLeft }
  }
  if (ticket.contended) resource.contended = true
  if (ticket.state === 'denied') resource.reason = ticket.reason
  return resource
}

export function toUserResource({ id, name, avatar }: User): UserResource {
  return { id, ...(name !== undefined && { name }), ...(avatar !== undefined && { avatar }) }
}

export function secondsLeft(ticket: Ticket, state: StateNow, now: number): number {
  return isFinal(state) ? 0 : Math.max(0, Math.ceil((ticket.deadline - now) / 1000))
}

/** 1 s at first, up to 3 s while nothing happens, 1 s again after the scan; ±10 % so that browsers do not march in step. */
function pollAfter(ticket: Ticket, { now, jitter, draining }: TicketView): number {
  if (draining) return Math.round(jitter * 300) / 100
  const age = (now - ticket.birth.createdAt) / 1000
  const seconds = ticket.state === 'pending' ? Math.min(3, 1 + Math.max(0, age - 10) / 25) : 1
  return Math.round(about(seconds, 1 / 10, jitter) * 100) / 100
}
