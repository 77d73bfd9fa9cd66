/**
 * A token at rest is sealed with AES-256-GCM under a key that is made from the app's secret: whoever may renew it can
 * read it, a copy of the store alone cannot, and there is no further key to look after.
 */
import { hmac } from '#digest'
import { fromBase64url, toBase64url } from '../../../core/secrets/encoding.ts'
import type { Random } from '../../../core/secrets/random.ts'

export interface Seal {
  close(text: string): Promise<string>
  /** `undefined` for what was sealed with another secret, or is no seal at all. */
  open(sealed: string): Promise<string | undefined>
}

export function createSeal(appSecret: string, random: Random): Seal {
  const key = keyFrom(appSecret)
  return {
    async close(text) {
      const iv = new Uint8Array(random(12))
      const closed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await key, utf8.encode(text))
      return `${toBase64url(iv)}.${toBase64url(new Uint8Array(closed))}`
    },
    async open(sealed) {
      const [iv = '', closed = ''] = sealed.split('.')
      try {
        const algorithm = { name: 'AES-GCM', iv: fromBase64url(iv) }
        return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, await key, fromBase64url(closed)))
      } catch {
        return undefined
      }
    },
  }
}

async function keyFrom(appSecret: string): Promise<CryptoKey> {
  const bytes = await hmac(utf8.encode(appSecret), 'scanlogin: the access token at rest')
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

const utf8 = new TextEncoder()
