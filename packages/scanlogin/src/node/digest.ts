/** The same two functions as `core/secrets/digest.ts`, by `node:crypto`. */
import { createHash, createHmac } from 'node:crypto'
import type { Bytes } from '../core/secrets/encoding.ts'

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

export function hmac(key: Bytes, text: string): Bytes {
  return new Uint8Array(createHmac('sha256', key).update(text).digest())
}
