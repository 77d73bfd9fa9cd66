/** Whose phone it is, by the app's own access token: a JWT that the app's identity provider signed. */
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { JOSEError } from 'jose/errors'
import { LoginError, type User } from 'scanlogin'

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
    const token = bearer(request) ?? (cookie === undefined ? undefined : cookieIn(request, cookie))
    if (token === undefined) return undefined
    try {
      const { payload } = await jwtVerify(token, keys, { ...rules, issuer, audience })
      return userOf(payload)
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

function userOf({ sub, name, picture }: Record<string, unknown>): User | undefined {
  if (typeof sub !== 'string' || !/^\P{C}{1,255}$/u.test(sub)) return undefined
  return {
    id: sub,
    ...(typeof name === 'string' && { name }),
    ...(typeof picture === 'string' && { avatar: picture }),
  }
}

function bearer(request: Request): string | undefined {
  return /^Bearer ([\w.-]{1,8192})$/i.exec(request.headers.get('authorization') ?? '')?.[1]
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
