import { createSign, createVerify } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AlipayApp } from '../../../packages/server/src/simulator/alipay/service.ts'
import { startAlipaySimulator } from '../../../packages/server/src/simulator/alipay/start.ts'
import { callback, type Query, type Reply, type StartedFlow, startTest } from './flow.ts'

let alipay: StartedFlow<AlipayApp>
beforeEach(async () => {
  alipay = await startTest(startAlipaySimulator)
})
afterEach(() => alipay.stop())

const page = (changes: Query = {}, headers = {}) =>
  alipay.get(
    '/openauth/oauth2/publicAppAuthorize.htm',
    { app_id: alipay.app.id, scope: 'auth_user', redirect_uri: callback, state: 'abc123', ...changes },
    headers,
  )

function sign(fields: Query): Query {
  const text = Object.keys(fields)
    .sort()
    .filter(name => fields[name] !== '')
    .map(name => `${name}=${fields[name]}`)
    .join('&')
  const key = Buffer.from(alipay.app.privateKey, 'base64')
  return {
    ...fields,
    sign: createSign('RSA-SHA256').update(text).sign({ key, format: 'der', type: 'pkcs8' }, 'base64'),
  }
}

const chinaTime = () => new Date(alipay.clock.now() + 28_800_000).toISOString().slice(0, 19).replace('T', ' ')

const fieldsOf = (changes: Query): Query => ({
  app_id: alipay.app.id,
  format: 'JSON',
  charset: 'utf-8',
  sign_type: 'RSA2',
  timestamp: chinaTime(),
  version: '1.0',
  ...changes,
})
const send = (fields: Query): Promise<Reply> => alipay.post('/openapi/gateway.do', new URLSearchParams(fields))
const exchange = (changes: Query) =>
  send(sign(fieldsOf({ method: 'alipay.system.oauth.token', grant_type: 'authorization_code', ...changes })))
const share = (auth_token: unknown) =>
  send(sign(fieldsOf({ method: 'alipay.user.info.share', auth_token: String(auth_token) })))

async function freshCode(person = 'aju', changes: Query = {}): Promise<string> {
  await page(changes)
  return alipay.signIn(person).get('auth_code') ?? ''
}

const tokenOf = ({ json }: Reply) => Object(json.alipay_system_oauth_token_response)
const userOf = ({ json }: Reply) => Object(json.alipay_user_info_share_response)
const subCode = ({ json }: Reply) => Object(json.error_response).sub_code

describe('the login page of Alipay', () => {
  it('sends a person who confirms back with a code and the state', async () => {
    expect((await page()).text).toContain('Alipay simulator')
    const answer = alipay.signIn('aju')
    expect([...answer.keys()]).toEqual(['app_id', 'source', 'scope', 'auth_code', 'state'])
  })

  it.each([
    ['an app that nobody knows', { app_id: 'x' }, 'app_id'],
    ['another scope', { scope: 'auth_zhima' }, 'scope'],
    ['an address that is not registered', { redirect_uri: 'https://elsewhere.example/' }, 'redirect_uri'],
  ])('is refused with %s', async (_, changes, words) => {
    expect((await page(changes)).text).toContain(words)
    expect(alipay.control.visits()).toEqual([])
  })

  it('goes back at once inside Alipay, or asks where the name is wanted', async () => {
    const inside = { 'user-agent': 'Mozilla/5.0 AliApp(AP/10.5.0) AlipayClient/10.5.0' }
    expect((await page({ scope: 'auth_base' }, inside)).location).toMatch(/auth_code=\w+&state=abc123$/)
    expect((await page({}, inside)).location).toMatch(/^\/visit\?id=\w{16}$/)
  })
})

describe('a code of Alipay', () => {
  it('is exchanged once, for a token that says who it is', async () => {
    alipay.control.setPerson({ id: 'aju', avatar: 'https://pictures.example/1' })
    const code = await freshCode()
    const token = tokenOf(await exchange({ code }))
    expect(token).toMatchObject({ user_id: expect.stringMatching(/^2088\d{12}$/), expires_in: 1_296_000 })
    expect(token).not.toHaveProperty('code')
    const user = { code: '10000', user_id: token.user_id, nick_name: '阿橘🍊', avatar: 'https://pictures.example/1' }
    expect(userOf(await share(token.access_token))).toMatchObject(user)
    expect(subCode(await exchange({ code }))).toBe('isv.code-invalid')
  })

  it('is good for three minutes', async () => {
    const code = await freshCode()
    await alipay.clock.advance(180_000)
    expect(subCode(await exchange({ code }))).toBe('isv.code-invalid')
  })

  it('names the person by an open id in newer apps', async () => {
    alipay.control.setApp({ id: alipay.app.id, idName: 'open_id' })
    expect(Object.keys(tokenOf(await exchange({ code: await freshCode() })))[0]).toBe('open_id')
  })
})

describe('a token of an Alipay user', () => {
  it('is refused in the answer itself where it is unknown, or too small', async () => {
    expect(userOf(await share('x'))).toMatchObject({ code: '20001', sub_code: 'aop.invalid-auth-token' })
    const token = tokenOf(await exchange({ code: await freshCode('aju', { scope: 'auth_base' }) }))
    expect(userOf(await share(token.access_token)).code).toBe('40006')
  })
})

describe('the gateway', () => {
  it.each([
    ['no app', { app_id: '' }, 'isv.missing-app-id'],
    ['an app that nobody knows', { app_id: 'x' }, 'isv.invalid-app-id'],
    ['the older signature', { sign_type: 'RSA' }, 'isv.invalid-signature-type'],
    ['another charset', { charset: 'gbk' }, 'isv.invalid-charset'],
    ['another format', { format: 'XML' }, 'isv.invalid-format'],
    ['no version', { version: '' }, 'isv.missing-version'],
    ['the time of London', { timestamp: new Date(0).toISOString() }, 'isv.invalid-timestamp'],
    ['another method', { method: 'alipay.pay' }, 'isv.invalid-method'],
    ['another grant', { grant_type: 'password' }, 'isv.grant-type-invalid'],
  ])('refuses %s', async (_, changes, sub_code) => {
    expect(subCode(await exchange({ code: await freshCode(), ...changes }))).toBe(sub_code)
  })

  it('takes the time of China only', async () => {
    const utc = new Date(alipay.clock.now()).toISOString().slice(0, 19).replace('T', ' ')
    expect(subCode(await exchange({ code: await freshCode(), timestamp: utc }))).toBe('isv.invalid-timestamp')
  })

  it('refuses a call that was changed after it was signed, or was not signed', async () => {
    const fields = sign(fieldsOf({ method: 'alipay.user.info.share', auth_token: 'x' }))
    expect(subCode(await send({ ...fields, auth_token: 'y' }))).toBe('isv.invalid-signature')
    expect(subCode(await send({ ...fields, sign: '' }))).toBe('isv.missing-signature')
  })

  it('signs what it answers, as it is written', async () => {
    alipay.control.setPerson({ id: 'aju', avatar: 'https://pictures.example/1' })
    const token = tokenOf(await exchange({ code: await freshCode() }))
    const { text, json } = await share(token.access_token)
    const [, bytes = ''] = /^\{"alipay_user_info_share_response":(.*),"sign":"[^"]*"\}$/.exec(text) ?? []
    const key = { key: Buffer.from(alipay.app.alipayPublicKey, 'base64'), format: 'der', type: 'spki' } as const
    const verifies = (text: string) => createVerify('RSA-SHA256').update(text).verify(key, String(json.sign), 'base64')
    expect(verifies(bytes)).toBe(true)
    expect(verifies(JSON.stringify(JSON.parse(bytes)))).toBe(false)
  })
})
