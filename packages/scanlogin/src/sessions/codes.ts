/**
 * One-time codes by which another site collects a session: the browser gets one in place of a session and hands it to
 * that site's back end, which exchanges it. A code is for one site, one address there and one verifier (PKCE, RFC 7636),
 * for 60 s and once; a code that comes back ends what it has given, because somebody has copied it.
 *
 * The session's token follows from the code and a seed that only the store has: whoever sees the code on its way through
 * the browser cannot make the token of it, and whoever reads the store cannot either.
 */
import { hmac, sha256 } from '#digest'
import type { Clock } from '../core/clock.ts'
import { LoginError } from '../core/errors.ts'
import { fromBase64url, toBase64url } from '../core/secrets/encoding.ts'
import { type Random, systemRandom } from '../core/secrets/random.ts'
import type { Entry, Store } from '../core/store.ts'
import { sameDigest, type User } from '../core/ticket.ts'
import type { SessionDetails } from './session.ts'

export interface Codes {
  /** The code for what a browser has collected. `token` gives the same code again. */
  give(token: string, grant: Grant): Promise<string>
  /** What the code was given for, once, and the token that opens the session. Throws `not_found`, or `CodeReplayed`. */
  take(code: string, claim: CodeClaim): Promise<{ readonly grant: Grant; readonly token: string }>
}

export interface Grant {
  readonly user: User
  readonly details: SessionDetails
  readonly clientId: string
  readonly returnTo: string | undefined
  /** PKCE S256. */
  readonly codeChallenge: string | undefined
}

/** What the site's back end says; each part has to be as it was when the sign-in began. */
export interface CodeClaim {
  readonly clientId: string
  readonly returnTo: string | undefined
  readonly codeVerifier: string | undefined
}

/** The code has been exchanged before. Whatever `token` opened, or is about to open, has to end. */
export class CodeReplayed extends LoginError {
  readonly token: string

  constructor(token: string) {
    super('not_found', { detail: 'This code has been used.' })
    this.token = token
  }
}

/** ms that a code which has ended is told from one that never was. */
export const codeLife = 660_000

export function createCodes(store: Store, clock: Pick<Clock, 'now'>, random: Random = systemRandom): Codes {
  return {
    async give(token, grant) {
      const code = toBase64url(await hmac(fromBase64url(token), 'x1'))
      const now = clock.now()
      const value = JSON.stringify({ ...grant, until: now + usable, seed: toBase64url(random(16)) })
      // Written before: an answer was lost, and the first one counts.
      await store.put(await codeKey(code), { version: 1, expiresAt: now + codeLife, value })
      return code
    },

    async take(code, claim) {
      const key = await codeKey(code)
      const entry = await store.get(key)
      if (!entry) throw new LoginError('not_found')
      const { until, seed, ...grant } = kept(entry)
      const token = toBase64url(await hmac(fromBase64url(code), `s2.${seed}`))
      const challenge = claim.codeVerifier === undefined ? undefined : await sha256(claim.codeVerifier)
      if (!isFor(grant, claim, challenge)) throw new LoginError('not_found')
      if (entry.version > 1) throw new CodeReplayed(token)
      if (clock.now() >= until) throw new LoginError('not_found')
      // Of many at the same moment one is first, and the others are replays.
      if (!(await store.put(key, { ...entry, version: 2 }))) throw new CodeReplayed(token)
      return { grant, token }
    },
  }
}

/** ms */
const usable = 60_000

interface KeptGrant extends Grant {
  readonly until: number
  /** 128 random bits. */
  readonly seed: string
}

function kept({ value }: Entry): KeptGrant {
  // Only `give` writes under these keys.
  return JSON.parse(value) as KeptGrant
}

function isFor(grant: Grant, { clientId, returnTo }: CodeClaim, challenge: string | undefined): boolean {
  return (
    grant.clientId === clientId &&
    grant.returnTo === returnTo &&
    (grant.codeChallenge === undefined) === (challenge === undefined) &&
    sameDigest(grant.codeChallenge ?? '', challenge ?? '')
  )
}

async function codeKey(code: string): Promise<string> {
  return `x:${await sha256(code)}`
}
