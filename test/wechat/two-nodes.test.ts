/** A scene's code on two server processes with one Redis: the page is one's, the push goes to the other. */
import { afterEach, describe, expect, it } from 'vitest'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { linkIn, startSceneSite } from './site.ts'

afterEach(() => endRedis())

describe('two servers with one Redis', { timeout: 60_000 }, () => {
  it('take the push of a code that the other one has made, and ask its question', async () => {
    const { site, other } = await startTwo()
    const { browser, scan } = await site.showCode()
    site.pushTo(other.server.url)
    const delivery = await scan('xiaoman')
    expect(delivery).toMatchObject({ delivered: true, attempts: 1 })
    expect((await browser.wait(1, 10)).body).toMatchObject({ state: 'scanned' })
    const phone = other.phoneOf('xiaoman')
    const question = await phone.visit(linkIn(delivery.shown))
    expect(question).toMatchObject({ status: 200 })
    // The page's own node has heard of the scan as well: it belongs to one person everywhere.
    site.pushTo(site.server.url)
    expect(await scan('aju')).toMatchObject({ delivered: true, shown: expect.stringContaining('Somebody else') })
    expect((await phone.press('confirm', question)).text).toContain('Confirmed')
    expect((await browser.redeem()).body.user?.id).toMatch(/^a_/)
  })

  it('make one code for a ticket, whichever of them are asked, and move it once', async () => {
    const { site, other } = await startTwo()
    const { browser, asked, again, scan } = await site.showCode()
    const answers = await Promise.all([again(), again(other.server.url), again(), again(other.server.url)])
    expect(answers.map(({ body }) => body.url)).toEqual(answers.map(() => asked.body.url))
    expect(site.control.accounts.codes()).toHaveLength(1)
    for (const { server } of [site, other]) {
      site.pushTo(server.url)
      expect(await scan('xiaoman')).toMatchObject({ delivered: true })
    }
    expect((await browser.wait(1, 10)).body.state).toBe('scanned')
  })
})

async function startTwo() {
  const redis = await startRedis()
  const shared = { SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}`, SCANLOGIN_PUBLIC_URL: 'http://localhost:9' }
  const site = await startSceneSite('safe', shared)
  return { site, other: await site.another(shared) }
}
