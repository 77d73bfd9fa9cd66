/**
 * For calls of the host's own that only the browser which signed in may make: a token or a cookie that was taken away
 * does not work without the key that stayed behind.
 */
import { useOnce } from '../../core/browsers/key-proof.ts'
import { type Clock, clockOf, timeOf } from '../../core/clock.ts'
import { LoginError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import { sameDigest } from '../../core/ticket.ts'
import { readKeyProof } from './key-proof.ts'

export interface RequireProofOptions {
  /** The thumbprint that the session or the token is bound to: `browserKey`, or the claim `cnf.jkt`. */
  key: string
  /** Where used proofs are kept for ten minutes; the store of the tickets will do. */
  store: Store
  /** The token on this call, if there is one: the proof then has to be of its sender (`ath`). */
  accessToken?: string
  /** What the browser has called, where a proxy stands in front. Default: the address of the request. */
  url?: string
  /** Default: the store's time, or the system's where the store has none. */
  clock?: Pick<Clock, 'now'>
}

/**
 * Throws `unauthenticated` (401) unless the request carries a fresh proof of that very key in its `DPoP` header.
 * `openBrowserKey()` of `scanlogin/client` gives what makes one.
 */
export async function requireProof(request: Request, options: RequireProofOptions): Promise<void> {
  const { key, store, accessToken, url = request.url, clock = clockOf(store) } = options
  const { origin, pathname } = new URL(url)
  try {
    const proof = await readKeyProof(request.headers.get('dpop') ?? '', {
      method: request.method,
      isAddress: htu => htu.origin === origin && htu.pathname === pathname,
      accessToken,
    })
    if (!sameDigest(proof.key, key)) throw new LoginError('invalid_proof')
    await useOnce(store, proof, await timeOf(clock, store))
  } catch (cause) {
    if (!(cause instanceof LoginError) || cause.code !== 'invalid_proof') throw cause
    const { detail = 'It is bound to another browser.', clockAhead } = cause
    throw new LoginError('unauthenticated', { detail, cause, ...(clockAhead !== undefined && { clockAhead }) })
  }
}
