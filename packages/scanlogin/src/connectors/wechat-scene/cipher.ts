/**
 * The cipher of WeChat's pushes: AES-256-CBC with the first half of the key as its vector, and PKCS#7 to blocks of 32.
 * WebCrypto knows blocks of 16 only and refuses a pad above that, so a block is added that it may take off again, and the
 * pad itself is checked here. Whoever opens something has compared its signature before: a pad must be nobody's oracle.
 */
import type { Bytes } from '../../core/secrets/encoding.ts'
import type { Random } from '../../core/secrets/random.ts'

export interface PushCipher {
  /** The message in it; `undefined` for what was sealed with another key, or for another receiver. */
  open(sealed: string): Promise<string | undefined>
  /** In base64. */
  seal(message: string): Promise<string>
}

export interface PushCipherOptions {
  /** EncodingAESKey: 43 characters of base64. */
  readonly aesKey: string
  /** The app's id, which stands behind each message. */
  readonly receiver: string
  readonly random: Random
}

/** Throws `TypeError` for a key that cannot be one. */
export function createPushCipher({ aesKey, receiver, random }: PushCipherOptions): PushCipher {
  if (!/^[A-Za-z\d]{43}$/.test(aesKey)) throw new TypeError('aesKey must be the 43 letters and digits of the console')
  const bytes = fromBase64(`${aesKey}=`)
  const iv = bytes.slice(0, 16)
  const key = crypto.subtle.importKey('raw', bytes, 'AES-CBC', false, ['encrypt', 'decrypt'])
  const encrypt = async (vector: Bytes, clear: Bytes) =>
    new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv: vector }, await key, clear))

  async function decrypt(closed: Bytes): Promise<Bytes> {
    const extra = await encrypt(closed.slice(-16), new Uint8Array(0))
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, await key, joined(closed, extra)))
  }

  return {
    async open(sealed) {
      const closed = base64.test(sealed) ? fromBase64(sealed) : new Uint8Array(0)
      if (closed.length < block || closed.length % 16 !== 0) return undefined
      const whole = unpadded(await decrypt(closed))
      if (!whole || whole.length < head) return undefined
      const end = head + new DataView(whole.buffer, 16, 4).getUint32(0)
      if (end > whole.length || utf8.decode(whole.subarray(end)) !== receiver) return undefined
      return utf8.decode(whole.subarray(head, end))
    },
    async seal(message) {
      const text = encoder.encode(message)
      const length = new Uint8Array(4)
      new DataView(length.buffer).setUint32(0, text.length)
      const whole = joined(new Uint8Array(random(16)), length, text, encoder.encode(receiver))
      const missing = block - (whole.length % block)
      const closed = await encrypt(iv, joined(whole, new Uint8Array(missing).fill(missing)))
      return toBase64(closed.subarray(0, -16))
    },
  }
}

const block = 32
/** 16 random bytes, and the length of the message in 4. */
const head = 20
const base64 = /^(?:[A-Za-z\d+/]{4})+(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/
const utf8 = new TextDecoder()
const encoder = new TextEncoder()

function unpadded(padded: Bytes): Bytes | undefined {
  const pad = padded.at(-1) ?? 0
  if (pad < 1 || pad > block || pad > padded.length) return undefined
  const isPad = padded.subarray(-pad).every(byte => byte === pad)
  return isPad ? padded.slice(0, -pad) : undefined
}

function joined(...pieces: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0))
}

function toBase64(bytes: Uint8Array): string {
  return btoa([...bytes].map(byte => String.fromCharCode(byte)).join(''))
}
