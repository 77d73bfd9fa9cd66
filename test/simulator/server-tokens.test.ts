import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { account, mini, type Query, type Reply, type SimulatedWechat, startWechat, website } from './wechat.ts'

let wechat: SimulatedWechat
beforeEach(async () => {
  wechat = await startWechat()
})
afterEach(() => wechat.stop())

const seconds = (count: number) => wechat.clock.advance(count * 1000)
const ask = (changes: Query = {}) =>
  wechat.api('/cgi-bin/token', { grant_type: 'client_credential', ...account, ...changes })
const askStable = (changes: object = {}) =>
  wechat.post('/cgi-bin/stable_token', {}, { grant_type: 'client_credential', ...account, ...changes })
const tokenOf = ({ json }: Reply) => String(json.access_token)

/** What WeChat makes of a token: `clear_quota` for another app is refused with 40013, after the token has been read. */
async function verdict(access_token: string): Promise<unknown> {
  const { json } = await wechat.post('/cgi-bin/clear_quota', { access_token }, { appid: 'another' })
  return json.errcode === 40013 ? 'good' : json.errcode
}

describe('a server token', () => {
  it('is given with two hours of life, as JSON whose charset has the wrong name', async () => {
    const { type, json } = await ask()
    expect(type).toBe('application/json; encoding=utf-8')
    expect(json).toEqual({ access_token: expect.stringMatching(/^91_\w{133}$/), expires_in: 7200 })
    await seconds(7199)
    expect(await verdict(String(json.access_token))).toBe('good')
    await seconds(1)
    expect(await verdict(String(json.access_token))).toBe(42001)
  })

  it('is another one each time; the one before is good for five more minutes', async () => {
    const first = tokenOf(await ask())
    const second = tokenOf(await ask())
    expect(second).not.toBe(first)
    await seconds(299)
    expect([await verdict(first), await verdict(second)]).toEqual(['good', 'good'])
    await seconds(1)
    expect([await verdict(first), await verdict(second)]).toEqual([42001, 'good'])
  })

  it('ends at once when two others have been given since', async () => {
    const first = tokenOf(await ask())
    await ask()
    await ask()
    expect(await verdict(first)).toBe(40001)
  })

  it('is taken away by another program that asks, and by whoever voids it', async () => {
    const token = tokenOf(await ask())
    wechat.control.tokens.takeToken(account.appid)
    await seconds(300)
    expect(await verdict(token)).toBe(42001)
    const next = tokenOf(await ask())
    await wechat.fake('/token/void', { appid: account.appid })
    const { json } = await wechat.post('/cgi-bin/clear_quota', { access_token: next }, {})
    expect(json.errcode).toBe(40001)
    expect(json.errmsg).toMatch(/^invalid credential, access_token is invalid or not latest rid: [\w-]+$/)
  })

  it.each([
    ['another grant', { grant_type: 'authorization_code' }, 40002],
    ['no app id', { appid: '' }, 41002],
    ['an app that nobody knows', { appid: 'wxffffffffffffffff' }, 40013],
    ['no secret', { secret: '' }, 41004],
    ['a wrong secret', { secret: 'wrong' }, 40125],
    ['a website app', website, 48001],
  ])('is refused with %s, of both kinds', async (_, changes, errcode) => {
    expect((await ask(changes)).json.errcode).toBe(errcode)
    expect((await askStable(changes)).json.errcode).toBe(errcode)
  })

  it('is refused to addresses that are not on the list, except to mini programs', async () => {
    for (const { appid } of [account, mini]) wechat.control.setApp({ appid, ipWhitelist: ['192.0.2.1'] })
    expect((await ask()).json.errmsg).toMatch(/^invalid ip 127\.0\.0\.1 ipv6 ::ffff:127\.0\.0\.1, not in whitelist rid/)
    expect((await askStable()).json.errcode).toBe(40164)
    expect((await ask(mini)).json.access_token).toBeDefined()
  })

  it('is refused by the wrong method', async () => {
    expect(
      (await wechat.post('/cgi-bin/token', { grant_type: 'client_credential', ...account }, {})).json.errcode,
    ).toBe(43001)
    expect((await wechat.api('/cgi-bin/stable_token', account)).json.errcode).toBe(43002)
  })

  it('is missed, and refused where it was never given', async () => {
    expect(await verdict('')).toBe(41001)
    expect(await verdict('91_none')).toBe(40001)
  })
})

describe('a stable token', () => {
  it('is the same one with less and less time, until five minutes before its end', async () => {
    const first = await askStable()
    expect(first.json).toEqual({ access_token: expect.stringMatching(/^91_/), expires_in: 7200 })
    await seconds(6899)
    expect((await askStable()).json).toEqual({ access_token: tokenOf(first), expires_in: 301 })
    await seconds(1)
    const next = await askStable()
    expect(next.json.expires_in).toBe(7200)
    expect(tokenOf(next)).not.toBe(tokenOf(first))
    expect(await verdict(tokenOf(first))).toBe('good')
    await seconds(300)
    expect(await verdict(tokenOf(first))).toBe(42001)
  })

  it('has nothing to do with the other kind', async () => {
    const stable = tokenOf(await askStable())
    await ask()
    await ask()
    await ask()
    expect(await verdict(stable)).toBe('good')
    const ordinary = tokenOf(await ask())
    await askStable({ force_refresh: true })
    expect(await verdict(ordinary)).toBe('good')
  })

  it('ends at once when another is forced, which within 30 seconds gives the same one', async () => {
    const first = tokenOf(await askStable())
    const forced = tokenOf(await askStable({ force_refresh: true }))
    expect([await verdict(first), await verdict(forced)]).toEqual([40001, 'good'])
    await seconds(29)
    expect(tokenOf(await askStable({ force_refresh: true }))).toBe(forced)
    await seconds(1)
    expect(tokenOf(await askStable({ force_refresh: true }))).not.toBe(forced)
  })

  it('is forced at most 20 times a day, which in China begins at 16:00 UTC', async () => {
    for (let count = 0; count < 20; count++) {
      expect((await askStable({ force_refresh: true })).json.errcode).toBeUndefined()
      await seconds(30)
    }
    expect((await askStable({ force_refresh: true })).json.errcode).toBe(45009)
    expect((await askStable()).json.errcode).toBeUndefined()
    // The clock of the tests starts at midnight, UTC.
    await seconds(16 * 3600 - 600)
    expect((await askStable({ force_refresh: true })).json.errcode).toBeUndefined()
  })

  it('is refused for a body that is no JSON object, or not of its shape', async () => {
    for (const body of ['', '{', '[]', 'null']) {
      const reply = await wechat.api('/cgi-bin/stable_token', {}, { method: 'POST', body })
      expect(reply.json.errcode, body).toBe(47001)
    }
    expect((await askStable({ force_refresh: 'true' })).json.errcode).toBe(47001)
    expect((await askStable({ appid: 7 })).json.errcode).toBe(41002)
  })
})

describe('a quota', () => {
  it('is used up by calls that are answered, and is full again on the next day', async () => {
    wechat.control.setApp({ appid: account.appid, quotas: { token: 2 } })
    await ask({ secret: 'wrong' })
    await ask()
    await ask()
    const refused = await ask()
    expect(refused.json.errcode).toBe(45009)
    expect(refused.json.errmsg).toMatch(/^api freq out of limit rid: /)
    await seconds(16 * 3600)
    expect((await ask()).json.access_token).toBeDefined()
  })

  it('is smaller for a minute than for a day', async () => {
    wechat.control.setApp({ appid: account.appid, quotas: { stableTokenPerMinute: 1, stableToken: 2 } })
    await askStable()
    expect((await askStable()).json.errcode).toBe(45011)
    await seconds(60)
    await askStable()
    await seconds(60)
    expect((await askStable()).json.errcode).toBe(45009)
  })

  it('is cleared by the app itself, ten times a month', async () => {
    wechat.control.setApp({ appid: account.appid, quotas: { token: 1 } })
    const access_token = tokenOf(await ask())
    const clear = () => wechat.post('/cgi-bin/clear_quota', { access_token }, { appid: account.appid })
    expect((await ask()).json.errcode).toBe(45009)
    expect((await clear()).json).toEqual({ errcode: 0, errmsg: 'ok' })
    expect((await ask()).json.access_token).toBeDefined()
    for (let count = 1; count < 10; count++) expect((await clear()).json.errcode).toBe(0)
    expect((await clear()).json.errcode).toBe(48006)
  })
})
