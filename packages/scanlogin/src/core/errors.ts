/**
 * Every refusal there is, in one table. A `LoginError` is an answer to a caller; anything else that is thrown is a
 * bug or an outage and is allowed to look like one.
 *
 * The code is API and never changes. The title tells the reader what to do and may be reworded.
 */
const errors = {
  invalid_request: { status: 400, oauth: 'invalid_request', title: 'The request is not well formed' },
  invalid_proof: { status: 400, oauth: 'invalid_grant', title: 'The proof does not fit this sign-in' },
  check_code_mismatch: { status: 400, title: 'That is not the code shown on the phone' },
  unauthenticated: { status: 401, title: 'Nobody is signed in here' },
  forbidden: { status: 403, oauth: 'access_denied', title: 'This is not allowed' },
  account_unavailable: { status: 403, oauth: 'access_denied', title: 'This account cannot sign in at the moment' },
  not_found: { status: 404, oauth: 'invalid_grant', title: 'There is no such sign-in here' },
  method_not_allowed: { status: 405, oauth: 'invalid_request', title: 'This address does not take that method' },
  already_scanned: { status: 409, title: 'Someone else has scanned this QR code' },
  other_account: { status: 409, title: 'This is another account than the one signed in here before' },
  wrong_state: { status: 409, title: 'The sign-in is not at a step that allows this' },
  ticket_expired: { status: 410, oauth: 'expired_token', title: 'The QR code is too old; show a new one' },
  ticket_denied: { status: 410, oauth: 'access_denied', title: 'The sign-in was refused on the phone' },
  ticket_cancelled: { status: 410, oauth: 'access_denied', title: 'The browser has cancelled the sign-in' },
  already_redeemed: { status: 410, oauth: 'invalid_grant', title: 'The sign-in has already been collected' },
  payload_too_large: { status: 413, title: 'The request body is larger than 16 KiB' },
  stale_qr: { status: 422, title: 'This picture of the QR code is too old; scan the one on the screen' },
  rate_limited: { status: 429, oauth: 'slow_down', title: 'Too many tries; wait a little', retryAfter: 60 },
  store_unavailable: { status: 503, title: 'Sign-in is out of order for a moment; try again', retryAfter: 1 },
} as const satisfies Record<string, ErrorRow>

interface ErrorRow {
  readonly status: number
  readonly title: string
  /** The name at an OAuth token endpoint, RFC 8628 section 3.5. */
  readonly oauth?: string
  /** Seconds a caller should wait unless the error says otherwise. */
  readonly retryAfter?: number
}

export type LoginErrorCode = keyof typeof errors

export interface LoginErrorOptions {
  /** One sentence more for the caller. It never repeats what the caller sent. */
  detail?: string
  /** Seconds the caller should wait. Default: the table's. */
  retryAfter?: number
  /** Wrong check codes that are still allowed, with `check_code_mismatch`. */
  attemptsLeft?: number
  /** Seconds that the caller's clock is ahead, with `invalid_proof` for nothing but the time. */
  clockAhead?: number
  /** Codes of what a policy has against it, such as `new_browser`. */
  reasons?: readonly string[]
  cause?: unknown
}

/** A refusal from the table above. */
export class LoginError extends Error {
  override readonly name = 'LoginError'
  readonly code: LoginErrorCode
  readonly status: number
  readonly oauth: string | undefined
  readonly detail: string | undefined
  readonly retryAfter: number | undefined
  readonly attemptsLeft: number | undefined
  readonly clockAhead: number | undefined
  readonly reasons: readonly string[] | undefined

  constructor(code: LoginErrorCode, options: LoginErrorOptions = {}) {
    const row: ErrorRow = errors[code]
    super(row.title, { cause: options.cause })
    this.code = code
    this.status = row.status
    this.oauth = row.oauth
    this.detail = options.detail
    this.retryAfter = options.retryAfter ?? row.retryAfter
    this.attemptsLeft = options.attemptsLeft
    this.clockAhead = options.clockAhead
    this.reasons = options.reasons
  }
}
