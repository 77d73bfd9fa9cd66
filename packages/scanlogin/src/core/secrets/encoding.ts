/** Bytes as text: base64url (RFC 4648 section 5, no padding) and Crockford's base32 (upper case, no check symbol). */

export type Bytes = Uint8Array<ArrayBuffer>

export function toBase64url(bytes: Uint8Array): string {
  return toText(bytes, 6, base64url)
}

/** For text that `toBase64url` has made. */
export function fromBase64url(text: string): Bytes {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8))
  let buffer = 0
  let bits = 0
  let length = 0
  for (let i = 0; i < text.length; i++) {
    buffer = ((buffer << 6) | (base64urlValues[text.charCodeAt(i)] ?? 0)) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[length++] = (buffer >> bits) & 255
  }
  return bytes
}

export function toCrockford(bytes: Uint8Array): string {
  return toText(bytes, 5, crockford)
}

/** `width` bits at a time, the last of them filled up with zeros. */
function toText(bytes: Uint8Array, width: number, alphabet: string): string {
  const mask = (1 << width) - 1
  let text = ''
  let buffer = 0
  let bits = 0
  for (let i = 0; i < bytes.length; i++) {
    buffer = ((buffer << 8) | (bytes[i] ?? 0)) & 0xffff
    bits += 8
    while (bits >= width) {
      bits -= width
      text += alphabet[(buffer >> bits) & mask]
    }
  }
  return bits > 0 ? text + alphabet[(buffer << (width - bits)) & mask] : text
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const base64urlValues = Uint8Array.from({ length: 128 }, (_, code) => base64url.indexOf(String.fromCharCode(code)))
