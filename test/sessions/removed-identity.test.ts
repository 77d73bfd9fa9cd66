/** What an identity has opened ends when its person removes it: browsers, phones, and what those phones have approved. */
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { apps } from '../connectors/wechat.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import {
  browserOf,
  cookiesOf,
  type Jar,
  listed,
  phoneOf,
  remove,
  scanned,
  startServerSite,
  throughWechat,
} from './by-provider.ts'
import { type Kind, startWith } from './signed-in.ts'

afterEach(endRedis)

const stores: Record<string, () => Promise<Record<string, string>>> = {
  'memory, stored sessions': async () => ({}),
  'Redis, stored sessions': async () => ({ SCANLOGIN_STORE: await newRedis() }),
  'Redis, signed sessions': async () => ({ SCANLOGIN_STORE: await newRedis(), SCANLOGIN_SESSIONS: 'jwt' }),
}

describe.each(Object.entries(stores))('an identity that its person removes (%s)', (_, settings) => {
  it('ends its phone and the browsers which that has approved, and nothing of another identity', async () => {
    const site = await startServerSite(await settings())
    const [browser, phone] = [await browserOf(site, 'xiaoman'), await phoneOf(site, 'xiaoman')]
    const approved = await scanned(site, phone)
    await approved.confirm()
    expect((await approved.browser.redeem()).status).toBe(200)
    const late = await scanned(site, phone)
    await late.confirm()
    const account = await identityOf(browser, apps.account.appId)
    expect(account).toMatchObject({ sessions: 2, current: false })
    expect(await remove(site, browser, `/account/identities/${account?.id}`)).toBe(204)
    expect((await approved.browser.call('GET', '/session')).status).toBe(401)
    expect((await scanned(site, phone)).status).toBe(401)
    // What the phone had said yes to, and nobody has collected yet.
    expect((await late.browser.redeem()).status).toBe(403)
    expect(await listed(browser)).toMatchObject([{ current: true }])
    const told = { event: 'identity_removed', provider: 'wechat', count: 2 }
    const lines = () => site.server.lines.filter(line => line.includes('"event":"identity_removed"'))
    await vi.waitFor(() => expect(lines().map(read)).toMatchObject([told]))
    expect(site.server.lines.join()).not.toContain(account?.id)
  })

  it('ends the browser’s own session where that is of its opening, and takes the cookies back', async () => {
    const site = await startServerSite(await settings())
    const [browser, other, phone] = [
      await browserOf(site, 'xiaoman'),
      await browserOf(site, 'xiaoman'),
      await phoneOf(site, 'xiaoman'),
    ]
    const website = await identityOf(browser, apps.website.appId)
    expect(website).toMatchObject({ sessions: 2, current: true })
    const reply = await fetch(`${site.server.url}/account/identities/${website?.id}`, {
      method: 'DELETE',
      headers: { cookie: cookiesOf(browser), origin: site.publicUrl },
    })
    expect(reply.status).toBe(204)
    const takenBack = reply.headers.getSetCookie().map(cookie => cookie.replace(/; Path.*/, ''))
    expect(takenBack).toEqual(['scanlogin-session=; Max-Age=0', 'scanlogin-access=; Max-Age=0'])
    for (const jar of [browser, other]) expect((await jar.get('/v1/session')).status).toBe(401)
    expect(await listed(phone)).toMatchObject([{ holder: 'phone' }])
  })

  it('gives back nothing to a browser that repeats the address it came in by', async () => {
    const site = await startServerSite(await settings())
    const [browser, asking] = [site.newJar(), await browserOf(site, 'xiaoman')]
    await phoneOf(site, 'xiaoman')
    const { location } = await browser.get('/connect/wechat/start')
    await (await fetch(location)).text()
    const { callback } = site.control.website.signIn('xiaoman')
    await browser.get(callback)
    const website = await identityOf(asking, apps.website.appId)
    await remove(site, asking, `/account/identities/${website?.id}`)
    await browser.get(callback)
    expect((await browser.get('/v1/session')).status).toBe(401)
    // Repeating the call is no second event, and no error.
    expect(await throughWechat(site, asking, 'aju')).toBe('/')
    expect(await remove(site, asking, `/account/identities/${website?.id}`)).toBe(204)
    const lines = () => site.server.lines.filter(line => line.includes('"event":"identity_removed"'))
    await vi.waitFor(() => expect(lines()).toHaveLength(1))
  })
})

describe.each<Kind>(['stored', 'jwt'])('a sign-in that is on its way while its identity is removed (%s)', kind => {
  const alice = { id: 'alice' }
  const wechat = { provider: 'wechat', idHash: 'identity-of-alice' }

  it('opens nothing, by the identity itself or by a phone that it has signed in', async () => {
    const { sessions, clock } = startWith(kind)
    const begunAt = clock.now()
    await clock.advance(1000)
    expect(await sessions.endSome('alice', { openedBy: wechat.idHash })).toEqual([])
    await expect(sessions.open(alice, newToken(), { openedBy: wechat, begunAt })).rejects.toEqual(unavailable)
    const approvedBy = { signedInBy: wechat }
    await expect(sessions.open(alice, newToken(), { approvedBy, begunAt })).rejects.toEqual(unavailable)
    expect(await sessions.list('alice')).toEqual([])
  })

  it('is turned back where the host has recognised the person by what it knew a moment ago', async () => {
    const { sessions, handler, clock } = startWith(kind)
    const arrive = async () => {
      const arriving = { user: alice, token: newToken(), amr: ['mca'], openedBy: wechat }
      return (await handler.signIn(new Request('https://id.example.com/connect/wechat'), arriving)).status
    }
    await sessions.endSome('alice', { openedBy: wechat.idHash })
    expect(await arrive()).toBe(403)
    await clock.advance(10_001)
    expect(await arrive()).toBe(200)
  })

  it('opens where it is another person’s, another identity’s, or begins afterwards', async () => {
    const { sessions, clock } = startWith(kind)
    const begunAt = clock.now()
    await clock.advance(1000)
    await sessions.endSome('alice', { openedBy: wechat.idHash })
    await sessions.open({ id: 'bob' }, newToken(), { openedBy: wechat, begunAt })
    await sessions.open(alice, newToken(), { openedBy: { ...wechat, idHash: 'another' }, begunAt })
    await sessions.open(alice, newToken(), { openedBy: wechat, begunAt: clock.now() + 1 })
    expect(await sessions.list('alice')).toHaveLength(2)
  })
})

const unavailable = expect.objectContaining({ code: 'account_unavailable' })

function newToken(): string {
  return randomBytes(32).toString('base64url')
}

interface ListedIdentity {
  readonly id: string
  readonly app: string
  readonly sessions: number
  readonly current: boolean
}

async function identityOf(jar: Jar, app: string): Promise<ListedIdentity | undefined> {
  const { identities }: { identities: ListedIdentity[] } = JSON.parse((await jar.get('/account/identities')).text)
  return identities.find(identity => identity.app === app)
}

function read(line: string): unknown {
  return JSON.parse(line)
}

async function newRedis(): Promise<string> {
  return `redis://127.0.0.1:${(await startRedis()).port}`
}
