import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { QqApp } from '../../../packages/server/src/simulator/qq/service.ts'
import { startQqSimulator } from '../../../packages/server/src/simulator/qq/start.ts'
import { callback, type Query, type Reply, type StartedFlow, startTest } from './flow.ts'

let qq: StartedFlow<QqApp>
beforeEach(async () => {
  qq = await startTest(startQqSimulator)
})
afterEach(() => qq.stop())

const page = (changes: Query = {}, headers = {}) =>
  qq.get(
    '/graph/oauth2.0/authorize',
    { response_type: 'code', client_id: qq.app.id, redirect_uri: callback, state: 'abc123', ...changes },
    headers,
  )
const exchange = (changes: Query): Promise<Reply> =>
  qq.get('/graph/oauth2.0/token', {
    grant_type: 'authorization_code',
    client_id: qq.app.id,
    client_secret: qq.app.secret,
    redirect_uri: callback,
    fmt: 'json',
    ...changes,
  })
const me = (changes: Query) => qq.get('/graph/oauth2.0/me', { fmt: 'json', ...changes })
const getUser = (changes: Query) => qq.get('/graph/user/get_user_info', { oauth_consumer_key: qq.app.id, ...changes })

async function freshCode(person = 'aju', changes: Query = {}): Promise<string> {
  await page(changes)
  return qq.signIn(person).get('code') ?? ''
}

async function freshToken(changes: Query = {}): Promise<string> {
  return String((await exchange({ code: await freshCode('aju', changes) })).json.access_token)
}

describe('the login page of QQ', () => {
  it.each([
    ['another response type', { response_type: 'x' }, '100000'],
    ['a client that nobody knows', { client_id: 'x' }, '100008'],
    ['an address that is not registered', { redirect_uri: 'https://elsewhere.example/' }, '100010'],
    ['no state', { state: '' }, 'state'],
  ])('is refused with %s', async (_, changes, words) => {
    expect((await page(changes)).text).toContain(words)
    expect(qq.control.visits()).toEqual([])
  })

  it('tells nobody of a refusal', async () => {
    qq.control.conduct({ denial: 'told' })
    await page()
    const { id } = qq.control.visits().at(-1) ?? expect.fail('no visit')
    qq.control.scan(id, 'aju')
    expect(qq.control.deny(id).callback).toBe('')
  })

  it('asks on the phone itself inside QQ', async () => {
    const { location } = await page({}, { 'user-agent': 'Mozilla/5.0 Mobile MQQBrowser/6.2 QQ/8.9.85.12820 V1_AND_SQ' })
    expect(location).toMatch(/^\/visit\?id=\w{16}$/)
  })
})

describe('a code of QQ', () => {
  it('is exchanged once, for a token whose life is a text', async () => {
    const code = await freshCode()
    expect((await exchange({ code })).json).toMatchObject({
      access_token: expect.stringMatching(/^[\dA-F]{32}$/),
      expires_in: '7776000',
    })
    expect((await exchange({ code })).json.error).toBe(100020)
  })

  it('is answered in the form of an address where JSON is not asked for', async () => {
    const { text } = await exchange({ code: await freshCode(), fmt: '' })
    expect(text).toMatch(/^access_token=[\dA-F]{32}&expires_in=7776000&refresh_token=[\dA-F]{32}$/)
    expect((await exchange({ code: 'x', fmt: '' })).text).toBe(
      'callback( {"error":100019,"error_description":"code to access token error"} );\n',
    )
  })

  it('is good for ten minutes', async () => {
    const code = await freshCode()
    await qq.clock.advance(600_000)
    expect((await exchange({ code })).json.error).toBe(100019)
  })

  it.each([
    ['a client that nobody knows', { client_id: 'x' }, 100008],
    ['a wrong secret', { client_secret: 'wrong' }, 100009],
    ['another grant', { grant_type: 'password' }, 100004],
    ['a code that nobody has given', { code: 'x' }, 100019],
    ['another address', { redirect_uri: 'https://localhost/other' }, 100010],
  ])('is refused with %s', async (_, changes, error) => {
    expect((await exchange({ code: await freshCode(), ...changes })).json.error).toBe(error)
  })
})

describe('a token of a QQ user', () => {
  it('says who it is, in JSON or as a script, and with a unionid where that is asked for', async () => {
    const access_token = await freshToken()
    const { json } = await me({ access_token })
    expect(Object.keys(json)).toEqual(['client_id', 'openid'])
    expect((await me({ access_token, unionid: '1' })).json.unionid).toMatch(/^UID_/)
    expect((await me({ access_token, fmt: '' })).text).toBe(`callback( ${JSON.stringify(json)} );\n`)
    expect((await getUser({ access_token, openid: String(json.openid) })).json).toMatchObject({
      ret: 0,
      nickname: '阿橘🍊',
    })
  })

  it('has no unionid in an app that has not applied for it', async () => {
    qq.control.setApp({ id: qq.app.id, platform: '' })
    expect((await me({ access_token: await freshToken(), unionid: '1' })).json.error).toBe(100048)
  })

  it('is missed, refused where it was never given, and ends', async () => {
    expect((await me({})).json.error).toBe(100013)
    expect((await me({ access_token: 'x' })).json.error).toBe(100016)
    const access_token = await freshToken()
    await qq.clock.advance(7_776_000_000)
    expect((await me({ access_token })).json.error).toBe(100014)
  })

  it('tells the name to its own app only, of its own user, and where that was granted', async () => {
    const access_token = await freshToken()
    const openid = String((await me({ access_token })).json.openid)
    expect((await getUser({ access_token, openid, oauth_consumer_key: 'x' })).json.ret).toBe(100008)
    expect((await getUser({ access_token, openid: 'x' })).json.ret).toBe(100016)
    const other = await freshToken({ scope: 'list_album' })
    expect((await getUser({ access_token: other, openid })).json.ret).toBe(100030)
  })
})
