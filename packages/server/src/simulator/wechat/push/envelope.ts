/**
 * How WeChat signs and encrypts what it pushes: SHA-1 over sorted parts, and AES-256-CBC with PKCS#7 to blocks of 32.
 * Written with Node's cryptography on purpose, so that an application's own reader is checked by something else.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

/** In lower-case hexadecimal. */
export function signatureOf(...parts: readonly string[]): string {
  return createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex')
}

export interface Sealing {
  /** 43 characters of base64. */
  readonly aesKey: string
  /** Whom the message is for: the app's id. */
  readonly receiver: string
  /** 16 characters. */
  readonly random: string
}

/** 16 random bytes, the message's length in four, the message, the receiver; padded, encrypted, in base64. */
export function seal(message: string, { aesKey, receiver, random }: Sealing): string {
  const bytes = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  const whole = Buffer.concat([Buffer.from(random), length, bytes, Buffer.from(receiver)])
  const missing = 32 - (whole.length % 32)
  const key = keyOf(aesKey)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(whole), cipher.update(Buffer.alloc(missing, missing)), cipher.final()]).toString(
    'base64',
  )
}

export interface Opened {
  readonly message: string
  readonly receiver: string
}

/** `undefined` for what was not sealed with this key. */
export function unseal(sealed: string, aesKey: string): Opened | undefined {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length === 0 || bytes.length % 32 !== 0) return undefined
  const key = keyOf(aesKey)
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()])
  const whole = padded.subarray(0, padded.length - (padded.at(-1) ?? 0))
  if (whole.length < 20) return undefined
  const end = 20 + whole.readUInt32BE(16)
  if (end > whole.length) return undefined
  return { message: whole.subarray(20, end).toString(), receiver: whole.subarray(end).toString() }
}

function keyOf(aesKey: string): Buffer {
  return Buffer.from(`${aesKey}=`, 'base64')
}
