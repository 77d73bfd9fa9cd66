/** DingTalk's login, against the simulated DingTalk over HTTP. */
import { describe, expect, it } from 'vitest'
import { dingtalk } from '../../packages/scanlogin/src/connectors/dingtalk/dingtalk.ts'
import { corpIdOf } from '../../packages/server/src/simulator/dingtalk/api.ts'
import { startDingtalkSimulator } from '../../packages/server/src/simulator/dingtalk/start.ts'
import { behavesAsAll } from './common.ts'
import { behavesAsOthersWithSecrets, opens, tellsWhoSaysNo } from './id-and-secret.ts'
import { codeOf, redirectUri } from './site.ts'

const open = opens(startDingtalkSimulator, dingtalk, url => ({ login: `${url}/login`, api: `${url}/api` }))

const token = '/oauth2/userAccessToken'
const me = '/contact/users/me'

behavesAsAll({
  name: 'dingtalk',
  open: () => open(),
  exchange: token,
  who: me,
  userAgent: 'Mozilla/5.0 (iPhone) AliApp(DingTalk/7.5.0) com.laiwang.DingTalk',
})
behavesAsOthersWithSecrets({ name: 'dingtalk', provide: dingtalk, open, clientId: 'dingkey' })
tellsWhoSaysNo({ name: 'dingtalk', open })

describe("DingTalk's page", () => {
  it('is asked for in the documented order', async () => {
    const { begin, url, app } = await open()
    const { address } = await begin()
    expect(address).toBe(
      `${url}/login/oauth2/auth?redirect_uri=${encodeURIComponent(redirectUri)}&response_type=code&client_id=${app.id}` +
        `&scope=openid&state=${new URL(address).searchParams.get('state')}&prompt=consent`,
    )
  })

  it('asks for the company where only one may sign in, in words that an address knows', async () => {
    const { begin } = await open({ onlyCompany: 'ding1' })
    expect((await begin()).address).toMatch(/scope=openid%20corpid&.*exclusiveLogin=true&exclusiveCorpId=ding1$/)
  })
})

describe('a person', () => {
  it.each(['authCode', 'code', 'both'] as const)(
    'arrives with their unionId where the callback says %s',
    async codeName => {
      const { signIn, app, control } = await open()
      control.setApp({ id: app.id, codeName })
      const arrival = await (await signIn()).arrive()
      expect(arrival).toMatchObject({ identity: { provider: 'dingtalk', appId: app.id, name: '阿橘🍊' } })
      const { subject, unionId } = Object('identity' in arrival && arrival.identity)
      expect(subject).toBe(unionId)
    },
  )

  it('of another company does not get in, whatever the page has let them do', async () => {
    const company = corpIdOf({ id: 'aju', name: '', avatar: '', company: 'company-1' })
    const { signIn, control, begin, open: visit } = await open({ onlyCompany: company })
    expect(await (await signIn('aju')).arrive()).toMatchObject({ outcome: 'identity' })
    const { address, arrive } = await begin()
    const loose = new URL(address)
    loose.searchParams.delete('exclusiveLogin')
    await (await visit(loose.href)).text()
    expect(codeOf(await arrive(control.signIn('river').callback))).toBe('person_refused')
  })

  it('is asked for anew at every sign-in: no token of one is used for another', async () => {
    const { signIn, asked } = await open()
    for (const person of ['aju', 'river']) await (await signIn(person)).arrive()
    expect([asked(token), asked(me)]).toEqual([2, 2])
  })
})

describe('a refusal of DingTalk', () => {
  const answer = (status: number, code: string) =>
    ({ action: 'answer', status, body: { code, message: 'no', requestid: 'A1-B2' } }) as const

  it.each([
    [token, answer(400, 'invalidParameter.authCode.notFound'), 'code_rejected'],
    [token, answer(400, 'invalidClientSecret'), 'misconfigured'],
    [me, answer(400, 'InvalidAuthentication'), 'code_rejected'],
    [me, answer(403, 'Forbidden.AccessDenied.AccessTokenPermissionDenied'), 'misconfigured'],
    [token, answer(401, 'x'), 'misconfigured'],
    [token, answer(429, 'Throttling'), 'provider_busy'],
    [me, answer(503, 'ServiceUnavailable'), 'provider_busy'],
  ] as const)('%s %j is told apart, with the number that its support asks for', async (match, fault, code) => {
    const { signIn, control, events } = await open()
    const { arrive } = await signIn()
    control.fault({ match, ...fault })
    expect(await arrive()).toMatchObject({ outcome: 'refused', code, reference: 'A1-B2' })
    expect(events.at(-1)).toMatchObject({ errcode: fault.body.code })
  })

  it('without a permission is told of as what it is', async () => {
    const { signIn, control, app } = await open()
    control.setApp({ id: app.id, contact: 'forbidden' })
    expect(codeOf(await (await signIn()).arrive())).toBe('misconfigured')
  })
})
