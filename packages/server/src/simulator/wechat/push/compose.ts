/** One attempt to deliver a message: where it goes, how it is signed, what is in it, and what was made wrong on purpose. */
import type { PushSettings, WechatApp } from '../apps.ts'
import { seal, signatureOf } from './envelope.ts'
import { type PushMessage, write } from './message.ts'

/** What a receiver has to survive. All but the first two have to be refused, or seen through. */
export type Tampering =
  /** Sent twice at the same time. */
  | 'duplicate'
  /** Held back until the next message has been delivered. */
  | 'reorder'
  /** Encrypted with the key before this one, which is fine for a while. */
  | 'previousKey'
  /** Signed with another token. */
  | 'wrongSignature'
  /** Signed rightly, an hour ago. */
  | 'staleTimestamp'
  /** Encrypted rightly, for another app. */
  | 'wrongReceiver'
  /** In `compat` mode, the clear text says something else than the encrypted one. */
  | 'otherClearText'
  /** 2 MiB. */
  | 'large'
  /** With a document type and an entity. */
  | 'doctype'

export interface Attempt {
  readonly app: WechatApp
  readonly push: PushSettings
  readonly openid: string
  readonly message: PushMessage
  /** ms since the epoch. */
  readonly now: number
  readonly nonce: string
  /** 16 characters. */
  readonly random: string
  readonly tampering: Tampering | undefined
}

export interface Composed {
  readonly url: string
  readonly type: string
  readonly body: string
}

export function compose(attempt: Attempt): Composed {
  const { app, push, openid, message, now, nonce, random, tampering } = attempt
  const clear = write(message, push.format)
  const timestamp = String(Math.floor(now / 1000) - (tampering === 'staleTimestamp' ? 3600 : 0))
  const token = tampering === 'wrongSignature' ? `${push.token}x` : push.token
  const query = { signature: signatureOf(token, timestamp, nonce), timestamp, nonce, openid }
  const type = push.format === 'xml' ? 'text/xml' : 'application/json'
  if (push.mode === 'plain') return { url: withQuery(push.url, query), type, body: strain(clear, tampering) }
  const aesKey = tampering === 'previousKey' ? (push.previousAesKey ?? push.aesKey) : push.aesKey
  const receiver = tampering === 'wrongReceiver' ? 'wx00000000000000ff' : app.appid
  const Encrypt = seal(clear, { aesKey, receiver, random })
  const msg_signature = signatureOf(token, timestamp, nonce, Encrypt)
  return {
    url: withQuery(push.url, { ...query, encrypt_type: 'aes', msg_signature }),
    type,
    body: strain(write({ ...aroundCipher(attempt), Encrypt }, push.format), tampering),
  }
}

export function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const address = new URL(url)
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  return address.href
}

/** What stands in clear text beside the encrypted message. */
function aroundCipher({ app, push, message, tampering }: Attempt): PushMessage {
  if (push.mode === 'safe') return { ToUserName: app.originalId }
  return tampering === 'otherClearText' ? { ...message, FromUserName: 'oSomebodyElse000000000000000' } : message
}

function strain(body: string, tampering: Tampering | undefined): string {
  if (tampering === 'large') return body + ' '.repeat(2 * 1_048_576)
  if (tampering === 'doctype')
    return `<!DOCTYPE xml [<!ENTITY who "somebody">]>${body.replace('</xml>', '<Who>&who;</Who></xml>')}`
  return body
}
