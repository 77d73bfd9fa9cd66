/**
 * SHA-256 and HMAC-SHA-256. Browsers hide `crypto.subtle` on plain http, which is where people try a kiosk or a phone on
 * their own network; there a small audited library does the same. It is loaded only when it is needed.
 */
type Bytes = Uint8Array<ArrayBuffer>

export interface Digests {
  sha256(text: string): Promise<Uint8Array>
  hmac(key: Bytes, text: string): Promise<Uint8Array>
}

/** What this page has: the browser's own where it is allowed. */
export function digests(): Digests {
  // `crypto.subtle` is typed as always there, and is not on plain http.
  return globalThis.crypto?.subtle ? native : portable
}

export const native: Digests = {
  sha256: async text => new Uint8Array(await crypto.subtle.digest('SHA-256', utf8.encode(text))),
  async hmac(key, text) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign'])
    return new Uint8Array(await crypto.subtle.sign('HMAC', imported, utf8.encode(text)))
  },
}

export const portable: Digests = {
  async sha256(text) {
    const { sha256 } = await import('@noble/hashes/sha2.js')
    return sha256(utf8.encode(text))
  },
  async hmac(key, text) {
    const [{ hmac }, { sha256 }] = await Promise.all([import('@noble/hashes/hmac.js'), import('@noble/hashes/sha2.js')])
    return hmac(sha256, key, utf8.encode(text))
  },
}

export function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

export function fromBase64url(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0))
}

const utf8 = new TextEncoder()
