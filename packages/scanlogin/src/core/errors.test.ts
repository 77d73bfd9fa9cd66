import { describe, expect, it } from 'vitest'
import { LoginError, type LoginErrorCode } from './errors.ts'

describe('a refusal', () => {
  // The codes are API: whoever renames one has to come by here.
  it.each<[LoginErrorCode, number, string | undefined]>([
    ['invalid_request', 400, 'invalid_request'],
    ['invalid_proof', 400, 'invalid_grant'],
    ['check_code_mismatch', 400, undefined],
    ['unauthenticated', 401, undefined],
    ['forbidden', 403, 'access_denied'],
    ['account_unavailable', 403, 'access_denied'],
    ['not_found', 404, 'invalid_grant'],
    ['already_scanned', 409, undefined],
    ['wrong_state', 409, undefined],
    ['ticket_expired', 410, 'expired_token'],
    ['ticket_denied', 410, 'access_denied'],
    ['ticket_cancelled', 410, 'access_denied'],
    ['already_redeemed', 410, 'invalid_grant'],
    ['payload_too_large', 413, undefined],
    ['stale_qr', 422, undefined],
    ['rate_limited', 429, 'slow_down'],
    ['store_unavailable', 503, undefined],
  ])('%s has the status %i and the OAuth name %s', (code, status, oauth) => {
    expect(new LoginError(code)).toMatchObject({ name: 'LoginError', code, status, oauth })
  })

  it('says when to come again, by the table or as the caller knows better', () => {
    expect(new LoginError('rate_limited').retryAfter).toBe(60)
    expect(new LoginError('rate_limited', { retryAfter: 7 }).retryAfter).toBe(7)
    expect(new LoginError('not_found').retryAfter).toBeUndefined()
  })

  it('keeps what caused it for the log, not for the caller', () => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.1')
    const error = new LoginError('store_unavailable', { cause })
    expect(error.cause).toBe(cause)
    expect(error.message).not.toContain('ECONNREFUSED')
  })
})
