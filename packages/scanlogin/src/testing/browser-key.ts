/** A browser's key as a script holds it, with every part of a proof in the test's own hands. */
import { fromBase64url, toBase64url } from '../core/secrets/encoding.ts'

export interface ScriptedKey {
  /** RFC 7638. */
  readonly thumbprint: string
  /** A proof in the form of RFC 9449, for the header `DPoP`; `changes` go over what it would say. */
  prove(method: string, url: string, changes?: ProofChanges): Promise<string>
}

export interface ProofChanges {
  header?: Readonly<Record<string, unknown>>
  claims?: Readonly<Record<string, unknown>>
}

export interface ScriptedKeyOptions {
  /** ms since the epoch. Default `Date.now`. */
  now?: () => number
}

export async function scriptedKey({ now = Date.now }: ScriptedKeyOptions = {}): Promise<ScriptedKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const jwk = { crv, kty, x, y }
  const digest = await crypto.subtle.digest('SHA-256', utf8.encode(JSON.stringify(jwk)))
  return {
    thumbprint: toBase64url(new Uint8Array(digest)),
    async prove(method, url, { header = {}, claims = {} } = {}) {
      const iat = Math.floor(now() / 1000)
      const said = { htm: method, htu: url, iat, jti: crypto.randomUUID(), ...claims }
      const text = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })}.${part(said)}`
      const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
      const signature = await crypto.subtle.sign(algorithm, pair.privateKey, utf8.encode(text))
      return `${text}.${toBase64url(new Uint8Array(signature))}`
    },
  }
}

/** The claims of a proof, to be looked at. */
export function claimsOf(proof: string): unknown {
  return JSON.parse(new TextDecoder().decode(fromBase64url(proof.split('.')[1] ?? '')))
}

function part(value: object): string {
  return toBase64url(utf8.encode(JSON.stringify(value)))
}

const utf8 = new TextEncoder()
