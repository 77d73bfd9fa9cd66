/** Somebody else's sessions: seen and ended by nobody but their person, whatever is sent along. */
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { newFile, removeFiles } from '../accounts/servers/files.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { runServer } from '../server/server.ts'
import { browserOf, type Jar, listed, phoneOf, remove, type Site, scanned, startServerSite } from './by-provider.ts'

afterEach(endRedis)
afterAll(removeFiles)

const stores: Record<string, () => Promise<Record<string, string>>> = {
  memory: async () => ({}),
  Redis: async () => ({ SCANLOGIN_STORE: `redis://127.0.0.1:${(await startRedis()).port}` }),
  'Redis, signed sessions': async () => ({
    SCANLOGIN_STORE: `redis://127.0.0.1:${(await startRedis()).port}`,
    SCANLOGIN_SESSIONS: 'jwt',
  }),
}

describe.each(Object.entries(stores))('the sessions of another account (%s)', (_, settings) => {
  it('are neither listed nor ended by who knows their ids, from a browser or from a phone', async () => {
    const { site, hers, theirs } = await twoPeople(await settings())
    const ids = (await listed(hers.browser)).map(({ id }) => id)
    expect(ids).toHaveLength(2)
    for (const jar of [theirs.browser, theirs.phone]) {
      expect((await listed(jar)).map(({ id }) => id).filter(id => ids.includes(id))).toEqual([])
      for (const id of ids) expect(await remove(site, jar, `/v1/sessions/${id}`)).toBe(204)
      expect(await remove(site, jar, `/v1/sessions?user=${await userIdOf(hers.browser)}`)).toBe(400)
    }
    expect(await remove(site, theirs.browser, '/v1/sessions')).toBe(204)
    expect(await areAlive(site, hers)).toEqual([true, true])
  })

  it('are out of reach of a browser that sends one person’s session with the other’s phone', async () => {
    const { site, hers, theirs } = await twoPeople(await settings())
    const mixed = site.newJar()
    for (const [name, value] of theirs.browser.cookies) mixed.cookies.set(name, value)
    mixed.cookies.set('scanlogin-phone', hers.phone.cookies.get('scanlogin-phone') ?? '')
    const ids = (await listed(hers.browser)).map(({ id }) => id)
    expect((await listed(mixed)).map(({ id }) => id).filter(id => ids.includes(id))).toEqual([])
    expect(await remove(site, mixed, '/v1/sessions')).toBe(204)
    expect(await areAlive(site, hers)).toEqual([true, true])
  })

  it('are not ended by a page of another site, by any cookie', async () => {
    const { site, hers } = await twoPeople(await settings())
    const [its] = await listed(hers.browser)
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: '', 'sec-fetch-site': 'cross-site' },
      { origin: 'http://www.localhost', 'sec-fetch-site': 'same-site' },
    ]
    for (const jar of [hers.browser, hers.phone]) {
      for (const headers of foreign) {
        expect(await remove(site, jar, '/v1/sessions', headers), JSON.stringify(headers)).toBe(403)
        expect(await remove(site, jar, `/v1/sessions/${its?.id}`, headers)).toBe(403)
        expect(await remove(site, jar, '/account/identities/x', headers)).toBe(403)
      }
    }
    expect(await areAlive(site, hers)).toEqual([true, true])
  })
})

describe.each(Object.entries(stores))('an account that is locked (%s)', (_, settings) => {
  it('has no session left, of a browser or of a phone, and gets none back when it is unlocked', async () => {
    const env: Record<string, string> = { ...(await settings()), SCANLOGIN_DATABASE: `file:${newFile()}` }
    const { site, hers, theirs } = await twoPeople(env)
    const id = await userIdOf(hers.browser)
    expect(await runServer(env, ['accounts', 'lock', id])).toMatchObject({ code: 0, stderr: '' })
    // It was another process: this one knows within five seconds.
    await expect.poll(async () => (await hers.browser.get('/v1/session')).status, { timeout: 60_000 }).toBe(401)
    expect(await areAlive(site, hers)).toEqual([false, false])
    expect(await runServer(env, ['accounts', 'unlock', id])).toMatchObject({ code: 0 })
    expect(await areAlive(site, hers)).toEqual([false, false])
    expect(await areAlive(site, theirs)).toEqual([true, true])
  }, 90_000)
})

interface Person {
  readonly browser: Jar
  readonly phone: Jar
}

async function twoPeople(settings: Record<string, string>) {
  const site = await startServerSite(settings)
  const enter = async (person: string): Promise<Person> => ({
    browser: await browserOf(site, person),
    phone: await phoneOf(site, person),
  })
  return { site, hers: await enter('xiaoman'), theirs: await enter('aju') }
}

async function areAlive(site: Site, { browser, phone }: Person): Promise<readonly boolean[]> {
  return [(await browser.get('/v1/session')).status === 200, (await scanned(site, phone)).status === 200]
}

async function userIdOf(browser: Jar): Promise<string> {
  return JSON.parse((await browser.get('/v1/session')).text).user.id
}
