/** Bytes as text: base64url (RFC 4648 section 5, no padding) and Crockford's base32 (upper case, no check symbol). */

export type Bytes = Uint8Array<ArrayBuffer>

export function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, character => base64urlFor[character] ?? '')
}

export function fromBase64url(text: string): Bytes {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(binary, character => character.charCodeAt(0))
}

export function toCrockford(bytes: Uint8Array): string {
  let text = ''
  let buffer = 0
  let bits = 0
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += crockford[(buffer >> bits) & 31]
    }
    buffer &= (1 << bits) - 1
  }
  return bits > 0 ? text + crockford[(buffer << (5 - bits)) & 31] : text
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const base64urlFor: Record<string, string> = { '+': '-', '/': '_', '=': '' }
