import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PushSettings, Tampering } from '../../packages/server/src/simulator/index.ts'
import { seal, signatureOf, unseal } from '../../packages/server/src/simulator/wechat/push/envelope.ts'
import { type Pushed, type Receiver, startReceiver } from './receiver.ts'
import { account, type SimulatedWechat, startWechat, website } from './wechat.ts'

let wechat: SimulatedWechat
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
  wechat = await startWechat()
  configure({})
})
afterEach(async () => {
  await wechat.stop()
  await receiver.stop()
})

const token = 'thePushToken01'
const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const previousAesKey = 'qLt0P1yW7uV8sX2bN5cA9dF4gH6jK3mZrTeUiOpQwEs'

function configure(changes: Partial<PushSettings>): void {
  const push = { url: receiver.url, token, aesKey, previousAesKey, ...changes }
  wechat.control.setApp({ appid: account.appid, push })
}

async function newTicket(scene_str = 'lg_7f3a9c'): Promise<string> {
  const credentials = { grant_type: 'client_credential', ...account }
  const { access_token } = (await wechat.post('/cgi-bin/stable_token', {}, credentials)).json
  const wish = { expire_seconds: 300, action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str } } }
  const { json } = await wechat.post('/cgi-bin/qrcode/create', { access_token: String(access_token) }, wish)
  return String(json.ticket)
}

const scan = async (scene?: string, person = 'aju') => wechat.control.accounts.scan(await newTicket(scene), person)
const field = (xml: string, name: string) => new RegExp(`<${name}><!\\[CDATA\\[(.*?)\\]\\]></${name}>`).exec(xml)?.[1]
const last = (): Pushed => receiver.pushed.at(-1) ?? expect.fail('Nothing was pushed')
const isSigned = ({ query }: Pushed) =>
  query.get('signature') === signatureOf(token, query.get('timestamp') ?? '', query.get('nonce') ?? '')
const isSealSigned = ({ query, body }: Pushed) =>
  query.get('msg_signature') ===
  signatureOf(token, query.get('timestamp') ?? '', query.get('nonce') ?? '', field(body, 'Encrypt') ?? '')

describe('an event', () => {
  it('tells of a new follower by the scene with a prefix, of a known one without', async () => {
    const ticket = await newTicket('qrscene_odd')
    const { openid } = wechat.control.identity('aju', account.appid)
    expect(await wechat.control.accounts.scan(ticket, 'aju')).toEqual({
      delivered: true,
      attempts: 1,
      failures: [],
      shown: '',
    })
    const time = Math.floor(wechat.clock.now() / 1000)
    expect(last().body).toBe(
      `<xml><ToUserName><![CDATA[gh_000000000002]]></ToUserName><FromUserName><![CDATA[${openid}]]></FromUserName>` +
        `<CreateTime>${time}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event>` +
        `<EventKey><![CDATA[qrscene_qrscene_odd]]></EventKey><Ticket><![CDATA[${ticket}]]></Ticket></xml>`,
    )
    expect(last()).toMatchObject({ method: 'POST', type: 'text/xml' })
    expect(last().query.get('openid')).toBe(openid)
    expect(isSigned(last())).toBe(true)
    await wechat.control.accounts.scan(ticket, 'aju')
    expect([field(last().body, 'Event'), field(last().body, 'EventKey')]).toEqual(['SCAN', 'qrscene_odd'])
  })

  it('tells of following and leaving without a code, with no scene and no ticket', async () => {
    await wechat.control.accounts.follow(account.appid, 'river')
    expect(last().body).toContain('<Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[]]></EventKey></xml>')
    await wechat.control.accounts.leave(account.appid, 'river')
    expect(field(last().body, 'Event')).toBe('unsubscribe')
    await scan(undefined, 'river')
    expect(field(last().body, 'Event')).toBe('subscribe')
  })

  it('is not sent where there is no server', async () => {
    wechat.control.setApp({ appid: account.appid, push: null })
    expect(await scan()).toEqual({ delivered: false, attempts: 0, failures: [], shown: '' })
  })

  it('keeps a scene whole that would end a CDATA section', async () => {
    await scan('a]]>b')
    expect(last().body).toContain('<EventKey><![CDATA[qrscene_a]]]]><![CDATA[>b]]></EventKey>')
  })

  it('is encrypted in the safe mode, with nothing beside it', async () => {
    configure({ mode: 'safe' })
    await scan()
    const { query, body } = last()
    expect(query.get('encrypt_type')).toBe('aes')
    expect([isSigned(last()), isSealSigned(last())]).toEqual([true, true])
    const opened = unseal(field(body, 'Encrypt') ?? '', aesKey)
    expect(opened?.receiver).toBe(account.appid)
    expect(field(opened?.message ?? '', 'EventKey')).toBe('qrscene_lg_7f3a9c')
    expect(body).not.toContain('EventKey')
  })

  it('is there twice in the compatible mode', async () => {
    configure({ mode: 'compat' })
    await scan()
    const opened = unseal(field(last().body, 'Encrypt') ?? '', aesKey)
    expect(last().body).toContain('<EventKey><![CDATA[qrscene_lg_7f3a9c]]></EventKey>')
    expect(opened?.message).toContain('<EventKey><![CDATA[qrscene_lg_7f3a9c]]></EventKey>')
  })

  it('is JSON where the console says so', async () => {
    configure({ format: 'json' })
    await scan()
    expect(last().type).toBe('application/json')
    expect(JSON.parse(last().body)).toMatchObject({ Event: 'subscribe', EventKey: 'qrscene_lg_7f3a9c' })
    configure({ format: 'json', mode: 'safe' })
    await scan()
    expect(Object.keys(JSON.parse(last().body))).toEqual(['ToUserName', 'Encrypt'])
  })
})

describe('an answer', () => {
  it('within five seconds is waited for, and after that asked for again: four times in all', async () => {
    receiver.answer = 'silence'
    const scanned = scan()
    for (let attempt = 1; attempt <= 4; attempt++) {
      await expect.poll(() => receiver.pushed.length).toBe(attempt)
      await wechat.clock.advance(4999)
      expect(receiver.pushed).toHaveLength(attempt)
      await wechat.clock.advance(1)
    }
    expect(await scanned).toEqual({
      delivered: false,
      attempts: 4,
      failures: Array(4).fill('no answer within 5 s'),
      shown: '该公众号暂时无法提供服务，请稍后再试',
    })
    const nonces = receiver.pushed.map(({ query }) => query.get('nonce'))
    expect(new Set(nonces).size).toBe(4)
    expect(receiver.pushed.every(isSigned)).toBe(true)
    expect(new Set(receiver.pushed.map(({ body }) => body)).size).toBe(1)
  })

  it.each([
    ['another status', 500, 'success'],
    ['a redirect', 302, 'success'],
    ['another word', 200, 'ok'],
    ['JSON', 200, '{"success":true}'],
    ['XML that is cut off', 200, '<xml><ToUserName>'],
    ['a reply to somebody else', 200, reply({ ToUserName: 'oSomebodyElse' })],
    ['a reply from somebody else', 200, reply({ FromUserName: 'gh_other' })],
    ['a reply without a text', 200, reply({ Content: '' })],
  ])('that is %s is a failure', async (_, status, text) => {
    receiver.answer = { status, text: fill(text) }
    expect(await scan()).toMatchObject({ delivered: false, attempts: 4 })
  })

  it('may be nothing, or a reply, which the person is shown', async () => {
    receiver.answer = { status: 200, text: '' }
    expect(await scan()).toMatchObject({ delivered: true, shown: '' })
    receiver.answer = { status: 200, text: fill(reply({})) }
    expect(await scan()).toMatchObject({ delivered: true, shown: 'Tap to confirm' })
  })

  it('may be an encrypted reply, if it is signed and for this app', async () => {
    configure({ mode: 'safe' })
    const sealed = (receiver: string, signedBy: string) => {
      const Encrypt = seal(fill(reply({})), { aesKey, receiver, random: '0123456789abcdef' })
      const MsgSignature = signatureOf(signedBy, '1760000000', '1')
      const signature = signedBy === token ? signatureOf(token, '1760000000', '1', Encrypt) : MsgSignature
      return `<xml><Encrypt>${Encrypt}</Encrypt><MsgSignature>${signature}</MsgSignature><TimeStamp>1760000000</TimeStamp><Nonce>1</Nonce></xml>`
    }
    receiver.answer = { status: 200, text: sealed(account.appid, token) }
    expect(await scan()).toMatchObject({ delivered: true, shown: 'Tap to confirm' })
    receiver.answer = { status: 200, text: sealed(account.appid, 'another') }
    expect(await scan()).toMatchObject({ delivered: false })
    await wechat.clock.advance(60_000)
    receiver.answer = { status: 200, text: sealed(website.appid, token) }
    expect(await scan()).toMatchObject({ delivered: false })
  })

  it('that fails five times in a row pauses all pushes for a minute', async () => {
    receiver.answer = { status: 500, text: '' }
    expect(await scan()).toMatchObject({ attempts: 4 })
    expect(await scan()).toMatchObject({ attempts: 1 })
    receiver.answer = { status: 200, text: 'success' }
    expect(await scan()).toMatchObject({ delivered: false, attempts: 0 })
    await wechat.clock.advance(59_999)
    expect(await scan()).toMatchObject({ delivered: false, attempts: 0 })
    await wechat.clock.advance(1)
    expect(await scan()).toMatchObject({ delivered: true, attempts: 1 })
  })

  it('that is good starts the count of failures anew', async () => {
    receiver.answer = { status: 500, text: '' }
    await scan()
    receiver.answer = { status: 200, text: 'success' }
    await scan()
    receiver.answer = { status: 500, text: '' }
    expect(await scan()).toMatchObject({ attempts: 4 })
  })
})

describe('the check of the address', () => {
  it('succeeds for a server that gives back what it was sent, and nothing else', async () => {
    receiver.answer = { status: 200, text: 'ECHO' }
    expect(await wechat.control.accounts.verifyUrl(account.appid)).toBe(true)
    expect(last().method).toBe('GET')
    expect(isSigned(last())).toBe(true)
    receiver.answer = { status: 200, text: '"ECHO"' }
    expect((await wechat.fake('/push/verify', { appid: account.appid })).json).toEqual({ verified: false })
    receiver.answer = { status: 403, text: 'ECHO' }
    expect(await wechat.control.accounts.verifyUrl(account.appid)).toBe(false)
  })
})

describe('a message that was tampered with', () => {
  const tampered = async (how: Tampering) => {
    wechat.control.accounts.tamper(account.appid, how)
    await scan()
    return last()
  }

  it('comes twice', async () => {
    await tampered('duplicate')
    expect(receiver.pushed).toHaveLength(2)
    expect(receiver.pushed[0]).toEqual(receiver.pushed[1])
  })

  it('comes after the one that was sent later', async () => {
    wechat.control.accounts.tamper(account.appid, 'reorder')
    const first = scan('first')
    await expect.poll(() => wechat.control.people().find(({ id }) => id === 'aju')?.follows.length).toBe(1)
    await scan('second', 'river')
    await first
    expect(receiver.pushed.map(({ body }) => field(body, 'EventKey'))).toEqual(['qrscene_second', 'qrscene_first'])
  })

  it('has a wrong signature, or a right one of an hour ago', async () => {
    expect(isSigned(await tampered('wrongSignature'))).toBe(false)
    const stale = await tampered('staleTimestamp')
    expect(isSigned(stale)).toBe(true)
    expect(Number(stale.query.get('timestamp'))).toBe(Math.floor(wechat.clock.now() / 1000) - 3600)
  })

  it('is for another app, or encrypted with the key before this one', async () => {
    configure({ mode: 'safe' })
    const other = unseal(field((await tampered('wrongReceiver')).body, 'Encrypt') ?? '', aesKey)
    expect(other?.receiver).not.toBe(account.appid)
    const previous = await tampered('previousKey')
    expect(isSealSigned(previous)).toBe(true)
    expect(unseal(field(previous.body, 'Encrypt') ?? '', previousAesKey)?.receiver).toBe(account.appid)
  })

  it('says something else in clear text than in the encrypted one', async () => {
    configure({ mode: 'compat' })
    const { body } = await tampered('otherClearText')
    const opened = unseal(field(body, 'Encrypt') ?? '', aesKey)?.message ?? ''
    expect(field(body, 'FromUserName')).not.toBe(field(opened, 'FromUserName'))
  })

  it('is very long, or has a document type', async () => {
    expect((await tampered('large')).body.length).toBeGreaterThan(2 * 1_048_576)
    expect((await tampered('doctype')).body).toMatch(/^<!DOCTYPE xml .*&who;/)
  })
})

describe('a person who takes a permission back', () => {
  it('is told of to the website, with everything that it knew them by', async () => {
    wechat.control.setApp({ appid: website.appid, push: { url: receiver.url, token, format: 'json' } })
    const { openid, unionid } = wechat.control.identity('aju', website.appid)
    await wechat.fake('/revoke', { user: 'aju', appid: website.appid })
    expect(JSON.parse(last().body)).toMatchObject({
      MsgType: 'event',
      Event: 'user_authorization_revoke',
      OpenID: openid,
      UnionID: unionid,
      AppID: website.appid,
      RevokeInfo: '301',
    })
  })
})

describe('a person who gives up their account', () => {
  it('is told of to every app that has a server', async () => {
    wechat.control.setApp({ appid: website.appid, push: { url: receiver.url, token, format: 'json' } })
    await wechat.fake('/close', { user: 'aju' })
    expect(receiver.pushed).toHaveLength(2)
    for (const { body } of receiver.pushed) expect(body).toContain('user_authorization_cancellation')
  })
})

/** A passive reply; `OPENID` is filled in once the person is known. */
function reply(changes: Record<string, string>): string {
  const fields = {
    ToUserName: 'OPENID',
    FromUserName: 'gh_000000000002',
    CreateTime: '1760000000',
    MsgType: 'text',
    Content: 'Tap to confirm',
    ...changes,
  }
  const inner = Object.entries(fields).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
  return `<xml>${inner.join('')}</xml>`
}

function fill(text: string): string {
  return text.replace('OPENID', wechat.control.identity('aju', account.appid).openid)
}
