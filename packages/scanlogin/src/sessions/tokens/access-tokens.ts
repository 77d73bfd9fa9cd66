/** Access tokens: JWTs (RFC 9068) that say for some minutes who is signed in, to whoever has our public keys. */
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../../core/clock.ts'
import { toBase64url } from '../../core/secrets/encoding.ts'
import type { Random } from '../../core/secrets/random.ts'
import type { Session } from '../session.ts'
import type { KeyRing } from './key-ring.ts'

export interface AccessTokens {
  issue(session: Session): Promise<{ readonly token: string; readonly expiresAt: number }>
  /** The id of the session that a token of ours stands for; `undefined` for any other token, and for one that is over. */
  sessionOf(token: string): Promise<string | undefined>
}

export interface AccessTokenOptions {
  keys: KeyRing
  issuer: string
  /** `aud` of the site itself; a token for another site has that site's client id. */
  audience: string
  /** ms */
  ttl: number
  clock: Pick<Clock, 'now'>
  random: Random
}

export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { keys, issuer, audience, ttl, clock, random } = options
  return {
    async issue(session) {
      const { kid, alg, key } = await keys.signing()
      const now = clock.now()
      const expiresAt = Math.min(now + ttl, session.expiresAt)
      const { clientId } = session.details
      const token = await new SignJWT(claimsOf(session))
        .setProtectedHeader({ alg, kid, typ })
        .setIssuer(issuer)
        .setSubject(session.user.id)
        .setAudience(clientId ?? audience)
        .setIssuedAt(toSeconds(now))
        .setExpirationTime(toSeconds(expiresAt))
        .setJti(toBase64url(random(16)))
        .sign(key)
      return { token, expiresAt }
    },

    async sessionOf(token) {
      const verifying = await keys.verifying()
      const keyOf = ({ kid = '' }) => {
        const found = verifying.get(kid)
        if (!found) throw new errors.JWKSNoMatchingKey()
        return found.key
      }
      const algorithms = ['ES256', 'EdDSA']
      try {
        const rules = { issuer, typ, algorithms, currentDate: new Date(clock.now()), requiredClaims: ['exp', 'sid'] }
        const { payload } = await jwtVerify(token, keyOf, rules)
        return typeof payload.sid === 'string' ? payload.sid : undefined
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },
  }
}

const typ = 'at+jwt'

function claimsOf({ id, openedAt, details }: Session) {
  const { amr, browserKey, clientId } = details
  return {
    sid: id,
    auth_time: toSeconds(openedAt),
    // A second channel, the phone, has said who it is: RFC 8176.
    amr: amr ?? ['mca'],
    ...(browserKey !== undefined && { cnf: { jkt: browserKey } }),
    ...(clientId !== undefined && { client_id: clientId }),
  }
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 1000)
}
