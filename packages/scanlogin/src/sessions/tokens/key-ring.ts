/** The keys that sign access tokens. Whatever signs now has been published before, and stays so until nothing needs it. */
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'

export interface KeyRing {
  signing(): Promise<SigningKey>
  /** For verifying, by key id: those that signed lately, that sign now, and that will sign next. */
  verifying(): Promise<ReadonlyMap<string, VerifyingKey>>
}

export interface SigningKey {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly key: CryptoKey
}

export interface VerifyingKey {
  readonly key: CryptoKey
  /** The public half and nothing else, as it is published. */
  readonly jwk: JWK
}

/** `EdDSA` is Ed25519. */
export type SigningAlgorithm = 'ES256' | 'EdDSA'

/** A private key with its id, as it is written down. */
export interface PrivateKey {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly jwk: JWK
}

export async function generateKey(alg: SigningAlgorithm): Promise<PrivateKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return nameKey({ ...(await exportJWK(privateKey)), alg })
}

/** Throws `TypeError` for a JWK that is no private key of P-256 or Ed25519. Its id is its thumbprint unless it has one. */
export async function nameKey(jwk: JWK): Promise<PrivateKey> {
  const alg = jwk.kty === 'EC' && jwk.crv === 'P-256' ? 'ES256' : jwk.crv === 'Ed25519' ? 'EdDSA' : undefined
  if (!alg || typeof jwk.d !== 'string' || (jwk.alg !== undefined && !accepted[alg].includes(jwk.alg))) {
    throw new TypeError('A signing key must be a private JWK of P-256 (ES256) or Ed25519 (EdDSA)')
  }
  return { kid: jwk.kid ?? (await calculateJwkThumbprint(jwk)), alg, jwk }
}

export async function toSigningKey({ kid, alg, jwk }: PrivateKey): Promise<SigningKey> {
  return { kid, alg, key: await imported(jwk, alg) }
}

export async function toVerifyingKey({ kid, alg, jwk }: PrivateKey): Promise<[string, VerifyingKey]> {
  const { kty, crv, x, y } = jwk
  // Field by field: the private half must have no way out.
  const open: JWK = { kty, crv, x, ...(y !== undefined && { y }), kid, alg, use: 'sig' } as JWK
  return [kid, { key: await imported(open, alg), jwk: open }]
}

const accepted: Record<SigningAlgorithm, readonly string[]> = { ES256: ['ES256'], EdDSA: ['EdDSA', 'Ed25519'] }

async function imported(jwk: JWK, alg: SigningAlgorithm): Promise<CryptoKey> {
  const key = await importJWK(jwk, alg)
  // Bytes are what a symmetric key is imported as, and `nameKey` lets none of those through.
  return key as CryptoKey
}
