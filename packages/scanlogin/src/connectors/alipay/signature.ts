/** RSA2, which is RSASSA-PKCS1-v1_5 with SHA-256, as WebCrypto does it in every runtime. */
import type { Bytes } from '../../core/secrets/encoding.ts'
import { ConnectorError } from '../refusal.ts'

export interface Signer {
  /** Base64. */
  sign(text: string): Promise<string>
}

export interface Verifier {
  isSigned(text: string, signature: string): Promise<boolean>
}

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const utf8 = new TextEncoder()

/** `privateKey`: PKCS#8, as PEM or as Alipay's key tool writes it. Throws `TypeError` for what is none. */
export function rsaSigner(privateKey: string): Signer {
  const bytes = keyBytes('privateKey', privateKey)
  // The version of PKCS#8 is followed by the name of the algorithm; that of the older PKCS#1 by a number.
  if (bytes[7] !== 0x30) throw new TypeError('privateKey must be PKCS#8, which the key tool calls the format for Java')
  let key: Promise<CryptoKey> | undefined
  return {
    async sign(text) {
      key ??= crypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']).catch(unreadable('privateKey'))
      return toBase64(new Uint8Array(await crypto.subtle.sign(algorithm, await key, utf8.encode(text))))
    },
  }
}

/** `publicKey`: SubjectPublicKeyInfo, likewise. Throws `TypeError` for what is none. */
export function rsaVerifier(publicKey: string): Verifier {
  const bytes = keyBytes('alipayPublicKey', publicKey)
  let key: Promise<CryptoKey> | undefined
  return {
    async isSigned(text, signature) {
      const given = fromBase64(signature)
      if (!given) return false
      key ??= crypto.subtle.importKey('spki', bytes, algorithm, false, ['verify']).catch(unreadable('alipayPublicKey'))
      return crypto.subtle.verify(algorithm, await key, given, utf8.encode(text))
    },
  }
}

function keyBytes(option: string, text: string): Bytes {
  const bytes = fromBase64(text.replace(/-----(BEGIN|END) [A-Z ]+-----/g, '').replace(/\s/g, ''))
  // No RSA key that is worth anything is shorter.
  if (!bytes || bytes.length < 200 || bytes[0] !== 0x30) throw new TypeError(`${option} must be an RSA key in base64`)
  return bytes
}

function unreadable(option: string): () => never {
  return () => {
    throw new ConnectorError('misconfigured', { detail: `${option} is no RSA key` })
  }
}

function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), character => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
