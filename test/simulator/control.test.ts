import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startWechatSimulator } from '../../packages/server/src/simulator/index.ts'
import { callback, type SimulatedWechat, startWechat, website } from './wechat.ts'

let wechat: SimulatedWechat
beforeEach(async () => {
  wechat = await startWechat()
})
afterEach(() => wechat.stop())

describe('the control over HTTP', () => {
  it('drives a whole website login', async () => {
    const uuid = await wechat.openCode()
    expect((await wechat.fake('/qr')).text).toContain(uuid)
    expect((await wechat.fake(`/qr/${uuid}/scan`, { user: 'aju' })).json).toMatchObject({ status: 'scanned' })
    const { json } = await wechat.fake(`/qr/${uuid}/confirm`, {})
    expect(json.callback).toBe(`${callback}?code=${json.code}&state=abc123`)
    const query = { ...website, code: String(json.code), grant_type: 'authorization_code' }
    const { openid } = (await wechat.api('/sns/oauth2/access_token', query)).json
    const identity = await wechat.fake(`/identity?user=aju&appid=${website.appid}`)
    expect(identity.json.openid).toBe(openid)
  })

  it('refuses and expires codes, and says why a step cannot be', async () => {
    const uuid = await wechat.openCode()
    await wechat.fake(`/qr/${uuid}/scan`, { user: 'aju' })
    expect((await wechat.fake(`/qr/${uuid}/deny`, {})).json).toEqual({})
    await wechat.fake(`/qr/${uuid}/expire`, {})
    const late = await wechat.fake(`/qr/${uuid}/scan`, { user: 'aju' })
    expect(late).toMatchObject({ status: 409, json: { error: 'This code has expired' } })
    expect((await wechat.fake('/qr/0123456789abcdef/scan', { user: 'nobody' })).json.error).toMatch(/nobody/)
    expect((await wechat.fake('/qr/0123456789abcdef/scan', {})).status).toBe(409)
    expect((await wechat.fake('/reset')).json.error).toBe('Send this by POST')
    expect((await wechat.fake('/nothing', {})).status).toBe(404)
  })

  it('adds people and apps, and changes what is given of them', async () => {
    await wechat.fake('/user', { id: 'mo', nickname: 'Mo' })
    await wechat.fake('/user', { id: 'mo', blocked: true })
    expect(wechat.control.people().find(({ id }) => id === 'mo')).toMatchObject({ nickname: 'Mo', blocked: true })
    await wechat.fake('/app', { appid: 'wx1', kind: 'website', callbackDomain: 'a.example', quotas: { token: 1 } })
    expect(await wechat.openCode({ appid: 'wx1', redirect_uri: 'https://a.example/' })).toMatch(/^\w{16}$/)
    expect((await wechat.fake('/app', { appid: 'wx1', kind: 'shop' })).status).toBe(409)
    expect((await wechat.fake('/app', { appid: 'wx1', colour: 'red' })).status).toBe(409)
  })

  it('plans faults, moves the clock, and goes back to the start', async () => {
    await wechat.fake('/fault', { match: '/sns/auth', times: 1, action: 'errcode', errcode: -1 })
    expect((await wechat.api('/sns/auth')).json.errcode).toBe(-1)
    expect((await wechat.fake('/fault', { action: 'unheard of' })).status).toBe(409)
    const before = wechat.clock.now()
    expect((await wechat.fake('/clock/advance', { ms: 5000 })).json).toEqual({ now: before + 5000 })
    const uuid = await wechat.openCode()
    await wechat.fake('/conduct', { denial: 'stateOnly' })
    await wechat.fake('/reset', {})
    expect(await wechat.poll(uuid)).toContain('402')
    expect((await wechat.fake('/qr')).text).toBe('[]')
    expect((await wechat.fake('/conduct', {})).json).toEqual({ denial: 'silent', callback: 'once', state: 'kept' })
  })

  it('tells what was called, without any secret', async () => {
    await wechat.openCode()
    const { code } = wechat.control.website.signIn('river')
    const { json } = await wechat.api('/sns/oauth2/access_token', {
      ...website,
      code,
      grant_type: 'authorization_code',
    })
    await wechat.post('/cgi-bin/stable_token', {}, { grant_type: 'client_credential', ...website })
    const calls = await wechat.fake('/calls?match=/sns/')
    expect(JSON.parse(calls.text)).toMatchObject([
      {
        method: 'GET',
        path: '/api/sns/oauth2/access_token',
        query: { appid: website.appid, secret: '[redacted]', code: '[redacted]' },
        status: 200,
        answer: { openid: json.openid, access_token: '[redacted]' },
      },
    ])
    const everything = (await wechat.fake('/calls')).text
    for (const secret of [website.secret, code, json.access_token, json.refresh_token]) {
      expect(everything).not.toContain(secret)
    }
  })

  it('does not list its own calls, nor those of the phone', async () => {
    await wechat.fake('/qr')
    await fetch(`${wechat.url}/phone/look`)
    expect(wechat.control.calls()).toEqual([])
  })
})

describe('the simulator', () => {
  it.each([
    ['a name that somebody lets lead here', { host: 'rebound.example' }],
    ['a page of another site', { origin: 'https://elsewhere.example' }],
    ['a page of another site, without a name', { 'sec-fetch-site': 'cross-site' }],
    ['a page in a sandbox', { origin: 'null' }],
  ])('is not controlled by %s', async (_, headers) => {
    expect(await statusOf('/__fake/qr', headers)).toBe(403)
    expect(await statusOf('/__fake/qr', {})).toBe(200)
  })

  it('lets no page of another site act as the phone', async () => {
    const body = JSON.stringify({ at: '/', act: 'scan', user: 'aju' })
    const plain = await fetch(`${wechat.url}/phone/act`, { method: 'POST', body })
    expect(await plain.json()).toEqual({ error: 'Send this as JSON' })
  })

  it('gives the same codes and tokens in the same order to those who name the seed', async () => {
    const codes = await Promise.all(
      ['a', 'a', 'b'].map(async seed => {
        const one = await startWechat({ seed })
        const uuid = await one.openCode()
        await one.stop()
        return uuid
      }),
    )
    expect(codes[0]).toBe(codes[1])
    expect(codes[0]).not.toBe(codes[2])
  })

  it('runs with our time where no other is given, and can be moved on', async () => {
    const simulator = await startWechatSimulator({ timing: { qrTtl: 60 } })
    const query = new URLSearchParams({ appid: website.appid, redirect_uri: callback, response_type: 'code' })
    const page = await fetch(`${simulator.url}/open/connect/qrconnect?${query}&scope=snsapi_login&f=xml`)
    const uuid = /\[(\w{16})\]/.exec(await page.text())?.[1]
    const poll = fetch(`${simulator.url}/lp/connect/l/qrconnect?uuid=${uuid}`)
    await expect.poll(() => simulator.control.website.waiting()).toBe(1)
    await simulator.control.clock.advance(25_000)
    expect(await (await poll).text()).toContain('408')
    await simulator.control.clock.advance(35_000)
    expect(simulator.control.website.codes()).toEqual([])
    await simulator.stop()
  })

  it('ends while calls are held', async () => {
    const uuid = await wechat.openCode()
    const poll = wechat.poll(uuid).catch(() => 'cut')
    await expect.poll(() => wechat.control.website.waiting()).toBe(1)
    await wechat.stop()
    expect(['cut', "window.wx_errcode=402;window.wx_code='';"]).toContain(await poll)
  })
})

/** `fetch` does not let a program say that it is somebody else. */
function statusOf(path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(wechat.url + path, { headers }, response => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}
