import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FeishuApp } from '../../../packages/server/src/simulator/feishu/service.ts'
import { startFeishuSimulator } from '../../../packages/server/src/simulator/feishu/start.ts'
import { callback, type Query, type Reply, type StartedFlow, startTest } from './flow.ts'

let feishu: StartedFlow<FeishuApp>
beforeEach(async () => {
  feishu = await startTest(startFeishuSimulator)
})
afterEach(() => feishu.stop())

const verifier = 'a-verifier-of-at-least-forty-three-characters-0'
const challenge = createHash('sha256').update(verifier).digest('base64url')

const page = (changes: Query = {}, headers = {}) =>
  feishu.get(
    '/accounts/open-apis/authen/v1/authorize',
    { client_id: feishu.app.id, response_type: 'code', redirect_uri: callback, state: 'abc123', ...changes },
    headers,
  )
const fields = (changes: Query) => ({
  grant_type: 'authorization_code',
  client_id: feishu.app.id,
  client_secret: feishu.app.secret,
  ...changes,
})
const exchange = (changes: Query): Promise<Reply> =>
  feishu.post('/open/open-apis/authen/v2/oauth/token', fields(changes))
const userInfo = (token: unknown) =>
  feishu.get('/open/open-apis/authen/v1/user_info', {}, { authorization: `Bearer ${token}` })

async function freshCode(person = 'aju', changes: Query = {}): Promise<string> {
  await page(changes)
  return feishu.signIn(person).get('code') ?? ''
}

describe('the login page of Feishu', () => {
  it.each([
    ['a client that nobody knows', { client_id: 'x' }, 'client_id'],
    ['a domain that is not registered', { redirect_uri: 'https://elsewhere.example/' }, '重定向 URL'],
    ['another response type', { response_type: 'token' }, 'response_type'],
    ['another way to challenge', { code_challenge: 'x', code_challenge_method: 'MD5' }, 'code_challenge_method'],
  ])('is refused with %s', async (_, changes, words) => {
    expect((await page(changes)).text).toContain(words)
    expect(feishu.control.visits()).toEqual([])
  })

  it('asks on the phone itself inside Feishu', async () => {
    const { location } = await page({}, { 'user-agent': 'Mozilla/5.0 Mobile Lark/7.20.5 LarkLocale/zh_CN' })
    expect(location).toMatch(/^\/visit\?id=\w{16}$/)
  })
})

describe('a code of Feishu', () => {
  it('is exchanged once, for a token that says who it is', async () => {
    const code = await freshCode()
    const { json } = await exchange({ code, redirect_uri: callback })
    expect(json).toMatchObject({ code: 0, token_type: 'Bearer', expires_in: 7200 })
    expect(json).not.toHaveProperty('refresh_token')
    expect((await userInfo(json.access_token)).json).toMatchObject({
      code: 0,
      data: { name: '阿橘🍊', open_id: expect.stringMatching(/^ou_/), union_id: expect.stringMatching(/^on_/) },
    })
    expect(await exchange({ code })).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
  })

  it('may be exchanged in a form', async () => {
    const body = new URLSearchParams(fields({ code: await freshCode() }))
    expect((await feishu.post('/open/open-apis/authen/v2/oauth/token', body)).json.code).toBe(0)
  })

  it('asks for the verifier of its challenge', async () => {
    const challenged = { code_challenge: challenge, code_challenge_method: 'S256' }
    const code = await freshCode('aju', challenged)
    expect((await exchange({ code, code_verifier: verifier })).json.code).toBe(0)
    for (const changes of [{}, { code_verifier: 'wrong' }, { code_verifier: challenge }]) {
      const other = await freshCode('aju', challenged)
      expect((await exchange({ code: other, ...changes })).json).toMatchObject({ error: 'invalid_grant', code: 20049 })
    }
  })

  it('is good for five minutes', async () => {
    const code = await freshCode()
    await feishu.clock.advance(300_000)
    expect((await exchange({ code })).json).toMatchObject({ error: 'invalid_grant', code: 20004 })
  })

  it.each([
    ['a client that nobody knows', { client_id: 'x' }, 'invalid_client'],
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['a code that nobody has given', { code: 'x' }, 'invalid_grant'],
    ['no code', { code: '' }, 'invalid_request'],
    ['another address', { redirect_uri: 'https://localhost/other' }, 'invalid_grant'],
  ])('is refused with %s', async (_, changes, error) => {
    expect(await exchange({ code: await freshCode(), ...changes })).toMatchObject({ status: 400, json: { error } })
  })

  it('is worth nothing to who may not use the app', async () => {
    feishu.control.setApp({ id: feishu.app.id, onlyCompany: 'company-1' })
    expect((await exchange({ code: await freshCode('river') })).json).toMatchObject({
      error: 'access_denied',
      code: 20010,
    })
    expect((await exchange({ code: await freshCode('aju') })).json.code).toBe(0)
  })
})

describe('a token of a Feishu user', () => {
  it('ends after two hours, and is unknown otherwise', async () => {
    const { json } = await exchange({ code: await freshCode() })
    await feishu.clock.advance(7_200_000)
    expect((await userInfo(json.access_token)).json.code).toBe(99991677)
    expect((await userInfo('x')).json.code).toBe(99991668)
  })

  it('is renewed where that was asked for, by a token that is good once', async () => {
    const { json } = await exchange({ code: await freshCode('aju', { scope: 'offline_access' }) })
    const renew = () => exchange({ grant_type: 'refresh_token', refresh_token: String(json.refresh_token) })
    expect((await userInfo((await renew()).json.access_token)).json.code).toBe(0)
    expect((await renew()).json).toMatchObject({ error: 'invalid_grant', code: 20073 })
  })
})
