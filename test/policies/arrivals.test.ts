/** Policies and those whom a provider has recognised: there is no ticket, and no phone of ours to show anything on. */
import { describe, expect, it } from 'vitest'
import { type LoginEvent, memoryStore, type Policy, type Verdict } from '../../packages/scanlogin/src/index.ts'
import {
  always,
  guessBudget,
  highUsage,
  network,
  newBrowser,
  placeMismatch,
  promptFatigue,
  rateLimits,
  sameNetwork,
} from '../../packages/scanlogin/src/policies.ts'
import { startServerSite, troubleIn } from '../connectors/server-site.ts'
import { until } from '../connectors/wechat.ts'
import { start } from '../start.ts'
import { at } from './scene.ts'

const home = '192.0.2.7'
const store = memoryStore()

describe('somebody whom a provider has recognised', () => {
  it('is told to policies with where they come from and by whom', async () => {
    const steps: unknown[] = []
    const witness: Policy = {
      name: 'witness',
      decide(step) {
        steps.push(step)
        return { verdict: 'allow' }
      },
    }
    const { arrive } = site([witness])
    expect((await arrive()).status).toBe(200)
    expect(steps).toEqual([
      {
        step: 'arrive',
        at: expect.any(Number),
        user: { id: 'a_1' },
        address: home,
        claimed: { browser: 'Firefox', os: 'Linux' },
        clientId: undefined,
        provider: 'wechat',
      },
    ])
  })

  it('gets no session where a policy says no, which is an event', async () => {
    const { arrive, events } = site([network({ allow: ['10.0.0.0/8'] })])
    const reply = await arrive()
    expect([reply.status, reply.headers.getSetCookie()]).toEqual([403, []])
    expect(await reply.json()).toMatchObject({ code: 'forbidden', reasons: ['outside_network'] })
    const known = { call: 'arrive', user: 'a_1', address: home, verdict: 'deny', reasons: ['outside_network'] }
    expect(events).toMatchObject([{ type: 'refused', code: 'forbidden', ...known }])
  })

  it('gets no session where a policy throws, or answers nonsense to a step that it does not know', async () => {
    const broken = at('arrive', () => {
      throw new Error('a bug of mine')
    })
    // A module in JavaScript may answer anything.
    const silent = at('arrive', () => undefined as unknown as Verdict)
    for (const policy of [broken, silent]) {
      const { arrive, events } = site([policy])
      const reply = await arrive()
      expect([reply.status, reply.headers.getSetCookie()]).toEqual([403, []])
      expect(await reply.json()).toMatchObject({ reasons: ['policy_failed'] })
      expect(events).toMatchObject([{ type: 'policy_failed', call: 'arrive' }, { type: 'refused' }])
    }
  })

  it('gets a shorter session where one is required', async () => {
    const lengthWith = async (policies: readonly Policy[]) =>
      (await (await site(policies).arrive()).json()).session.expires_in
    expect(await lengthWith([always({ shortSession: true })])).toBeLessThan(await lengthWith([]))
  })

  it.each([
    ['a check code', { checkCode: 4 }],
    ['user verification', { userVerification: true, shortSession: true }],
  ])('is refused where %s is required, for nothing of ours could show it', async (_, require) => {
    const reply = await site([always(require)]).arrive()
    expect([reply.status, reply.headers.getSetCookie()]).toEqual([403, []])
    expect(await reply.json()).toMatchObject({ code: 'forbidden', reasons: ['site_rule'] })
  })

  it.each([
    ['one user', { scans: 2 }],
    ['one network', { creates: 2 }],
  ])('comes so often in a minute where %s has a limit', async (_, limits) => {
    const { arrive } = site([rateLimits(limits)])
    const statuses = []
    for (let round = 0; round < 3; round++) statuses.push((await arrive()).status)
    expect(statuses).toEqual([200, 200, 429])
  })

  it('has used the account more often than a person does after so many sign-ins', async () => {
    const { arrive } = site([highUsage({ store, perDay: 1 })])
    expect((await arrive()).status).toBe(200)
    expect(await (await arrive()).json()).toMatchObject({ code: 'forbidden', reasons: ['high_usage'] })
  })

  it('is nobody that a rule about our own codes and phones is about', async () => {
    const locate = () => ({ country: 'CN' })
    const policies = [newBrowser(), sameNetwork(), placeMismatch({ locate }), promptFatigue({ store, prompts: 1 })]
    const { arrive } = site([...policies, guessBudget({ store })])
    for (let round = 0; round < 3; round++) expect((await arrive()).status).toBe(200)
  })

  it('has a phone whose address is not known, and so is outside of the networks that phones may be in', async () => {
    for (const of of ['phone', 'both'] as const) {
      expect((await site([network({ allow: ['192.0.2.0/24'], of })]).arrive()).status).toBe(403)
    }
    expect((await site([network({ allow: ['192.0.2.0/24'] })]).arrive()).status).toBe(200)
  })
})

describe('a sign-in by WeChat from this machine', () => {
  it('ends on a page that says why, where other networks are allowed, and in a line of the log', async () => {
    const wechat = await startServerSite({ SCANLOGIN_ALLOWED_NETWORKS: '10.0.0.0/8' })
    const { browser, reply } = await throughWechat(wechat)
    expect([reply.status, troubleIn(reply.text)]).toEqual([403, 'forbidden'])
    expect(reply.text).toContain('<meta name="reasons" content="outside_network">')
    expect((await browser.get('/v1/session')).status).toBe(401)
    await until(() => wechat.server.lines.some(line => line.includes('"call":"arrive"')))
    const line = JSON.parse(wechat.server.lines.find(line => line.includes('"call":"arrive"')) ?? '{}')
    expect(line).toMatchObject({ event: 'refused', code: 'forbidden', reasons: ['outside_network'] })
  })

  it('gets in where this one is', async () => {
    const { browser, reply } = await throughWechat(
      await startServerSite({ SCANLOGIN_ALLOWED_NETWORKS: '127.0.0.0/8,::1/128' }),
    )
    expect([reply.status, reply.location]).toEqual([303, '/'])
    expect((await browser.get('/v1/session')).status).toBe(200)
  })

  it('is a shorter session where all are', async () => {
    const env = { SCANLOGIN_POLICIES: 'short-session', SCANLOGIN_SESSION_SHORT_TTL: '900' }
    const { browser } = await throughWechat(await startServerSite(env))
    const { session } = JSON.parse((await browser.get('/v1/session')).text)
    expect(session.expires_in).toBeLessThanOrEqual(900)
  })
})

function site(policies: readonly Policy[]) {
  const events: LoginEvent[] = []
  const { handler } = start({ login: { policies, onEvent: event => events.push(event) } })
  let arrivals = 0
  return {
    events,
    arrive() {
      const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
      const request = new Request('https://id.example.com/connect/wechat', { headers: { 'user-agent': userAgent } })
      const openedBy = { provider: 'wechat', idHash: 'h'.repeat(43) }
      const token = String(arrivals++).padStart(43, 'x')
      return handler.signIn(request, { user: { id: 'a_1' }, token, amr: ['mca'], openedBy, peer: home })
    },
  }
}

async function throughWechat(wechat: Awaited<ReturnType<typeof startServerSite>>) {
  const browser = wechat.newJar()
  const { location } = await browser.get('/connect/wechat/start')
  await (await fetch(location)).text()
  const { callback } = wechat.control.website.signIn('xiaoman')
  return { browser, reply: await browser.get(callback) }
}
