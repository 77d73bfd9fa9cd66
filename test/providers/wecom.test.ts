/** WeCom's login, against the simulated WeCom over HTTP. */
import { describe, expect, it } from 'vitest'
import { type WecomOptions, wecom } from '../../packages/scanlogin/src/connectors/wecom/wecom.ts'
import { startWecomSimulator } from '../../packages/server/src/simulator/wecom/start.ts'
import { behavesAsAll } from './common.ts'
import { codeOf, redirectUri, startSite, until } from './site.ts'

const open = (changes: Partial<WecomOptions> = {}) =>
  startSite(startWecomSimulator, ({ app, url, calling }) =>
    wecom({
      corpId: app.id,
      agentId: app.agentId,
      secret: app.secret,
      hosts: { login: `${url}/login`, open: `${url}/open`, api: `${url}/qyapi` },
      ...calling,
      ...changes,
    }),
  )

behavesAsAll({
  name: 'wecom',
  open: () => open(),
  exchange: '/cgi-bin/auth/getuserinfo',
  who: '/cgi-bin/auth/getuserinfo',
  userAgent: 'Mozilla/5.0 (iPhone) wxwork/4.1.20 MicroMessenger/7.0.1',
})

const getuserinfo = '/cgi-bin/auth/getuserinfo'
const gettoken = '/cgi-bin/gettoken'
const answer = (errcode: number) => ({ action: 'answer', status: 200, body: { errcode, errmsg: 'no' } }) as const

describe("WeCom's page", () => {
  it('is asked for in the documented order, and without asking anybody inside WeCom', async () => {
    const { begin, url, app } = await open()
    const { address } = await begin({ language: 'zh' })
    const state = new URL(address).searchParams.get('state')
    expect(address).toBe(
      `${url}/login/wwlogin/sso/login?login_type=CorpApp&appid=${app.id}&agentid=${app.agentId}` +
        `&redirect_uri=${encodeURIComponent(redirectUri)}&state=${state}&lang=zh`,
    )
    expect((await begin({ way: 'inside' })).address).toMatch(/scope=snsapi_base&state=\w+&agentid=\d+#wechat_redirect$/)
  })
})

describe('a member', () => {
  it('arrives with the id of the company and their name', async () => {
    const { signIn, app } = await open()
    const identity = { provider: 'wecom', appId: app.id, subject: 'aju', name: '阿橘🍊' }
    expect(await (await signIn()).arrive()).toMatchObject({ identity })
  })

  it('arrives without a name where the app may not read it, and where none is wanted', async () => {
    const { signIn, control, asked } = await open()
    const { arrive } = await signIn()
    control.fault({ match: '/user/get', ...answer(60011) })
    const arrival = await arrive()
    expect(arrival).toMatchObject({ outcome: 'identity', identity: { subject: 'aju' } })
    expect(arrival).not.toHaveProperty('identity.name')
    expect(await (await signIn('aju', { ask: 'id' })).arrive()).not.toHaveProperty('identity.name')
    expect(asked('/cgi-bin/user/get')).toBe(1)
  })
})

describe('a person who is no member', () => {
  it('does not get in', async () => {
    const { signIn, events } = await open()
    expect(codeOf(await (await signIn('river')).arrive())).toBe('person_refused')
    expect(events.at(-1)).toMatchObject({ detail: 'not a member of the company' })
  })

  it('has refused, where the older page tells so', async () => {
    const { begin } = await open()
    const { arrive, address } = await begin()
    const state = new URL(address).searchParams.get('state')
    expect(codeOf(await arrive(`${redirectUri}?state=${state}`))).toBe('denied')
  })
})

describe("the app's token", () => {
  it('is asked for once by all who sign in, and again before it ends', async () => {
    const { signIn, asked, clock } = await open()
    const attempts = [await signIn(), await signIn(), await signIn()]
    await Promise.all(attempts.map(({ arrive }) => arrive()))
    expect(asked(gettoken)).toBe(1)
    await clock.advance(6_900_000)
    expect(await (await signIn()).arrive()).toMatchObject({ outcome: 'identity' })
    expect(asked(gettoken)).toBe(2)
  })

  it.each([40014, 42001])('is taken anew when it has ended early (%s), and the code is still good', async errcode => {
    const { signIn, control, asked } = await open()
    const { arrive } = await signIn()
    control.fault({ match: getuserinfo, ...answer(errcode) })
    expect(await arrive()).toMatchObject({ outcome: 'identity' })
    expect(asked(gettoken)).toBe(2)
    expect(asked(getuserinfo)).toBe(2)
  })

  it('is taken anew once, and not for ever', async () => {
    const { signIn, control, asked } = await open()
    const { arrive } = await signIn()
    control.fault({ match: getuserinfo, times: 9, ...answer(40014) })
    expect(codeOf(await arrive())).toBe('misconfigured')
    expect(asked(getuserinfo)).toBe(2)
  })

  it('that could not be had is asked for again by the next', async () => {
    const { signIn, control } = await open()
    control.fault({ match: gettoken, action: 'http500' })
    expect(codeOf(await (await signIn()).arrive())).toBe('provider_unintelligible')
    expect(await (await signIn()).arrive()).toMatchObject({ outcome: 'identity' })
  })
})

describe('a refusal of WeCom', () => {
  it.each([
    [getuserinfo, 40029, 'code_rejected'],
    [getuserinfo, 50001, 'misconfigured'],
    [gettoken, 40001, 'misconfigured'],
    [gettoken, 40013, 'misconfigured'],
    [gettoken, 60020, 'misconfigured'],
    [getuserinfo, 45009, 'provider_busy'],
    [getuserinfo, 99999, 'provider_unintelligible'],
  ])('%s %s is told apart', async (match, errcode, code) => {
    const { signIn, control, events } = await open()
    const { arrive } = await signIn()
    control.fault({ match, ...answer(errcode) })
    expect(codeOf(await arrive())).toBe(code)
    expect(events.at(-1)).toMatchObject({ errcode: String(errcode) })
  })

  it('that says busy is asked again, twice', async () => {
    const { signIn, control, clock, calls } = await open()
    const { arrive } = await signIn()
    control.fault({ match: getuserinfo, times: 2, ...answer(-1) })
    const arrival = arrive()
    // The token, and each of the two.
    for (const answered of [2, 3]) {
      await until(() => calls.length === answered)
      await clock.advance(900)
    }
    expect(await arrival).toMatchObject({ outcome: 'identity' })
  })

  it('of the wrong options is made before anything is asked', () => {
    const right = { corpId: 'ww00000000000051e4', agentId: '1', secret: 'x' }
    expect(() => wecom({ ...right, corpId: 'x' })).toThrow('corpId')
    expect(() => wecom({ ...right, agentId: 'x' })).toThrow('agentId')
    expect(() => wecom({ ...right, secret: '' })).toThrow('secret')
  })
})
