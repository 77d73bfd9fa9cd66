/**
 * What a push of WeChat has to show before anybody reads it: a signature over the token that only WeChat and this server
 * have, made a moment ago; and, where the account encrypts, a message for this very app.
 */
import { type Clock, systemClock } from '../../core/clock.ts'
import { type Random, systemRandom } from '../../core/secrets/random.ts'
import { sameDigest } from '../../core/ticket.ts'
import { createPushCipher } from './cipher.ts'

export interface PushGate {
  /** Whether the account encrypts: then nothing is read that is not. */
  readonly encrypted: boolean
  /** Of a push in clear text, and of the console's check of the address. */
  accepts(query: PushQuery): Promise<boolean>
  /** The message in `Encrypt`; `undefined` for what was not signed and sealed for this app, or is old. */
  open(query: PushQuery, sealed: string): Promise<string | undefined>
  /** A reply as an encrypting account gives it. */
  seal(reply: string): Promise<SealedReply>
}

/** What stands in the address of a push. */
export interface PushQuery {
  readonly timestamp?: string | undefined
  readonly nonce?: string | undefined
  readonly signature?: string | undefined
  readonly msg_signature?: string | undefined
}

export interface SealedReply {
  readonly sealed: string
  readonly signature: string
  readonly timestamp: string
  readonly nonce: string
}

export interface PushGateOptions {
  appId: string
  /** Token of the console: 3 to 32 letters and digits. */
  token: string
  /** EncodingAESKey of the console. Default: the account does not encrypt. */
  aesKey?: string | undefined
  /** The one before, which WeChat may use for a while after a change. Default none. */
  previousAesKey?: string | undefined
  /** Seconds that a signature is good for, either way. Default 300. */
  window?: number
  clock?: Pick<Clock, 'now'>
  random?: Random
}

/** Throws `TypeError` for options that cannot be. */
export function createPushGate(options: PushGateOptions): PushGate {
  const { appId, token, aesKey, previousAesKey, window = 300, clock = systemClock, random = systemRandom } = options
  if (!/^[A-Za-z\d]{3,32}$/.test(token)) throw new TypeError('token must be 3 to 32 letters and digits')
  if (!(window > 0)) throw new TypeError('window must be a number of seconds above 0')
  const keys = [aesKey, previousAesKey].filter(key => key !== undefined)
  const ciphers = keys.map(key => createPushCipher({ aesKey: key, receiver: appId, random }))
  const isFresh = (timestamp: string) =>
    /^\d{1,12}$/.test(timestamp) && Math.abs(clock.now() / 1000 - Number(timestamp)) <= window

  return {
    encrypted: aesKey !== undefined,
    async accepts({ timestamp = '', nonce = '', signature = '' }) {
      return sameDigest(await pushSignature(token, timestamp, nonce), signature) && isFresh(timestamp)
    },
    async open({ timestamp = '', nonce = '', msg_signature: signature = '' }, sealed) {
      const expected = await pushSignature(token, timestamp, nonce, sealed)
      if (!sameDigest(expected, signature) || !isFresh(timestamp)) return undefined
      for (const cipher of ciphers) {
        const message = await cipher.open(sealed)
        if (message !== undefined) return message
      }
      return undefined
    },
    async seal(reply) {
      const [cipher] = ciphers
      if (!cipher) throw new TypeError('an account without aesKey encrypts nothing')
      const sealed = await cipher.seal(reply)
      const timestamp = String(Math.floor(clock.now() / 1000))
      const nonce = String(new DataView(new Uint8Array(random(4)).buffer).getUint32(0))
      return { sealed, timestamp, nonce, signature: await pushSignature(token, timestamp, nonce, sealed) }
    },
  }
}

/** SHA-1 over the sorted parts, in lower-case hexadecimal. */
export async function pushSignature(...parts: readonly string[]): Promise<string> {
  const text = new TextEncoder().encode([...parts].sort().join(''))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', text))
  return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
