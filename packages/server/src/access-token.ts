/** Whose phone it is, by the app's own access token: a JWT that the app's identity provider signed. */
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { JOSEError } from 'jose/errors'
import { LoginError, type User } from 'scanlogin'
import { bearerToken } from 'scanlogin/http'

export interface AccessTokens {
  issuer: string
  audience: string
  /** Where the issuer publishes its keys. */
  jwksUrl: string
  /** A cookie that holds the token too, for pages on the app's own domain. Default: the Authorization header only. */
  cookie?: string | undefined
}

/** `undefined` where the request carries no token, or one that does not hold. */
export function authenticateByToken({ issuer, audience, jwksUrl, cookie }: AccessTokens) {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 3000 })

  return async (request: Request): Promise<User | undefined> => {
    const token = bearerToken(callOf(request)) ?? (cookie === undefined ? undefined : cookieIn(request, cookie))
    if (token === undefined) return undefined
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, { ...rules, issuer, audience })
      return isAccessToken(protectedHeader.typ) ? userOf(payload) : undefined
    } catch (error) {
      if (!isOutage(error)) return undefined
      throw new LoginError('store_unavailable', { detail: 'The issuer cannot be asked.', cause: error })
    }
  }
}

const rules = {
  // Asymmetric only: with the issuer's public key as a shared secret anyone could sign.
  algorithms: ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  // A token without an end would sign its finder in for ever.
  requiredClaims: ['exp'],
  clockTolerance: 30,
}

/**
 * What an access token may call itself, RFC 9068 and the years before it. The same issuer signs other things with the same
 * keys, such as `logout+jwt` and `dpop+jwt`: they are meant for somebody else, whatever stands in them.
 */
const accessTypes = new Set(['', 'jwt', 'at+jwt'])

/** `typ` is a media type: its case says nothing, and `application/` may be left out. */
function isAccessToken(typ: unknown = ''): boolean {
  return typeof typ === 'string' && accessTypes.has(typ.toLowerCase().replace(/^application\//, ''))
}

function userOf({ sub, name, picture }: Record<string, unknown>): User | undefined {
  if (typeof sub !== 'string' || !/^\P{C}{1,255}$/u.test(sub)) return undefined
  return {
    id: sub,
    ...(typeof name === 'string' && { name }),
    ...(typeof picture === 'string' && { avatar: picture }),
  }
}

function callOf({ headers }: Request) {
  return { header: (name: string) => headers.get(name) ?? undefined }
}

function cookieIn(request: Request, name: string): string | undefined {
  const pairs = (request.headers.get('cookie') ?? '').split(';').map(pair => pair.trim())
  const values = pairs.filter(pair => pair.startsWith(`${name}=`))
  return values.length === 1 ? values[0]?.slice(name.length + 1) : undefined
}

/** The issuer does not answer, or not with keys: that says nothing about the token. */
function isOutage(error: unknown): boolean {
  return !(error instanceof JOSEError) || outages.has(error.code)
}

const outages = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'])
