import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeQr } from './picture.ts'
import { callback, type SimulatedWechat, startWechat } from './wechat.ts'

let wechat: SimulatedWechat
beforeEach(async () => {
  wechat = await startWechat()
})
afterEach(() => wechat.stop())

const told = (errcode: number, code = '') => `window.wx_errcode=${errcode};window.wx_code='${code}';`

describe('the page of the website login', () => {
  it('opens a code of 16 characters for an approved callback address, in any order of parameters', async () => {
    expect(await wechat.openCode()).toMatch(/^\w{16}$/)
    expect(await wechat.openCode({ redirect_uri: 'http://localhost:8787/back?x=1' })).toMatch(/^\w{16}$/)
  })

  it.each([
    ['an app that nobody knows', { appid: 'wxffffffffffffffff' }],
    ['an app of another kind', { appid: 'wx00000000000051e2' }],
    ['another scope', { scope: 'snsapi_userinfo' }],
    ['another response type', { response_type: 'token' }],
    ['another host', { redirect_uri: 'https://elsewhere.example/back' }],
    ['a host below the approved one', { redirect_uri: 'https://a.localhost/back' }],
    ['an address that is none', { redirect_uri: 'localhost/back' }],
    ['an address that runs', { redirect_uri: 'javascript://localhost/%0aalert(1)' }],
  ])('says with status 200 that the link cannot be opened for %s', async (_, query) => {
    expect(await wechat.openCode(query)).toContain('该链接无法访问')
    expect(wechat.control.website.codes()).toEqual([])
  })

  it('accepts only the approved port where the console names one', async () => {
    wechat.control.setApp({ appid: 'wx00000000000051e1', callbackDomain: 'localhost:8443' })
    expect(await wechat.openCode({ redirect_uri: 'https://localhost:8443/back' })).toMatch(/^\w{16}$/)
    expect(await wechat.openCode()).toContain('该链接无法访问')
  })

  it('has a picture of its code, a JPEG, until the code has expired', async () => {
    const uuid = await wechat.openCode()
    const picture = await fetch(`${wechat.url}/open/connect/qrcode/${uuid}`)
    expect(picture.headers.get('content-type')).toBe('image/jpeg')
    const content = decodeQr(new Uint8Array(await picture.arrayBuffer()))
    expect(content).toBe(`${wechat.url}/open/connect/confirm?uuid=${uuid}`)
    await wechat.clock.advance(300_000)
    expect((await fetch(`${wechat.url}/open/connect/qrcode/${uuid}`)).status).toBe(404)
  })
})

describe('the poll of the page', () => {
  it('is held for 25 seconds and then told 408', async () => {
    const uuid = await wechat.openCode()
    const poll = wechat.poll(uuid)
    await waiting(1)
    await wechat.clock.advance(24_999)
    expect(wechat.control.website.waiting()).toBe(1)
    await wechat.clock.advance(1)
    expect(await poll).toBe(told(408))
    expect(wechat.control.website.waiting()).toBe(0)
  })

  it('hears of a scan at once, and is held when it knows', async () => {
    const uuid = await wechat.openCode()
    const poll = wechat.poll(uuid)
    await waiting(1)
    wechat.control.website.scan(uuid, 'xiaoman')
    expect(await poll).toBe(told(404))
    expect(await wechat.poll(uuid)).toBe(told(404))
    const next = wechat.poll(uuid, '404')
    await waiting(1)
    await wechat.clock.advance(25_000)
    expect(await next).toBe(told(408))
  })

  it('hears of the confirmation with the code, and again until the code is used', async () => {
    const uuid = await wechat.openCode()
    wechat.control.website.scan(uuid, 'xiaoman')
    const poll = wechat.poll(uuid, '404')
    await waiting(1)
    const { code } = wechat.control.website.confirm(uuid)
    expect(code).toMatch(/^\w{32}$/)
    expect(await poll).toBe(told(405, code))
    expect(await wechat.poll(uuid)).toBe(told(405, code))
    await wechat.api('/sns/oauth2/access_token', {
      appid: 'wx00000000000051e1',
      secret: 'simulated0website0secret00000001',
      grant_type: 'authorization_code',
      code,
    })
    expect(await wechat.poll(uuid)).toBe(told(402))
  })

  it('hears of a refusal, is held when it knows, and hears of a new scan', async () => {
    const uuid = await wechat.openCode()
    wechat.control.website.scan(uuid, 'xiaoman')
    wechat.control.website.deny(uuid)
    expect(await wechat.poll(uuid, '404')).toBe(told(403))
    const poll = wechat.poll(uuid, '403')
    await waiting(1)
    wechat.control.website.scan(uuid, 'aju')
    expect(await poll).toBe(told(404))
  })

  it('is told 402 for a code that nobody knows, and when its own expires', async () => {
    expect(await wechat.poll('0123456789abcdef')).toBe(told(402))
    const uuid = await wechat.openCode()
    const poll = wechat.poll(uuid)
    await waiting(1)
    wechat.control.website.expire(uuid)
    expect(await poll).toBe(told(402))
    const other = await wechat.openCode()
    await wechat.clock.advance(299_000)
    const late = wechat.poll(other)
    await waiting(1)
    await wechat.clock.advance(1000)
    expect(await late).toBe(told(402))
  })

  it('answers two at the same time, and forgets one whose caller has left', async () => {
    const uuid = await wechat.openCode()
    const leaving = new AbortController()
    const left = wechat.poll(uuid, '', leaving.signal).catch(() => 'left')
    const polls = [wechat.poll(uuid), wechat.poll(uuid)]
    await waiting(3)
    leaving.abort()
    expect(await left).toBe('left')
    await waiting(2)
    wechat.control.website.scan(uuid, 'xiaoman')
    expect(await Promise.all(polls)).toEqual([told(404), told(404)])
    expect(wechat.control.website.waiting()).toBe(0)
  })
})

describe('a person with a phone', () => {
  it('sends the browser back with the code and the state, behind what the address has already', async () => {
    await wechat.openCode({ redirect_uri: `${callback}?from=wechat` })
    const signedIn = wechat.control.website.signIn('river')
    expect(signedIn.callback).toBe(`${callback}?from=wechat&code=${signedIn.code}&state=abc123`)
  })

  it('refuses without sending the browser anywhere, or in the older way with the state alone', async () => {
    const silent = await wechat.openCode()
    wechat.control.website.scan(silent, 'river')
    expect(wechat.control.website.deny(silent)).toEqual({ callback: undefined })
    wechat.control.conduct({ denial: 'stateOnly' })
    const spoken = await wechat.openCode()
    wechat.control.website.scan(spoken, 'river')
    expect(wechat.control.website.deny(spoken)).toEqual({ callback: `${callback}?state=abc123` })
  })

  it('cannot take over what somebody else has scanned, nor decide before scanning, nor too late', async () => {
    const uuid = await wechat.openCode()
    expect(() => wechat.control.website.confirm(uuid)).toThrow(/has not been scanned/)
    wechat.control.website.scan(uuid, 'river')
    wechat.control.website.scan(uuid, 'river')
    expect(() => wechat.control.website.scan(uuid, 'aju')).toThrow('Somebody else has scanned this code')
    await wechat.clock.advance(300_000)
    expect(() => wechat.control.website.confirm(uuid)).toThrow('This code has expired')
  })

  it('brings another state back where somebody tampers with it', async () => {
    wechat.control.conduct({ state: 'tampered' })
    await wechat.openCode()
    expect(wechat.control.website.signIn('river').callback).not.toMatch(/state=abc123$/)
  })
})

/** A call that is on its way over the network counts as waiting once it has arrived. */
function waiting(count: number): Promise<void> {
  return expect.poll(() => wechat.control.website.waiting(), { timeout: 10_000, interval: 5 }).toBe(count)
}
