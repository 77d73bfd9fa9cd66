/** A phone that a provider has signed in: its session stands beside those of browsers, and ends with them. */
import { afterEach, describe, expect, it } from 'vitest'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { browserOf, listed, phoneOf, remove, type Site, scanned, signInPhone, startServerSite } from './by-provider.ts'

afterEach(endRedis)

const stores: Record<string, () => Promise<Record<string, string>>> = {
  'memory, stored sessions': async () => ({}),
  'Redis, stored sessions': async () => ({ SCANLOGIN_STORE: await newRedis() }),
  'Redis, signed sessions': async () => ({ SCANLOGIN_STORE: await newRedis(), SCANLOGIN_SESSIONS: 'jwt' }),
}

describe.each(Object.entries(stores))('a phone inside a provider’s app (%s)', (_, settings) => {
  it('stands in the list of its person’s sessions, with the provider and what it says of itself', async () => {
    const site = await startServerSite(await settings())
    const [browser, phone] = [await browserOf(site, 'xiaoman'), await phoneOf(site, 'xiaoman')]
    const sessions = await listed(browser)
    expect(sessions).toMatchObject([
      { holder: 'phone', opened_by: { provider: 'wechat' }, claimed: { browser: 'WeChat', os: 'Android' } },
      { current: true, opened_by: { provider: 'wechat' }, claimed: { browser: 'Firefox', os: 'Linux' } },
    ])
    expect(sessions[0]).toMatchObject({ observed: { ip: '127.0.0.1' } })
    expect(sessions[1]).not.toHaveProperty('holder')
    // Seen from the phone it is the phone's that asks.
    expect((await listed(phone)).map(({ current = false }) => current)).toEqual([true, false])
  })

  it('confirms nothing from the moment that its session was ended from the list', async () => {
    const site = await startServerSite(await settings())
    const [browser, phone] = [await browserOf(site, 'xiaoman'), await phoneOf(site, 'xiaoman')]
    const under = await scanned(site, phone)
    expect(under.status).toBe(200)
    const its = (await listed(browser)).find(({ holder }) => holder === 'phone')
    for (let n = 0; n < 2; n++) expect(await remove(site, browser, `/v1/sessions/${its?.id}`)).toBe(204)
    expect((await scanned(site, phone)).status).toBe(401)
    expect((await under.confirm()).status).toBe(401)
    expect(await listed(browser)).toMatchObject([{ current: true }])
  })

  it('is signed out with all others, and goes on where it is the one that asks', async () => {
    const site = await startServerSite(await settings())
    const [browser, phone, other] = [
      await browserOf(site, 'xiaoman'),
      await phoneOf(site, 'xiaoman'),
      await phoneOf(site, 'xiaoman'),
    ]
    expect(await remove(site, phone, '/v1/sessions')).toBe(204)
    expect(await isPhone(site, phone)).toBe(true)
    expect([await isPhone(site, other), (await browser.get('/v1/session')).status]).toEqual([false, 401])
    const again = await browserOf(site, 'xiaoman')
    expect(await remove(site, again, '/v1/sessions')).toBe(204)
    expect(await isPhone(site, phone)).toBe(false)
  })

  it('opens no session of a browser, and no browser is such a phone', async () => {
    const site = await startServerSite(await settings())
    const [browser, phone] = [await browserOf(site, 'xiaoman'), await phoneOf(site, 'xiaoman')]
    const [token, phoneToken] = [browser.cookies.get('scanlogin-session'), phone.cookies.get('scanlogin-phone')]
    const thief = site.newJar()
    thief.cookies.set('scanlogin-session', phoneToken ?? '')
    expect([(await thief.get('/v1/session')).status, (await thief.get('/account/identities')).status]).toEqual([
      401, 401,
    ])
    thief.cookies.clear()
    thief.cookies.set('scanlogin-phone', token ?? '')
    expect(await isPhone(site, thief)).toBe(false)
    // Tried and refused, both go on as what they are.
    expect([(await browser.get('/v1/session')).status, await isPhone(site, phone)]).toEqual([200, true])
  })

  it('leaves no session behind when it signs in again', async () => {
    const site = await startServerSite(await settings())
    const phone = await phoneOf(site, 'xiaoman')
    await signInPhone(site, phone, 'xiaoman')
    expect(await listed(phone)).toMatchObject([{ current: true, holder: 'phone' }])
  })
})

async function isPhone(site: Site, jar: Parameters<typeof scanned>[1]): Promise<boolean> {
  return (await scanned(site, jar)).status === 200
}

async function newRedis(): Promise<string> {
  return `redis://127.0.0.1:${(await startRedis()).port}`
}
