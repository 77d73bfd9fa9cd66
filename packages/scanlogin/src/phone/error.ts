/** What can go wrong on a phone: the refusals of the protocol that a phone meets, and three that happen before one. */
const codes = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'account_unavailable',
  'not_found',
  'already_scanned',
  'wrong_state',
  'ticket_expired',
  'ticket_denied',
  'ticket_cancelled',
  'already_redeemed',
  'payload_too_large',
  'stale_qr',
  'rate_limited',
  'store_unavailable',
  /** The text is not a sign-in code of this site. Nothing was sent. */
  'not_ours',
  /** No answer came, so what was asked may or may not have happened. Asking again is safe. */
  'unreachable',
  /** An answer that the protocol does not know. */
  'unexpected',
] as const

export type PhoneErrorCode = (typeof codes)[number]

/** Why the phone could not do what it was asked. The code is API and never changes; the message is for logs. */
export class PhoneError extends Error {
  override readonly name = 'PhoneError'
  readonly code: PhoneErrorCode
  /** HTTP status; `undefined` where no answer came. */
  readonly status: number | undefined
  /** Seconds to wait before another try, where the server said so. */
  readonly retryAfter: number | undefined
  /** What the site's policies have against it, as codes such as `many_prompts`; empty where they have said nothing. */
  readonly reasons: readonly string[]

  constructor(code: PhoneErrorCode, message: string, options: PhoneErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.status = options.status
    this.retryAfter = options.retryAfter
    this.reasons = options.reasons ?? []
  }
}

export interface PhoneErrorOptions {
  status?: number
  retryAfter?: number | undefined
  reasons?: readonly string[]
  cause?: unknown
}

/** The code of a problem document; `unexpected` where it is none of ours. */
export function phoneErrorCode(code: unknown): PhoneErrorCode {
  return codes.find(known => known === code) ?? 'unexpected'
}
