/** Whether a receiver's answer counts, and what the person is shown because of it. */
import { XMLParser } from 'fast-xml-parser'
import type { PushSettings, WechatApp } from '../apps.ts'
import { signatureOf, unseal } from './envelope.ts'

export type Receipt =
  /** `shown` is the text of a reply; empty for none. */
  { readonly accepted: true; readonly shown: string } | { readonly accepted: false; readonly reason: string }

/** `success`, nothing at all, or a reply that is right in every part; with status 200. */
export function judge(app: WechatApp, push: PushSettings, openid: string, status: number, body: string): Receipt {
  if (status !== 200) return { accepted: false, reason: `status ${status}` }
  if (body === '' || body === 'success') return { accepted: true, shown: '' }
  const reply = readXml(body)
  if (!reply) return { accepted: false, reason: 'neither "success" nor a reply in XML' }
  return reply.Encrypt === undefined ? judgeReply(app, openid, reply) : judgeSealed(app, push, openid, reply)
}

type Fields = Readonly<Record<string, string>>

function judgeSealed(app: WechatApp, push: PushSettings, openid: string, reply: Fields): Receipt {
  const { Encrypt = '', MsgSignature, TimeStamp = '', Nonce = '' } = reply
  if (MsgSignature !== signatureOf(push.token, TimeStamp, Nonce, Encrypt)) {
    return { accepted: false, reason: 'the reply is not signed rightly' }
  }
  const opened = unseal(Encrypt, push.aesKey)
  if (opened?.receiver !== app.appid) return { accepted: false, reason: 'the reply is not encrypted rightly' }
  const fields = readXml(opened.message)
  return fields ? judgeReply(app, openid, fields) : { accepted: false, reason: 'the encrypted reply is no XML' }
}

function judgeReply(app: WechatApp, openid: string, reply: Fields): Receipt {
  const { ToUserName, FromUserName, CreateTime = '', MsgType, Content = '' } = reply
  if (ToUserName !== openid) return { accepted: false, reason: 'the reply is for somebody else' }
  if (FromUserName !== app.originalId) return { accepted: false, reason: 'the reply is from somebody else' }
  if (!/^\d+$/.test(CreateTime)) return { accepted: false, reason: 'the reply has no CreateTime' }
  if (MsgType !== 'text' || Content === '') return { accepted: false, reason: 'the reply is no text' }
  return { accepted: true, shown: Content }
}

/** The fields of `<xml>`; `undefined` for anything else. */
function readXml(body: string): Fields | undefined {
  const parser = new XMLParser({ parseTagValue: false, processEntities: false, trimValues: true })
  try {
    const { xml }: { xml?: unknown } = parser.parse(body, true)
    if (typeof xml !== 'object' || xml === null) return undefined
    return Object.fromEntries(Object.entries(xml).map(([name, value]) => [name, String(value)]))
  } catch {
    return undefined
  }
}
