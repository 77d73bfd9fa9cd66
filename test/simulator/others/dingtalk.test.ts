import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DingtalkApp } from '../../../packages/server/src/simulator/dingtalk/service.ts'
import { startDingtalkSimulator } from '../../../packages/server/src/simulator/dingtalk/start.ts'
import { callback, type Query, type Reply, type StartedFlow, startTest } from './flow.ts'

let dingtalk: StartedFlow<DingtalkApp>
beforeEach(async () => {
  dingtalk = await startTest(startDingtalkSimulator)
})
afterEach(() => dingtalk.stop())

const page = (changes: Query = {}, headers = {}) =>
  dingtalk.get(
    '/login/oauth2/auth',
    {
      redirect_uri: callback,
      response_type: 'code',
      client_id: dingtalk.app.id,
      scope: 'openid',
      state: 'abc123',
      prompt: 'consent',
      ...changes,
    },
    headers,
  )
const exchange = (changes: Query): Promise<Reply> =>
  dingtalk.post('/api/v1.0/oauth2/userAccessToken', {
    clientId: dingtalk.app.id,
    clientSecret: dingtalk.app.secret,
    grantType: 'authorization_code',
    ...changes,
  })
const me = (token: unknown) =>
  dingtalk.get('/api/v1.0/contact/users/me', {}, { 'x-acs-dingtalk-access-token': String(token) })

async function freshCode(person = 'aju', changes: Query = {}): Promise<string> {
  await page(changes)
  return dingtalk.signIn(person).get('authCode') ?? ''
}

describe('the login page of DingTalk', () => {
  it.each([
    ['authCode', ['authCode', 'state']],
    ['code', ['code', 'state']],
    ['both', ['authCode', 'code', 'state']],
  ] as const)('sends a person who confirms back with %s', async (codeName, names) => {
    dingtalk.control.setApp({ id: dingtalk.app.id, codeName })
    expect((await page()).text).toContain('DingTalk simulator')
    expect([...dingtalk.signIn('aju').keys()]).toEqual(names)
  })

  it.each([
    ['a client that nobody knows', { client_id: 'x' }, 'client_id'],
    ['a domain that is not registered', { redirect_uri: 'https://elsewhere.example/' }, '回调域名'],
    ['another response type', { response_type: 'token' }, 'response_type'],
    ['another scope', { scope: 'email' }, 'scope'],
    ['no prompt', { prompt: '' }, 'prompt'],
  ])('is refused with %s', async (_, changes, words) => {
    expect((await page(changes)).text).toContain(words)
    expect(dingtalk.control.visits()).toEqual([])
  })

  it('tells of a refusal, where it does', async () => {
    dingtalk.control.conduct({ denial: 'told' })
    await page()
    const { id } = dingtalk.control.visits().at(-1) ?? expect.fail('no visit')
    dingtalk.control.scan(id, 'aju')
    expect(dingtalk.control.deny(id).callback).toBe(`${callback}?error=access_denied&state=abc123`)
  })

  it('asks on the phone itself inside DingTalk', async () => {
    const { location } = await page({}, { 'user-agent': 'Mozilla/5.0 AliApp(DingTalk/7.5.0)' })
    expect(location).toMatch(/^\/visit\?id=\w{16}$/)
  })

  it('lets people of one company in, where only these are wanted', async () => {
    const { corpId } = (await exchange({ code: await freshCode('aju', { scope: 'openid corpid' }) })).json
    await page({ exclusiveLogin: 'true', exclusiveCorpId: String(corpId) })
    expect(() => dingtalk.signIn('river')).toThrow('Only people of one company')
  })
})

describe('a code of DingTalk', () => {
  it('is exchanged once, for a token that says who it is', async () => {
    const code = await freshCode()
    const { status, json } = await exchange({ code })
    expect(status).toBe(200)
    expect(Object.keys(json)).toEqual(['expireIn', 'accessToken', 'refreshToken'])
    expect((await me(json.accessToken)).json).toMatchObject({
      nick: '阿橘🍊',
      unionId: expect.stringMatching(/^.{22}$/),
      openId: expect.stringMatching(/^.{22}$/),
    })
    expect(await exchange({ code })).toMatchObject({
      status: 400,
      json: { code: expect.any(String), message: '不合法的临时授权码', requestid: expect.any(String) },
    })
  })

  it('tells the company where that is asked for', async () => {
    const { json } = await exchange({ code: await freshCode('aju', { scope: 'openid corpid' }) })
    expect(json.corpId).toMatch(/^ding/)
  })

  it('is good for five minutes', async () => {
    const code = await freshCode()
    await dingtalk.clock.advance(300_000)
    expect((await exchange({ code })).status).toBe(400)
  })

  it.each([
    ['a client that nobody knows', { clientId: 'x' }, 'invalidClientId'],
    ['a wrong secret', { clientSecret: 'wrong' }, 'invalidClientSecret'],
    ['another grant', { grantType: 'password' }, 'InvalidParameter.grantType'],
    ['a code that nobody has given', { code: 'x' }, 'invalidParameter.authCode.notFound'],
  ])('is refused with %s', async (_, changes, code) => {
    expect(await exchange({ code: await freshCode(), ...changes })).toMatchObject({ status: 400, json: { code } })
  })

  it('is not sent in the address', async () => {
    expect((await dingtalk.get('/api/v1.0/oauth2/userAccessToken', { code: await freshCode() })).status).toBe(405)
  })
})

describe('a token of a DingTalk user', () => {
  it('ends after two hours, and is renewed by another one', async () => {
    const { json } = await exchange({ code: await freshCode() })
    await dingtalk.clock.advance(7_200_000)
    expect((await me(json.accessToken)).status).toBe(400)
    const renewed = await exchange({ grantType: 'refresh_token', refreshToken: String(json.refreshToken) })
    expect((await me(renewed.json.accessToken)).status).toBe(200)
  })

  it('says nothing to an app without the permission', async () => {
    const { json } = await exchange({ code: await freshCode() })
    dingtalk.control.setApp({ id: dingtalk.app.id, contact: 'forbidden' })
    expect((await me(json.accessToken)).status).toBe(403)
  })
})
