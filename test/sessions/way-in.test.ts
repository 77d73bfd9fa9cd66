/** The pages about one's own things, for who is not signed in: a provider leads back to them. */
import { describe, expect, it } from 'vitest'
import { phoneOf, startServerSite, throughWechat } from './by-provider.ts'

describe('whoever signs in by a provider', () => {
  it('comes back to the page that they began on, and adds nothing to an account by it', async () => {
    const site = await startServerSite()
    for (const [returnTo, page] of [
      ['/sessions', '/sessions'],
      ['/account/signed-in', '/account'],
    ]) {
      const browser = site.newJar()
      const query = `?${new URLSearchParams({ return_to: site.publicUrl + returnTo })}`
      expect(await throughWechat(site, browser, 'xiaoman', query)).toBe(site.publicUrl + returnTo)
      const arrived = await browser.get(returnTo ?? '')
      expect([arrived.status, arrived.location || returnTo]).toEqual([arrived.location ? 303 : 200, page])
      expect((await browser.get('/account/waiting')).status).toBe(404)
      expect((await browser.get('/account/identities')).status).toBe(200)
    }
  })
})

describe('the page of sessions', () => {
  it('is told that nobody can be signed in by what the browser brings, and asks for a phone’s', async () => {
    const site = await startServerSite()
    const told = async (jar: ReturnType<typeof site.newJar>, page: string) =>
      /<meta name="session" content="(\w+)">/.exec((await jar.get(page)).text)?.[1]
    const [stranger, phone] = [site.newJar(), await phoneOf(site, 'xiaoman')]
    expect([await told(stranger, '/sessions'), await told(stranger, '/account')]).toEqual(['none', 'none'])
    expect([await told(phone, '/sessions'), await told(phone, '/account')]).toEqual(['possible', 'none'])
    stranger.cookies.set('scanlogin-session', 'left-behind')
    expect([await told(stranger, '/sessions'), await told(stranger, '/account')]).toEqual(['possible', 'possible'])
  })
})
