/** Alipay's login, against the simulated Alipay over HTTP. */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type AlipayOptions, alipay } from '../../packages/scanlogin/src/connectors/alipay/alipay.ts'
import { chinaTime, signedText } from '../../packages/scanlogin/src/connectors/alipay/gateway.ts'
import { rsaSigner } from '../../packages/scanlogin/src/connectors/alipay/signature.ts'
import { signedPart } from '../../packages/scanlogin/src/connectors/alipay/signed-part.ts'
import { startAlipaySimulator } from '../../packages/server/src/simulator/alipay/start.ts'
import { behavesAsAll } from './common.ts'
import { codeOf, redirectUri, startSite } from './site.ts'

const open = (changes: Partial<AlipayOptions> = {}) =>
  startSite(startAlipaySimulator, ({ app, url, calling }) =>
    alipay({
      appId: app.id,
      privateKey: app.privateKey,
      alipayPublicKey: app.alipayPublicKey,
      hosts: { openauth: `${url}/openauth`, openapi: `${url}/openapi` },
      ...calling,
      ...changes,
    }),
  )

const gateway = '/gateway.do'

behavesAsAll({
  name: 'alipay',
  open: async () => {
    const site = await open()
    // One address for every call: the exchange is what comes first, and `ask: 'id'` makes it the only one.
    return { ...site, signIn: (person?: string) => site.signIn(person, { ask: 'id' }) }
  },
  exchange: gateway,
  exchangeName: 'alipay.system.oauth.token',
  who: gateway,
  userAgent: 'Mozilla/5.0 (iPhone) AliApp(AP/10.5.96) AlipayClient/10.5.96',
})

describe("Alipay's page", () => {
  it('is asked for in the documented order, silently where only the id is wanted', async () => {
    const { begin, url, app } = await open()
    const { address } = await begin()
    expect(address).toBe(
      `${url}/openauth/oauth2/publicAppAuthorize.htm?app_id=${app.id}&scope=auth_user&redirect_uri=` +
        `${encodeURIComponent(redirectUri)}&state=${new URL(address).searchParams.get('state')}`,
    )
    expect((await begin({ ask: 'id' })).address).toContain('scope=auth_base&')
  })
})

describe('a person', () => {
  it('arrives with the user id, and with name and picture whose address had its slashes escaped', async () => {
    const { signIn, app, control } = await open()
    control.setPerson({ id: 'aju', avatar: 'https://pictures.example/1' })
    const arrival = await (await signIn()).arrive()
    const shown = { name: '阿橘🍊', avatar: 'https://pictures.example/1' }
    const identity = { provider: 'alipay', appId: app.id, subject: expect.stringMatching(/^2088\d{12}$/), ...shown }
    expect(arrival).toMatchObject({ identity })
    const { subject, unionId } = Object('identity' in arrival && arrival.identity)
    expect(unionId).toBe(subject)
  })

  it('arrives with the open id in a newer app', async () => {
    const { signIn, app, control } = await open()
    control.setApp({ id: app.id, idName: 'open_id' })
    const arrival = await (await signIn()).arrive()
    expect(arrival).toMatchObject({ identity: { subject: expect.stringMatching(/^.{32}$/) } })
    expect(arrival).not.toHaveProperty('identity.unionId')
  })
})

describe('an answer', () => {
  it('that was changed on the way is not believed', async () => {
    const { signIn, control, url, clock, app } = await open()
    const real = await answerOf()
    const { arrive } = await signIn('aju', { ask: 'id' })
    const victim = { ...real.alipay_system_oauth_token_response, user_id: '2088000000000001' }
    control.fault({ action: 'answer', status: 200, body: { ...real, alipay_system_oauth_token_response: victim } })
    expect(codeOf(await arrive())).toBe('provider_unintelligible')

    /** A real answer with its signature, as somebody on the way may have kept it. */
    async function answerOf() {
      const { callback } = await signIn()
      const fields = {
        app_id: app.id,
        method: 'alipay.system.oauth.token',
        charset: 'utf-8',
        sign_type: 'RSA2',
        version: '1.0',
        timestamp: chinaTime(clock.now()),
        grant_type: 'authorization_code',
        code: new URL(callback).searchParams.get('auth_code') ?? '',
      }
      const sign = await rsaSigner(app.privateKey).sign(signedText(fields))
      const body = new URLSearchParams({ ...fields, sign })
      return (await fetch(`${url}/openapi/gateway.do`, { method: 'POST', body })).json()
    }
  })

  it.each([
    ['without a signature', { alipay_system_oauth_token_response: { user_id: '2088000000000001' } }],
    ['with a signature of nothing', { alipay_system_oauth_token_response: { user_id: '2088' }, sign: 'AAAA' }],
    ['with a signature that is no base64', { alipay_system_oauth_token_response: { user_id: '2088' }, sign: '%' }],
    ['to another question', { alipay_user_info_share_response: { user_id: '2088' }, sign: 'AAAA' }],
  ])('%s is not believed', async (_, body) => {
    const { signIn, control, events } = await open()
    const { arrive } = await signIn()
    control.fault({ action: 'answer', status: 200, body })
    expect(codeOf(await arrive())).toBe('provider_unintelligible')
    expect(events.at(-1)).toMatchObject({ detail: 'an answer that is not signed by Alipay' })
  })

  it('is believed in what was signed, not in what was put behind it under the same name', async () => {
    const evil = ',"alipay_system_oauth_token_response":{"user_id":"2088000000000001"}}'
    const { signIn } = await open({
      async fetch(address, init) {
        const told = await (await fetch(address, init)).text()
        return new Response(told.replace(/}$/, evil))
      },
    })
    const arrival = await (await signIn('aju', { ask: 'id' })).arrive()
    expect(arrival).toMatchObject({ outcome: 'identity' })
    expect(arrival).not.toHaveProperty('identity.subject', '2088000000000001')
  })

  it('signed by another key is not believed', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const another = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const { signIn } = await open({ alipayPublicKey: another })
    expect(codeOf(await (await signIn()).arrive())).toBe('provider_unintelligible')
  })

  it('is read where it was signed, and nowhere else', () => {
    const object = '{"a":"}\\"{","b":{"c":1}}'
    expect(signedPart(`{"x_response":${object},"sign":"s"}`, 'x_response')).toBe(object)
    expect(signedPart(`\ufeff{ "x_response" : ${object} , "sign":"s"}`, 'x_response')).toBe(object)
    expect(signedPart(`{"sign":"s","x_response":${object}}`, 'x_response')).toBe(undefined)
    expect(signedPart(`{"y":{},"x_response":${object}}`, 'x_response')).toBe(undefined)
    expect(signedPart('{"x_response":{"a":1', 'x_response')).toBe(undefined)
  })
})

describe('a call', () => {
  it('is timed in China, wherever it is made', () => {
    expect(chinaTime(Date.UTC(2026, 11, 31, 16, 0, 1))).toBe('2027-01-01 00:00:01')
  })

  it('is signed over all that it says, sorted, and not over what is empty', () => {
    expect(signedText({ b: '2', a: '1 &=', empty: '' })).toBe('a=1 &=&b=2')
  })
})

describe('a refusal of Alipay', () => {
  const refused = (fields: object) => ({ action: 'answer', status: 200, body: { error_response: fields } }) as const

  it.each([
    [{ code: '40002', sub_code: 'isv.code-invalid' }, 'code_rejected'],
    [{ code: '20001', sub_code: 'aop.invalid-auth-token' }, 'code_rejected'],
    [{ code: '40002', sub_code: 'isv.invalid-signature' }, 'misconfigured'],
    [{ code: '40002', sub_code: 'isv.invalid-app-id' }, 'misconfigured'],
    [{ code: 40006, sub_code: 'isv.insufficient-isv-permissions' }, 'misconfigured'],
    [{ code: '20000', sub_code: 'isp.unknow-error' }, 'provider_busy'],
    [{ code: '40005', sub_code: 'isv.call-limited' }, 'provider_busy'],
    [{ code: '77777' }, 'provider_unintelligible'],
  ])('%j is told apart', async (fields, code) => {
    const { signIn, control } = await open()
    const { arrive } = await signIn()
    control.fault(refused(fields))
    expect(codeOf(await arrive())).toBe(code)
  })

  it('inside of an answer is one too', async () => {
    const { begin, open: visit, control } = await open()
    const { address, arrive } = await begin()
    const silent = new URL(address)
    silent.searchParams.set('scope', 'auth_base')
    await (await visit(silent.href)).text()
    expect(codeOf(await arrive(control.signIn('aju').callback))).toBe('misconfigured')
  })

  it('of a wrong key is told of as what it is', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const another = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const { signIn, events } = await open({ privateKey: another })
    expect(codeOf(await (await signIn()).arrive())).toBe('misconfigured')
    expect(events.at(-1)).toMatchObject({ errcode: 'isv.invalid-signature' })
  })

  it('of the wrong options is made before anything is asked', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const right = {
      appId: '2021000000000008',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      alipayPublicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    }
    const older = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    expect(alipay(right).name).toBe('alipay')
    expect(() => alipay({ ...right, appId: 'x' })).toThrow('appId')
    expect(() => alipay({ ...right, privateKey: older })).toThrow('PKCS#8')
    expect(() => alipay({ ...right, privateKey: 'x' })).toThrow('privateKey')
    expect(() => alipay({ ...right, alipayPublicKey: '' })).toThrow('alipayPublicKey')
  })

  it('of a key that is none is told of when it is used', async () => {
    const { signIn, events } = await open({ alipayPublicKey: `MIIB${'A'.repeat(300)}` })
    expect(codeOf(await (await signIn()).arrive())).toBe('misconfigured')
    expect(events.at(-1)).toMatchObject({ detail: 'alipayPublicKey is no RSA key' })
  })
})
