/**
 * Reads a proof that the caller holds a key, in the form of RFC 9449 (DPoP): a JWT in the header `DPoP`, signed by the
 * key that it shows, for one method and one address. Whether it is fresh and new is asked where it is used, `useOnce`.
 */
import { calculateJwkThumbprint, compactVerify, EmbeddedJWK, type JWK } from 'jose'
import { sha256 } from '#digest'
import type { KeyProof } from '../../core/browsers/key-proof.ts'
import { LoginError } from '../../core/errors.ts'
import { createRecent } from '../../core/expiry/recent.ts'
import { sameDigest } from '../../core/ticket.ts'

export interface ProofTarget {
  readonly method: string
  /** Whether `htu`, without query and fragment, is the address of the call. */
  isAddress(htu: URL): boolean
  /** The token that the call carries, if the proof has to be of its sender: `ath`, RFC 9449 section 4.3. */
  readonly accessToken?: string | undefined
}

/** Throws `invalid_proof` where it proves something else, or nothing. */
export async function readKeyProof(header: string, target: ProofTarget): Promise<KeyProof> {
  const { key, claims } = await verified(header)
  const { htm, htu, jti, iat, ath } = claims
  if (htm !== target.method) throw refusal('It is for another method.')
  if (typeof htu !== 'string' || !URL.canParse(htu) || !target.isAddress(new URL(htu))) {
    throw refusal('It is for another address.')
  }
  if (typeof jti !== 'string' || jti.length < 16 || jti.length > 128) throw refusal('"jti" is not usable.')
  if (typeof iat !== 'number' || !Number.isFinite(iat)) throw refusal('"iat" is missing.')
  if (target.accessToken !== undefined && !(await isOf(target.accessToken, ath))) {
    throw refusal('It is not of the token on this call.')
  }
  return { key, id: jti, issuedAt: iat * 1000 }
}

interface Verified {
  /** RFC 7638. */
  readonly key: string
  readonly claims: Readonly<Record<string, unknown>>
}

async function verified(header: string): Promise<Verified> {
  // One proof and nothing beside it: two headers arrive as one with a comma.
  if (header.length > longest || !compact.test(header)) throw refusal('It is not one JWT.')
  try {
    const [head = ''] = header.split('.')
    const seen = seenKeys.get(head)
    const { payload, protectedHeader, key } = await compactVerify(header, token => seen?.key ?? EmbeddedJWK(token), {
      algorithms: ['ES256'],
    })
    if (protectedHeader.typ !== 'dpop+jwt') throw new TypeError('typ')
    // The signature has just been checked with this very key, so it is there and whole.
    const thumbprint = seen?.thumbprint ?? (await calculateJwkThumbprint(protectedHeader.jwk as JWK))
    if (key instanceof CryptoKey) seenKeys.set(head, { key, thumbprint })
    return { key: thumbprint, claims: claimsIn(new TextDecoder().decode(payload)) }
  } catch (cause) {
    // Whatever a stranger's JWT makes a library throw, it is not a proof.
    throw refusal('It is not a JWT of type dpop+jwt, signed with ES256 by the key in it.', cause)
  }
}

/** By the head of their proofs, which one browser writes the same each time: making a key of it costs as much as checking. */
const seenKeys = createRecent<{ readonly key: CryptoKey; readonly thumbprint: string }>(4096)

function claimsIn(text: string): Readonly<Record<string, unknown>> {
  const claims: unknown = JSON.parse(text)
  if (typeof claims !== 'object' || claims === null) throw new TypeError('claims')
  // An object that is not null can be read by any name; what is found stays unknown.
  return claims as Record<string, unknown>
}

async function isOf(accessToken: string, ath: unknown): Promise<boolean> {
  return typeof ath === 'string' && sameDigest(ath, await sha256(accessToken))
}

function refusal(why: string, cause?: unknown): LoginError {
  return new LoginError('invalid_proof', { detail: `The DPoP header does not prove a key. ${why}`, cause })
}

/** A P-256 key, an address of 1,000 characters and the rest of the claims fit twice. */
const longest = 4096
const compact = /^[\w-]+\.[\w-]+\.[\w-]+$/
