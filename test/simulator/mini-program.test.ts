import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeQr } from './picture.ts'
import { account, mini, type Query, type SimulatedWechat, startWechat } from './wechat.ts'

let wechat: SimulatedWechat
let access_token: string
beforeEach(async () => {
  wechat = await startWechat()
  access_token = await tokenOf(mini)
})
afterEach(() => wechat.stop())

async function tokenOf(app: { appid: string; secret: string }): Promise<string> {
  const { json } = await wechat.post('/cgi-bin/stable_token', {}, { grant_type: 'client_credential', ...app })
  return String(json.access_token)
}

/** Image bytes, or the refusal's number. */
async function draw(wish: object): Promise<Uint8Array | number> {
  const body = JSON.stringify({ scene: 's=7f3a9c2e41', page: 'pages/login/index', ...wish })
  const url = `${wechat.url}/api/wxa/getwxacodeunlimit?access_token=${access_token}`
  const response = await fetch(url, { method: 'POST', body })
  expect(response.status).toBe(200)
  if (response.headers.get('content-type') === 'image/jpeg') return new Uint8Array(await response.arrayBuffer())
  const { errcode }: { errcode: number } = await response.json()
  return errcode
}

const link = (wish: object) =>
  wechat.post('/wxa/generate_urllink', { access_token }, { path: 'pages/login/index', query: 's=7f3a9c2e41', ...wish })
const session = (js_code: string, changes: Query = {}) =>
  wechat.api('/sns/jscode2session', { ...mini, js_code, grant_type: 'authorization_code', ...changes })

describe('a code of a mini program', () => {
  it('is an image that opens the page with its scene, and never ends', async () => {
    const picture = await draw({})
    const address = decodeQr(picture instanceof Uint8Array ? picture : expect.fail('no picture'))
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/m\/\w{10}$/)
    await wechat.clock.advance(365 * 86_400_000)
    const opened = await wechat.fake(`/mini/${address.split('/').at(-1)}/open`, { user: 'aju' })
    expect(opened.json).toEqual({
      appid: mini.appid,
      page: 'pages/login/index',
      query: { scene: 's%3D7f3a9c2e41' },
      jsCode: expect.stringMatching(/^\w{32}$/),
    })
    expect(wechat.control.mini.open('s=7f3a9c2e41', 'river').page).toBe('pages/login/index')
    expect(() => wechat.control.mini.open('another', 'river')).toThrow('There is no such code')
  })

  it.each([
    ['a scene of 32 characters', { scene: 'x'.repeat(32) }, undefined],
    ['every character that is allowed', { scene: "09azAZ!#$&'()*+,/:;=?@-._~" }, undefined],
    ['a scene of 33 characters', { scene: 'x'.repeat(33) }, 40169],
    ['no scene', { scene: undefined }, 40169],
    ['an empty scene', { scene: '' }, 40169],
    ['a scene that is no text', { scene: 7 }, 40169],
    ['a percent sign in the scene', { scene: 'a%20b' }, 40097],
    ['Chinese in the scene', { scene: '登录' }, 40097],
    ['a page that begins with a slash', { page: '/pages/login/index' }, 41030],
    ['such a page, unchecked', { page: '/pages/login/index', check_path: false }, 41030],
    ['a page with a query', { page: 'pages/login/index?a=1' }, 41030],
    ['a page that was never published', { page: 'pages/other/index' }, 41030],
    ['that page, unchecked', { page: 'pages/other/index', check_path: false }, undefined],
    ['such a page, checked as a word says', { page: 'pages/other/index', check_path: 'false' }, 40097],
    ['no page', { page: undefined }, undefined],
    ['a small picture', { width: 279 }, 40097],
    ['a trial version', { env_version: 'trial' }, undefined],
    ['a version that there is none of', { env_version: 'beta' }, 40097],
  ])('with %s: %o gives %s', async (_, wish, errcode) => {
    const answer = await draw(wish)
    expect(typeof answer === 'number' ? answer : undefined).toBe(errcode)
  })

  it('is for mini programs, by a good token and a body that can be read, within the quota of a minute', async () => {
    wechat.control.setApp({ appid: mini.appid, quotas: { miniCodesPerMinute: 1 } })
    await draw({})
    expect(await draw({})).toBe(45009)
    await wechat.clock.advance(60_000)
    expect(await draw({})).toBeInstanceOf(Uint8Array)
    const broken = { method: 'POST', body: '{' }
    expect((await wechat.api('/wxa/getwxacodeunlimit', { access_token }, broken)).json.errcode).toBe(47001)
    access_token = await tokenOf(account)
    expect(await draw({})).toBe(48001)
    access_token = 'none'
    expect(await draw({})).toBe(40001)
  })
})

describe('a link to a mini program', () => {
  it('opens the page with its query, for as long as was asked for', async () => {
    const { json } = await link({ expire_type: 1, expire_interval: 1, env_version: 'release' })
    expect(json).toEqual({ errcode: 0, errmsg: 'ok', url_link: expect.stringMatching(/\/m\/\w{10}$/) })
    const id = String(json.url_link).split('/').at(-1) ?? ''
    expect(wechat.control.mini.open(id, 'aju').query).toEqual({ s: '7f3a9c2e41' })
    await wechat.clock.advance(86_400_000)
    expect(() => wechat.control.mini.open(id, 'aju')).toThrow('There is no such code, or it has expired')
  })

  it.each([
    [{ path: 'pages/other/index' }, 40165],
    [{ query: 'x'.repeat(1025) }, 40212],
    [{ expire_type: 1, expire_interval: 31 }, 40097],
    [{ expire_type: 2 }, 40097],
    [{ path: '/pages/login/index', query: 'x'.repeat(1024) }, 0],
  ])('with %o is answered with %i', async (wish, errcode) => {
    expect((await link(wish)).json.errcode).toBe(errcode)
  })
})

describe('a code of wx.login()', () => {
  it('becomes a session key, an openid and a unionid, once', async () => {
    const code = wechat.control.mini.login(mini.appid, 'aju')
    const { openid, unionid } = wechat.control.identity('aju', mini.appid)
    expect((await session(code)).json).toEqual({
      session_key: expect.stringMatching(/^\w{22}==$/),
      openid,
      unionid,
    })
    expect((await session(code)).json.errcode).toBe(40029)
  })

  it('is good for five minutes', async () => {
    const code = wechat.control.mini.login(mini.appid, 'aju')
    await wechat.clock.advance(300_000)
    expect((await session(code)).json.errcode).toBe(40029)
  })

  it.each([
    ['no app id', { appid: '' }, 41002],
    ['an app that nobody knows', { appid: 'wxffffffffffffffff' }, 40013],
    ['no secret', { secret: '' }, 41004],
    ['a wrong secret', { secret: 'wrong' }, 40125],
    ['another grant', { grant_type: 'js_code' }, 40002],
    ['no code', { js_code: '' }, 41008],
    ['a code that was never given', { js_code: 'none' }, 40029],
    ['another app', account, 40029],
  ])('is refused with %s, and stays unused', async (_, changes, errcode) => {
    const code = wechat.control.mini.login(mini.appid, 'aju')
    expect((await session(code, changes)).json.errcode).toBe(errcode)
    expect((await session(code)).json.openid).toBeDefined()
  })

  it('is refused for a person whom risk control has stopped', async () => {
    await wechat.fake('/user', { id: 'aju', blocked: true })
    const { json } = await wechat.fake(`/mini/${mini.appid}/login`, { user: 'aju' })
    expect((await session(String(json.js_code))).json.errcode).toBe(40226)
  })

  it('is refused to one person after a hundred in a minute', async () => {
    const login = () => session(wechat.control.mini.login(mini.appid, 'aju'))
    for (let count = 0; count < 100; count++) expect((await login()).json.errcode).toBeUndefined()
    expect((await login()).json.errcode).toBe(45011)
    expect((await session(wechat.control.mini.login(mini.appid, 'river'))).json.openid).toBeDefined()
    await wechat.clock.advance(60_000)
    expect((await login()).json.openid).toBeDefined()
  })
})
