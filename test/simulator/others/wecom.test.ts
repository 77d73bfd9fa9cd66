import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WecomApp } from '../../../packages/server/src/simulator/wecom/service.ts'
import { startWecomSimulator } from '../../../packages/server/src/simulator/wecom/start.ts'
import { callback, type Query, type Reply, type StartedFlow, startTest } from './flow.ts'

let wecom: StartedFlow<WecomApp>
beforeEach(async () => {
  wecom = await startTest(startWecomSimulator)
})
afterEach(() => wecom.stop())

const page = (changes: Query = {}, path = '/login/wwlogin/sso/login') =>
  wecom.get(path, {
    login_type: 'CorpApp',
    appid: wecom.app.id,
    agentid: wecom.app.agentId,
    redirect_uri: callback,
    state: 'abc123',
    ...changes,
  })
const getToken = (changes: Query = {}) =>
  wecom.get('/qyapi/cgi-bin/gettoken', { corpid: wecom.app.id, corpsecret: wecom.app.secret, ...changes })

async function token(): Promise<string> {
  return String((await getToken()).json.access_token)
}

async function identify(code: string, path = '/qyapi/cgi-bin/auth/getuserinfo'): Promise<Reply> {
  return wecom.get(path, { access_token: await token(), code })
}

async function freshCode(person = 'aju'): Promise<string> {
  await page()
  return wecom.signIn(person).get('code') ?? ''
}

describe('the login page of WeCom', () => {
  it('sends a person who confirms back with a code and the state', async () => {
    expect((await page()).text).toContain('WeCom simulator')
    const answer = wecom.signIn('aju')
    expect([...answer.keys()]).toEqual(['code', 'state'])
    expect(answer.get('state')).toBe('abc123')
  })

  it.each([
    ['another login type', { login_type: 'Other' }, 'login_type'],
    ['a company that nobody knows', { appid: 'ww0' }, 'appid'],
    ['an app that the company has not', { agentid: '7' }, 'agentid'],
    ['a domain that is not trusted', { redirect_uri: 'https://elsewhere.example/' }, '50001'],
  ])('is refused with %s', async (_, changes, words) => {
    expect((await page(changes)).text).toContain(words)
    expect(wecom.control.visits()).toEqual([])
  })

  it('tells of a refusal only where it is the older one', async () => {
    wecom.control.conduct({ denial: 'told' })
    for (const [path, told] of [
      ['/login/wwlogin/sso/login', ''],
      ['/work/wwopen/sso/qrConnect', `${callback}?state=abc123`],
    ] as const) {
      await page({}, path)
      const { id } = wecom.control.visits().at(-1) ?? expect.fail('no visit')
      wecom.control.scan(id, 'aju')
      expect(wecom.control.deny(id).callback).toBe(told)
    }
  })

  it('goes back at once inside WeCom, or asks where private details are wanted', async () => {
    const inside = (scope: string, agent = 'wxwork/4.1 MicroMessenger/7') =>
      wecom.get(
        '/open/connect/oauth2/authorize',
        {
          appid: wecom.app.id,
          agentid: wecom.app.agentId,
          redirect_uri: callback,
          response_type: 'code',
          scope,
          state: 'abc123',
        },
        { 'user-agent': agent },
      )
    const base = await inside('snsapi_base')
    expect(base.location).toMatch(/^https:\/\/localhost\/callback\?code=\w+&state=abc123$/)
    const asking = await inside('snsapi_privateinfo')
    expect(asking.location).toMatch(/^\/visit\?id=\w{16}$/)
    expect((await inside('snsapi_base', 'Chrome')).text).toContain('请在企业微信客户端打开链接')
    const { id } = wecom.control.visits().at(-1) ?? expect.fail('no visit')
    const code = new URL(wecom.control.confirm(id).callback).searchParams.get('code') ?? ''
    const { json } = await identify(code)
    expect(json).toMatchObject({ userid: 'xiaoman', expires_in: 1800 })
    const path = `/qyapi/cgi-bin/auth/getuserdetail?access_token=${await token()}`
    expect((await wecom.post(path, { user_ticket: json.user_ticket })).json).toMatchObject({
      errcode: 0,
      userid: 'xiaoman',
    })
    expect((await wecom.post(path, { user_ticket: 'none' })).json.errcode).toBe(84015)
    await wecom.clock.advance(1_800_000)
    expect((await wecom.post(path, { user_ticket: json.user_ticket })).json.errcode).toBe(84014)
  })
})

describe('a token of a WeCom app', () => {
  it('is the same one until it expires', async () => {
    const first = await getToken()
    expect(first.json).toMatchObject({ errcode: 0, errmsg: 'ok', expires_in: 7200 })
    await wecom.clock.advance(7_199_000)
    expect((await getToken()).json).toMatchObject({ access_token: first.json.access_token, expires_in: 1 })
    await wecom.clock.advance(1000)
    expect((await getToken()).json.access_token).not.toBe(first.json.access_token)
    const old = { access_token: String(first.json.access_token), code: 'x' }
    expect((await wecom.get('/qyapi/cgi-bin/auth/getuserinfo', old)).json.errcode).toBe(42001)
  })

  it.each([
    ['no company', { corpid: '' }, 41002],
    ['a company that nobody knows', { corpid: 'ww0' }, 40013],
    ['no secret', { corpsecret: '' }, 41004],
    ['a wrong secret', { corpsecret: 'wrong' }, 40001],
  ])('is refused with %s', async (_, changes, errcode) => {
    const { status, json } = await getToken(changes)
    expect(status).toBe(200)
    expect(json.errcode).toBe(errcode)
    expect(json.errmsg).toMatch(/, hint: \[\d+_1_0\], from ip: 127\.0\.0\.1, more info at https:/)
  })

  it('is missed, and refused where it was never given', async () => {
    expect((await wecom.get('/qyapi/cgi-bin/user/get', { userid: 'aju' })).json.errcode).toBe(41001)
    expect((await wecom.get('/qyapi/cgi-bin/user/get', { userid: 'aju', access_token: 'x' })).json.errcode).toBe(40014)
  })
})

describe('a code of WeCom', () => {
  it('names a member by the id in the company, once', async () => {
    const code = await freshCode()
    expect((await identify(code)).json).toEqual({ errcode: 0, errmsg: 'ok', userid: 'aju' })
    expect((await identify(code)).json.errcode).toBe(40029)
  })

  it('names somebody from outside by an openid alone', async () => {
    expect((await identify(await freshCode('river'))).json).toEqual({
      errcode: 0,
      errmsg: 'ok',
      openid: expect.stringMatching(/^o/),
      external_userid: expect.stringMatching(/^wm/),
    })
  })

  it('is spelled otherwise by the older call', async () => {
    const path = '/qyapi/cgi-bin/user/getuserinfo'
    expect((await identify(await freshCode(), path)).json.UserId).toBe('aju')
    expect(Object.keys((await identify(await freshCode('river'), path)).json)).toContain('OpenId')
  })

  it('is good for five minutes', async () => {
    const code = await freshCode()
    await wecom.clock.advance(300_000)
    expect((await identify(code)).json.errcode).toBe(40029)
  })
})

describe('a member', () => {
  it('has a name, which somebody from outside has not', async () => {
    const access_token = await token()
    const get = (userid: string) => wecom.get('/qyapi/cgi-bin/user/get', { access_token, userid })
    expect((await get('aju')).json).toMatchObject({ errcode: 0, userid: 'aju', name: '阿橘🍊' })
    expect((await get('river')).json.errcode).toBe(60111)
  })
})
