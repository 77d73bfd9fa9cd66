import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { account, type Query, type Reply, type SimulatedWechat, startWechat, website } from './wechat.ts'

let wechat: SimulatedWechat
beforeEach(async () => {
  wechat = await startWechat()
})
afterEach(() => wechat.stop())

const day = 86_400_000

/** A code that River has just confirmed. */
async function freshCode(): Promise<string> {
  await wechat.openCode()
  return wechat.control.website.signIn('river').code
}

function exchange(code: string, changes: Query = {}): Promise<Reply> {
  return wechat.api('/sns/oauth2/access_token', { ...website, code, grant_type: 'authorization_code', ...changes })
}

async function tokens(): Promise<{ access_token: string; refresh_token: string; openid: string }> {
  const { json } = await exchange(await freshCode())
  return {
    access_token: String(json.access_token),
    refresh_token: String(json.refresh_token),
    openid: String(json.openid),
  }
}

function renew(refresh_token: string, changes: Query = {}): Promise<Reply> {
  return wechat.api('/sns/oauth2/refresh_token', {
    appid: website.appid,
    grant_type: 'refresh_token',
    refresh_token,
    ...changes,
  })
}

describe('a code', () => {
  it('becomes tokens, an openid and a unionid, without a token_type, as plain text', async () => {
    const { status, type, json } = await exchange(await freshCode())
    expect({ status, type }).toEqual({ status: 200, type: 'text/plain' })
    expect(json).toEqual({
      access_token: expect.stringMatching(/^91_\w{86}$/),
      expires_in: 7200,
      refresh_token: expect.stringMatching(/^91_\w{86}$/),
      openid: expect.stringMatching(/^o[\w-]{27}$/),
      scope: 'snsapi_login',
      unionid: expect.stringMatching(/^o[\w-]{27}$/),
    })
  })

  it('is good once', async () => {
    const code = await freshCode()
    await exchange(code)
    expect((await exchange(code)).json.errcode).toBe(40163)
  })

  it('is good for ten minutes', async () => {
    const code = await freshCode()
    const other = await freshCode()
    await wechat.clock.advance(599_999)
    expect((await exchange(code)).json.errcode).toBeUndefined()
    await wechat.clock.advance(1)
    expect((await exchange(other)).json.errcode).toBe(42003)
  })

  it('belongs to one app', async () => {
    expect((await exchange(await freshCode(), account)).json.errcode).toBe(40029)
  })

  it('is refused by POST', async () => {
    const query = { ...website, code: await freshCode(), grant_type: 'authorization_code' }
    expect((await wechat.api('/sns/oauth2/access_token', query, { method: 'POST' })).json.errcode).toBe(43001)
  })

  it.each([
    ['no app id', { appid: '' }, 41002],
    ['an app that nobody knows', { appid: 'wxffffffffffffffff' }, 40013],
    ['no secret', { secret: '' }, 41004],
    ['a wrong secret', { secret: 'wrong' }, 40125],
    ['another grant', { grant_type: 'client_credential' }, 40002],
    ['no code', { code: '' }, 41008],
    ['a code that was never given', { code: '0'.repeat(32) }, 40029],
  ])('is refused with %s, with status 200, a number and a sentence, and stays unused', async (_, changes, errcode) => {
    const code = await freshCode()
    const refused = await exchange(code, changes)
    expect(refused.status).toBe(200)
    expect(refused.json.errcode).toBe(errcode)
    expect(refused.json.errmsg).toMatch(/^[a-z_ ]+, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/)
    expect((await exchange(code)).json.openid).toBeDefined()
  })

  it('names the refusal by the second in which it happened', async () => {
    const { json } = await exchange('none')
    const first = /rid: ([0-9a-f]+)/.exec(String(json.errmsg))?.[1] ?? ''
    expect(Number.parseInt(first, 16)).toBe(Math.floor(wechat.clock.now() / 1000))
  })

  it('is refused when the app has called too often in a minute, and good in the next', async () => {
    wechat.control.setApp({ appid: website.appid, quotas: { oauthPerMinute: 1 } })
    const code = await freshCode()
    await exchange('none')
    expect((await exchange(code)).json.errcode).toBe(45009)
    await wechat.clock.advance(60_000)
    expect((await exchange(code)).json.openid).toBeDefined()
  })
})

describe('a person', () => {
  it('is the same to an app each time, and another to each app, with one unionid', async () => {
    const [one, other] = [await exchange(await freshCode()), await exchange(await freshCode())]
    expect(one.json.openid).toBe(other.json.openid)
    const there = wechat.control.identity('river', account.appid)
    expect(there.openid).not.toBe(one.json.openid)
    expect(there.unionid).toBe(one.json.unionid)
  })

  it('has no unionid in an app without an Open Platform account, one once it is bound, another after a move', async () => {
    const unionid = async (platform: string | null) => {
      wechat.control.setApp({ appid: website.appid, platform })
      return (await exchange(await freshCode())).json
    }
    const unbound = await unionid(null)
    expect(unbound).not.toHaveProperty('unionid')
    const bound = await unionid('platform-1')
    const moved = await unionid('platform-2')
    expect(bound.unionid).not.toBe(moved.unionid)
    expect([unbound.openid, moved.openid]).toEqual([bound.openid, bound.openid])
  })
})

describe('a refresh token', () => {
  it('lengthens the life of an access token that is valid', async () => {
    const { access_token, refresh_token, openid } = await tokens()
    await wechat.clock.advance(7_199_000)
    const renewed = await renew(refresh_token)
    expect(renewed.json).toEqual({ access_token, expires_in: 7200, refresh_token, openid, scope: 'snsapi_login' })
    await wechat.clock.advance(7_199_000)
    expect((await wechat.api('/sns/auth', { access_token, openid })).json).toEqual({ errcode: 0, errmsg: 'ok' })
  })

  it('gives a new access token where the old one has expired', async () => {
    const { access_token, refresh_token, openid } = await tokens()
    await wechat.clock.advance(7_200_000)
    const renewed = await renew(refresh_token)
    expect(renewed.json.access_token).not.toBe(access_token)
    expect((await wechat.api('/sns/auth', { access_token, openid })).json.errcode).toBe(42001)
  })

  it('ends after 30 days', async () => {
    const { refresh_token } = await tokens()
    await wechat.clock.advance(30 * day - 1)
    expect((await renew(refresh_token)).json.errcode).toBeUndefined()
    await wechat.clock.advance(1)
    expect((await renew(refresh_token)).json.errcode).toBe(42002)
  })

  it('ends when the person takes the permission back, and when they change their password', async () => {
    const { access_token, refresh_token, openid } = await tokens()
    wechat.control.changePassword('river')
    expect((await renew(refresh_token)).json.errcode).toBe(42007)
    expect((await wechat.api('/sns/auth', { access_token, openid })).json.errcode).toBe(40014)
    const next = await tokens()
    wechat.control.revoke('river', website.appid)
    expect((await renew(next.refresh_token)).json.errcode).toBe(40030)
  })

  it.each([
    ['no app id', { appid: '' }, 41002],
    ['an app that nobody knows', { appid: 'wxffffffffffffffff' }, 40013],
    ['another grant', { grant_type: 'authorization_code' }, 40002],
    ['no token', { refresh_token: '' }, 41003],
    ['a token that was never given', { refresh_token: '91_none' }, 40030],
    ['the app of somebody else', { appid: account.appid }, 40030],
  ])('is refused with %s', async (_, changes, errcode) => {
    const { refresh_token } = await tokens()
    expect((await renew(refresh_token, changes)).json.errcode).toBe(errcode)
  })
})

describe.each(['/sns/auth', '/sns/userinfo'])('%s', path => {
  it.each([
    ['no access token', { access_token: '' }, 41001],
    ['an access token that was never given', { access_token: '91_none' }, 40014],
    ['no openid', { openid: '' }, 41009],
    ['the openid of somebody else', { openid: 'oTESTopenid0000000000000001' }, 40003],
  ])('is refused with %s', async (_, changes, errcode) => {
    const { access_token, openid } = await tokens()
    expect((await wechat.api(path, { access_token, openid, ...changes })).json.errcode).toBe(errcode)
  })

  it('is refused after two hours', async () => {
    const { access_token, openid } = await tokens()
    await wechat.clock.advance(7_200_000)
    expect((await wechat.api(path, { access_token, openid })).json.errcode).toBe(42001)
  })
})

describe('the user info', () => {
  it('has a name, and empty places as WeChat gives them today', async () => {
    const { access_token, openid } = await tokens()
    const { type, json } = await wechat.api('/sns/userinfo', { access_token, openid, lang: 'zh_CN' })
    expect(type).toBe('text/plain')
    expect(json).toEqual({
      openid,
      nickname: 'River',
      sex: 0,
      language: '',
      city: '',
      province: '',
      country: '',
      headimgurl: '',
      privilege: [],
      unionid: wechat.control.identity('river', website.appid).unionid,
    })
  })

  it('has control characters in a name as they are, which is no JSON, and escapes quotes', async () => {
    wechat.control.setPerson({ id: 'river', nickname: 'a\u0014\n"b"\\n' })
    const { access_token, openid } = await tokens()
    const { text } = await wechat.api('/sns/userinfo', { access_token, openid })
    expect(text).toContain('"nickname":"a\u0014\n\\"b\\"\\\\n"')
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })
})
