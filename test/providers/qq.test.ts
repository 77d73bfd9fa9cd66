/** QQ's login, against the simulated QQ Connect over HTTP. */
import { describe, expect, it } from 'vitest'
import type { ProviderAnswer } from '../../packages/scanlogin/src/connectors/calls/caller.ts'
import { readQqAnswer } from '../../packages/scanlogin/src/connectors/qq/answer.ts'
import { qq } from '../../packages/scanlogin/src/connectors/qq/qq.ts'
import { startQqSimulator } from '../../packages/server/src/simulator/qq/start.ts'
import { behavesAsAll } from './common.ts'
import { behavesAsOthersWithSecrets, opens } from './id-and-secret.ts'
import { codeOf, redirectUri } from './site.ts'

const open = opens(startQqSimulator, qq, url => ({ graph: `${url}/graph` }))

const token = '/oauth2.0/token'
const me = '/oauth2.0/me'
const getUserInfo = '/user/get_user_info'

behavesAsAll({
  name: 'qq',
  open: () => open(),
  exchange: token,
  who: me,
  userAgent: 'Mozilla/5.0 (Linux; Android 14) MQQBrowser/6.2 V1_AND_SQ_8.9.85 QQ/8.9.85.12820',
})
behavesAsOthersWithSecrets({ name: 'qq', provide: qq, open, clientId: '101000007' })

describe("QQ's page", () => {
  it('is asked for in the documented order', async () => {
    const { begin, url, app } = await open()
    const { address } = await begin()
    expect(address).toBe(
      `${url}/graph/oauth2.0/authorize?response_type=code&client_id=${app.id}&redirect_uri=` +
        `${encodeURIComponent(redirectUri)}&state=${new URL(address).searchParams.get('state')}&scope=get_user_info`,
    )
    expect((await begin({ way: 'inside' })).address).toMatch(/&display=mobile$/)
  })
})

describe('a person', () => {
  it('arrives with openid, unionid and name', async () => {
    const { signIn, app } = await open()
    const ids = { subject: expect.stringMatching(/^.{32}$/), unionId: expect.stringMatching(/^UID_/) }
    const identity = { provider: 'qq', appId: app.id, ...ids, name: '阿橘🍊' }
    expect(await (await signIn()).arrive()).toMatchObject({ identity })
  })

  it('arrives by the openid alone at a site that has not applied for unionids', async () => {
    const { signIn, control, app, asked } = await open()
    control.setApp({ id: app.id, platform: '' })
    const arrival = await (await signIn()).arrive()
    expect(arrival).toMatchObject({ outcome: 'identity' })
    expect(arrival).not.toHaveProperty('identity.unionId')
    expect(asked(me)).toBe(2)
  })

  it.each(['figureurl_qq_1', 'figureurl_qq_2'])('has the picture that is there: %s', async name => {
    const { signIn, control } = await open()
    const { arrive } = await signIn()
    const body = { ret: 0, nickname: 'Li', [name]: 'http://pictures.example/1' }
    control.fault({ match: getUserInfo, action: 'answer', status: 200, body })
    expect(await arrive()).toMatchObject({ identity: { avatar: 'https://pictures.example/1' } })
  })

  it('arrives without a name where QQ does not tell it', async () => {
    const { signIn, control } = await open()
    const { arrive } = await signIn()
    control.fault({ match: getUserInfo, action: 'answer', status: 200, body: { ret: 100030, msg: 'not granted' } })
    const arrival = await arrive()
    expect(arrival).toMatchObject({ outcome: 'identity' })
    expect(arrival).not.toHaveProperty('identity.name')
  })

  it('does not arrive by a token of another site', async () => {
    const { signIn, control } = await open()
    const { arrive } = await signIn()
    const body = { client_id: '101999999', openid: 'o'.repeat(32) }
    control.fault({ match: me, action: 'answer', status: 200, body })
    expect(codeOf(await arrive())).toBe('provider_unintelligible')
  })
})

describe('an answer of QQ', () => {
  const read = (text: string) =>
    // Only these two are read of it.
    readQqAnswer({ status: 200, text: () => text } as ProviderAnswer)

  it.each([
    ['JSON', '{"openid":"O1"}', { openid: 'O1' }],
    ['a script', 'callback( {"openid":"O1"} );\n', { openid: 'O1' }],
    ['a script with line breaks', 'callback({\n"error":100016\n})', { error: 100016 }],
    ['an address', 'access_token=A1&expires_in=7776000', { access_token: 'A1', expires_in: '7776000' }],
  ])('is read as %s', (_, text, told) => {
    expect(read(text)).toEqual(told)
  })

  it.each(['callback( [1] );', 'callback( {} ); alert(1)', '<title>a=b</title>', '', 'a=<b>'])('is not %s', text => {
    expect(() => read(text)).toThrow('cannot be read')
  })
})

describe('a refusal of QQ', () => {
  const answer = (error: number) =>
    ({ action: 'answer', status: 200, body: { error, error_description: 'no' } }) as const

  it.each([
    [token, 100019, 'code_rejected'],
    [token, 100020, 'code_rejected'],
    [token, 100008, 'misconfigured'],
    [token, 100009, 'misconfigured'],
    [token, 100010, 'misconfigured'],
    [me, 100013, 'code_rejected'],
    [me, 100014, 'code_rejected'],
    [me, 100015, 'code_rejected'],
    [me, 100016, 'code_rejected'],
    [me, 100030, 'code_rejected'],
    [me, 123456, 'provider_unintelligible'],
  ] as const)('%s %s is told apart', async (match, error, code) => {
    const { signIn, control, events } = await open()
    const { arrive } = await signIn()
    control.fault({ match, ...answer(error) })
    expect(codeOf(await arrive())).toBe(code)
    expect(events.at(-1)).toMatchObject({ errcode: String(error) })
  })
})
