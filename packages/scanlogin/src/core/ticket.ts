/**
 * A ticket is one attempt to sign one browser in. It only ever moves forward:
 *
 *     pending ── scan ──▶ scanned ── confirm ──▶ confirmed ── redeem ──▶ redeemed
 *                           │  └── confirm, check code asked ──▶ verifying ── verify ──▶ confirmed
 *                           └── deny ──▶ denied
 *     pending, scanned, verifying, confirmed ── cancel (browser) ──▶ cancelled
 *     verifying, confirmed ── deny (the same phone: "undo") ──▶ denied
 *
 * `expired` is not among the states because nobody writes it: a ticket is expired when the clock says so. Each step
 * below is a decision without clock, chance or I/O. It returns the next ticket, or the very same one when the step has
 * been taken already (a repeated request), or throws the refusal.
 */
import { LoginError } from './errors.ts'
import { type Terms, together } from './policy/terms.ts'

export type Ticket = Head & TicketState

interface Head {
  readonly birth: Birth
  /** One more with each change. */
  readonly version: number
  /** When the present state ends, ms since the epoch. In `redeemed`: until when the same browser may ask again. */
  readonly deadline: number
  /** Somebody else has tried to scan it too. */
  readonly contended: boolean
  /** What policies ask of it; absent where they ask for nothing. From confirm on also the digits of the code shown. */
  readonly terms?: Terms | undefined
  /** The phone has shown that it was its owner who confirmed. */
  readonly userVerified?: boolean | undefined
}

export type TicketState =
  | { readonly state: 'pending' }
  | { readonly state: 'scanned'; readonly phone: Phone }
  | {
      readonly state: 'verifying'
      readonly phone: Phone
      /** SHA-256 of id and code. Four digits are no secret from who reads the store; this keeps them out of sight. */
      readonly checkCodeHash: string
      readonly attemptsLeft: number
    }
  | { readonly state: 'confirmed'; readonly phone: Phone }
  | { readonly state: 'redeemed'; readonly phone: Phone }
  | { readonly state: 'denied'; readonly phone: Phone; readonly reason: 'denied_on_phone' | 'check_code' }
  | { readonly state: 'cancelled'; readonly phone: Phone | undefined }

/** What never changes. */
export interface Birth {
  /** 128 random bits, 26 characters of Crockford base32. Public: anyone who sees the screen has it. */
  readonly id: string
  /** ms since the epoch. */
  readonly createdAt: number
  /** SHA-256 of the secret that only the browser holds. Seeing the QR code is not enough to collect. */
  readonly secretHash: string
  /** Signs the steps of the rotating QR code; `undefined` where the code does not rotate. */
  readonly rotationKey: string | undefined
  /** Whose site the browser is on; `undefined` is the site that runs scanlogin itself. */
  readonly clientId: string | undefined
  readonly returnTo: string | undefined
  /** PKCE S256, RFC 7636. */
  readonly codeChallenge: string | undefined
  /** Thumbprint of the key that the browser has proved to hold, RFC 7638. Whoever collects has to hold it too. */
  readonly browserKey?: string | undefined
  readonly origin: BrowserOrigin
}

/** What is known of the browser, shown on the phone before "sign in". */
export interface BrowserOrigin {
  /** Observed by the server, not told by the browser. */
  readonly ip: string | undefined
  /** Claimed by the browser: names from a fixed list, never its own words. */
  readonly browser: string
  readonly os: string
}

/** The phone that scanned first, and whose it is. */
export interface Phone {
  readonly user: User
  /** SHA-256 of the token that only this phone holds. */
  readonly scanTokenHash: string
  readonly device?: Device
  /** Whether its user had signed in with the browser's key before, when it scanned; absent where nobody has asked. */
  readonly knownBrowser?: boolean
}

/** The phone in its own words, or in those of the app on it; anyone can claim anything here. */
export interface Device {
  /** What the app calls it, such as "Alice's phone". */
  readonly name?: string
  /** SHA-256 of the app's own id of it. */
  readonly idHash?: string
  /** What it said of itself, as names from a fixed list. */
  readonly claimed?: { readonly browser: string; readonly os: string }
  /** By which identity its person is signed in on it, where a provider has told who they are. Nobody's own word. */
  readonly signedInBy?: ProviderIdentity
}

/** A person at a provider, such as a WeChat account. */
export interface ProviderIdentity {
  /** `wechat`, `alipay` …, to be shown. */
  readonly provider: string
  /** A digest that is the same for the same identity and leads to no name at the provider. */
  readonly idHash: string
}

export interface User {
  /** The host's own id, 1 to 255 characters. */
  readonly id: string
  readonly name?: string
  /** An https address. */
  readonly avatar?: string
}

/** A ticket's state once the clock has been asked. */
export type StateNow = Ticket['state'] | 'expired'

/** Lifetimes in ms, from `docs/protocol.md`. */
export const lifetimes = {
  pending: 120_000,
  /** After the scan people read before they tap: at least this much more … */
  scanned: 90_000,
  /** … but never past this, counted from creation. */
  scanLimit: 300_000,
  verifying: 60_000,
  /** Between confirm and redeem. */
  confirmed: 30_000,
  /** The same browser may repeat redeem and gets the same session: a lost reply must not lose the login. */
  redeemRetry: 30_000,
  /** A ticket that has ended stays readable to who holds its secret, so that a replay is told from a stranger. */
  tombstone: 600_000,
} as const

export const checkCodeAttempts = 3

export function stateAt(ticket: Ticket, now: number): StateNow {
  return isFinal(ticket.state) || now < ticket.deadline ? ticket.state : 'expired'
}

/** `true` for the four states that nothing leads out of. */
export function isFinal(state: StateNow): boolean {
  return state !== 'pending' && state !== 'scanned' && state !== 'verifying' && state !== 'confirmed'
}

/** As clients see it: expiry counts as a change, though nobody writes it. */
export function versionAt(ticket: Ticket, now: number): number {
  return stateAt(ticket, now) === 'expired' ? ticket.version + 1 : ticket.version
}

/** The user whose phone holds this ticket, once one has scanned it. */
export function holder(ticket: Ticket): User | undefined {
  return 'phone' in ticket ? ticket.phone?.user : undefined
}

/** Whether the browser was known to the user whose phone holds this ticket, when it scanned. */
export function knownAtScan(ticket: Ticket): boolean | undefined {
  return 'phone' in ticket ? ticket.phone?.knownBrowser : undefined
}

export function open(birth: Birth, deadline: number, terms?: Terms): Ticket {
  return { birth, version: 1, deadline, contended: false, state: 'pending', terms: worthKeeping(terms) }
}

/**
 * Binds the first phone. The same user scanning again gets a new token and ends the old one; another user leaves a
 * mark that the browser sees, and the caller refuses them: `holder` of the result is not who asked.
 */
export function scan(ticket: Ticket, phone: Phone, now: number, asked?: Terms): Ticket {
  refuseOver(ticket, now)
  const owner = holder(ticket)
  if (owner && owner.id !== phone.user.id) {
    return ticket.contended ? ticket : { ...ticket, version: ticket.version + 1, contended: true }
  }
  if (ticket.state !== 'pending' && ticket.state !== 'scanned') throw new LoginError('wrong_state')
  const deadline = Math.min(
    ticket.birth.createdAt + lifetimes.scanLimit,
    Math.max(ticket.deadline, now + lifetimes.scanned),
  )
  return step(agreed(ticket, asked), deadline, { state: 'scanned', phone })
}

/** Somebody makes up codes for it: over before its time, so that the browser shows another. */
export function burn(ticket: Ticket, now: number): Ticket {
  if (ticket.state !== 'pending' || now >= ticket.deadline) return ticket
  return step(ticket, now, { state: 'pending' })
}

export interface Approval {
  /** Of the code that the phone is about to show, where one is asked for. */
  readonly checkCodeHash?: string | undefined
  /** All that is asked of this sign-in, with the digits of that code. */
  readonly terms?: Terms | undefined
  readonly userVerified?: boolean | undefined
}

/**
 * The phone says "sign in". With a check code the browser still has to show that it hears this phone's user. A phone
 * that has yet to show that it is its owner who confirms may do so and confirm again.
 */
export function confirm(ticket: Ticket, approval: Approval, now: number): Ticket {
  if (ticket.state === 'redeemed') return ticket
  refuseOver(ticket, now)
  switch (ticket.state) {
    case 'pending':
      throw new LoginError('wrong_state')
    case 'scanned': {
      const { phone } = ticket
      const { checkCodeHash, terms, userVerified } = approval
      const next = { ...agreed(ticket, terms), userVerified: userVerified || undefined }
      if (next.terms?.userVerification && !userVerified) throw unverified()
      if (checkCodeHash === undefined) return step(next, now + lifetimes.confirmed, { state: 'confirmed', phone })
      const verifying = { state: 'verifying', phone, checkCodeHash, attemptsLeft: checkCodeAttempts } as const
      return step(next, now + lifetimes.verifying, verifying)
    }
    case 'verifying':
    case 'confirmed':
      return ticket
  }
}

/** The browser types what the phone shows. Repeating it after success changes nothing; the third miss denies. */
export function verify(ticket: Ticket, checkCodeHash: string, now: number): Ticket {
  if (ticket.state === 'redeemed') return ticket
  refuseOver(ticket, now)
  switch (ticket.state) {
    case 'pending':
    case 'scanned':
      throw new LoginError('wrong_state')
    case 'confirmed':
      return ticket
    case 'verifying': {
      const { phone } = ticket
      if (sameDigest(ticket.checkCodeHash, checkCodeHash)) {
        return step(ticket, now + lifetimes.confirmed, { state: 'confirmed', phone })
      }
      const attemptsLeft = ticket.attemptsLeft - 1
      if (attemptsLeft === 0) return step(ticket, now, { state: 'denied', phone, reason: 'check_code' })
      return step(ticket, ticket.deadline, {
        state: 'verifying',
        phone,
        checkCodeHash: ticket.checkCodeHash,
        attemptsLeft,
      })
    }
  }
}

/** The phone says "not me", or takes its "sign in" back while nobody has collected it. */
export function deny(ticket: Ticket, now: number): Ticket {
  if (ticket.state === 'denied') return ticket
  refuseOver(ticket, now)
  if (ticket.state === 'pending') throw new LoginError('wrong_state')
  return step(ticket, now, { state: 'denied', phone: ticket.phone, reason: 'denied_on_phone' })
}

/** The browser gives up. What has ended without it stays as it is. */
export function cancel(ticket: Ticket, now: number): Ticket {
  if (ticket.state === 'redeemed') throw new LoginError('already_redeemed')
  if (isFinal(stateAt(ticket, now))) return ticket
  return step(ticket, now, { state: 'cancelled', phone: 'phone' in ticket ? ticket.phone : undefined })
}

/**
 * The browser collects. Within the retry window it may ask again; the ticket then stays as it is. What is `asked` for
 * only now, and was not fulfilled before, cannot be fulfilled any more.
 */
export function redeem(ticket: Ticket, now: number, asked?: Terms): Ticket {
  if (ticket.state === 'redeemed' && now < ticket.deadline) return ticket
  refuseOver(ticket, now)
  if (ticket.state !== 'confirmed') throw new LoginError('wrong_state')
  if (asked?.userVerification && !ticket.userVerified) throw unverified()
  if (asked && asked.checkCode > (ticket.terms?.checkCode ?? 0)) {
    throw new LoginError('forbidden', { reasons: ['check_code'], detail: 'This sign-in needs a check code.' })
  }
  return step(agreed(ticket, asked), now + lifetimes.redeemRetry, { state: 'redeemed', phone: ticket.phone })
}

/** Compares two digests in a time that depends on their length only. */
export function sameDigest(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i)
  return difference === 0
}

type LiveTicket = Extract<Ticket, { readonly state: 'pending' | 'scanned' | 'verifying' | 'confirmed' }>

function refuseOver(ticket: Ticket, now: number): asserts ticket is LiveTicket {
  switch (stateAt(ticket, now)) {
    case 'redeemed':
      throw new LoginError('already_redeemed')
    case 'denied':
      throw new LoginError('ticket_denied')
    case 'cancelled':
      throw new LoginError('ticket_cancelled')
    case 'expired':
      throw new LoginError('ticket_expired')
  }
}

function step(head: Head, deadline: number, state: TicketState): Ticket {
  const { birth, version, contended, terms, userVerified } = head
  return { birth, version: version + 1, deadline, contended, terms, userVerified, ...state }
}

/** The ticket with what is asked of it from now on. */
function agreed<T extends Head>(ticket: T, asked: Terms | undefined): T {
  return asked ? { ...ticket, terms: worthKeeping(together(ticket.terms, asked)) } : ticket
}

function worthKeeping(terms: Terms | undefined): Terms | undefined {
  if (!terms) return undefined
  const { checkCode, userVerification, shortSession, reasons } = terms
  return checkCode > 0 || userVerification || shortSession || reasons.length > 0 ? terms : undefined
}

function unverified(): LoginError {
  const detail = 'The phone has to show that it is its owner who confirms; then confirm again.'
  return new LoginError('forbidden', { reasons: ['user_verification'], detail })
}
