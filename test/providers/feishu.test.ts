/** Feishu's login, against the simulated Feishu over HTTP. */
import { describe, expect, it } from 'vitest'
import { feishu } from '../../packages/scanlogin/src/connectors/feishu/feishu.ts'
import { startFeishuSimulator } from '../../packages/server/src/simulator/feishu/start.ts'
import { behavesAsAll } from './common.ts'
import { behavesAsOthersWithSecrets, opens, tellsWhoSaysNo } from './id-and-secret.ts'
import { codeOf, redirectUri } from './site.ts'

const open = opens(startFeishuSimulator, feishu, url => ({
  accounts: `${url}/accounts`,
  open: `${url}/open`,
}))

const token = '/authen/v2/oauth/token'
const userInfo = '/authen/v1/user_info'

behavesAsAll({
  name: 'feishu',
  open: () => open(),
  exchange: token,
  who: userInfo,
  userAgent: 'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile Lark/7.20.5 LarkLocale/zh_CN',
})
behavesAsOthersWithSecrets({ name: 'feishu', provide: feishu, open, clientId: 'cli_abcd' })
tellsWhoSaysNo({ name: 'feishu', open })

describe("Feishu's page", () => {
  it('is asked for with the challenge of PKCE', async () => {
    const { begin, url, app } = await open()
    const { address } = await begin()
    const { state, code_challenge: challenge, ...rest } = Object.fromEntries(new URL(address).searchParams)
    expect(address.split('?')[0]).toBe(`${url}/accounts/open-apis/authen/v1/authorize`)
    expect(state).toMatch(/^[\da-f]{64}$/)
    expect(challenge).toMatch(/^[\w-]{43}$/)
    expect(rest).toEqual({
      client_id: app.id,
      response_type: 'code',
      redirect_uri: redirectUri,
      code_challenge_method: 'S256',
    })
  })

  it("is Lark's where that is meant, whose people are others", () => {
    const lark = feishu({ clientId: 'cli_abcd', clientSecret: 'x', brand: 'lark' })
    expect(lark.name).toBe('lark')
    const visit = { state: '', redirectUri, language: undefined, codeChallenge: '' } as const
    const page = lark.page({ way: 'website', shown: 'window', ask: 'profile', ...visit })
    expect(page.address).toMatch(/^https:\/\/accounts\.larksuite\.com\//)
  })
})

describe('a person', () => {
  it('arrives with their ids and their name', async () => {
    const { signIn, app } = await open()
    const ids = { subject: expect.stringMatching(/^ou_/), unionId: expect.stringMatching(/^on_/) }
    const identity = { provider: 'feishu', appId: app.id, ...ids, name: '阿橘🍊' }
    expect(await (await signIn()).arrive()).toMatchObject({ identity })
  })

  it('who may not use the app does not get in', async () => {
    const { signIn, control, app } = await open()
    control.setApp({ id: app.id, onlyCompany: 'company-1' })
    expect(codeOf(await (await signIn('river')).arrive())).toBe('person_refused')
    expect(await (await signIn('aju')).arrive()).toMatchObject({ outcome: 'identity' })
  })

  it('of another company does not get in, where only one may', async () => {
    const { signIn } = await open({ onlyTenant: 'another' })
    expect(codeOf(await (await signIn()).arrive())).toBe('person_refused')
  })

  it('who stole a code has no verifier for it', async () => {
    const { signIn, begin } = await open()
    const stolen = await signIn()
    const thief = await begin()
    const callback = new URL(stolen.callback)
    callback.searchParams.set('state', new URL(thief.address).searchParams.get('state') ?? '')
    expect(codeOf(await thief.arrive(callback.href))).toBe('code_rejected')
  })
})

describe('a refusal of Feishu', () => {
  const oauth = (error: string, code = 1) => ({ action: 'answer', status: 400, body: { error, code } }) as const
  const api = (code: number) => ({ action: 'answer', status: 400, body: { code, msg: 'no' } }) as const

  it.each([
    [token, oauth('invalid_grant', 20003), 'code_rejected'],
    [token, oauth('invalid_client', 20002), 'misconfigured'],
    [token, oauth('invalid_request', 20001), 'misconfigured'],
    [token, oauth('access_denied', 20010), 'person_refused'],
    [token, oauth('server_error', 20050), 'provider_busy'],
    [token, api(20007), 'code_rejected'],
    [token, oauth('a_new_word', 1), 'provider_unintelligible'],
    [userInfo, api(99991663), 'code_rejected'],
    [userInfo, api(99991668), 'code_rejected'],
    [userInfo, api(99991677), 'code_rejected'],
    [userInfo, api(99991679), 'misconfigured'],
    [userInfo, api(99991400), 'provider_busy'],
    [userInfo, api(12345), 'provider_unintelligible'],
    [userInfo, { action: 'answer', status: 200, body: { code: 0 } } as const, 'provider_unintelligible'],
  ] as const)('%s %j is told apart', async (match, fault, code) => {
    const { signIn, control } = await open()
    const { arrive } = await signIn()
    control.fault({ match, ...fault })
    expect(codeOf(await arrive())).toBe(code)
  })
})
