import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Issuer, startIssuer } from '../server/issuer.ts'
import { endServers } from '../server/server.ts'
import { it } from './chromium.ts'
import { type ForeignSite, openForeignSite } from './foreign-site.ts'
import { codeOn, greetedAs, sees } from './screens.ts'
import { openSite, type Site } from './site.ts'

let issuer: Issuer
let foreign: ForeignSite
let site: Site

beforeAll(async () => {
  ;[issuer, foreign] = await Promise.all([startIssuer(), openForeignSite()])
  const settings = { SCANLOGIN_CHECK_CODE: '8', SCANLOGIN_LOG_LEVEL: 'debug' }
  site = await openSite({ ...issuer.env, ...settings, SCANLOGIN_SIGN_IN_URL: `${foreign.far}/sign-in` })
})

afterAll(async () => {
  await endServers()
  await Promise.all([issuer.close(), foreign.close()])
})

/** Everything that stays where a sign-in went through: addresses, history, storage and the page itself. */
async function leftIn(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { entries } = await session.send('Page.getNavigationHistory')
  const stored = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  )
  return [...entries.map(({ url }) => url), stored, await page.content(), page.url()]
}

/** @see T18 of the threat table */
describe.concurrent('a whole sign-in', () => {
  it('leaves no secret in an address, a referrer, the history, the storage, a page, or what the server writes', async ({
    newVisitor,
  }) => {
    const [desk, handset] = [await newVisitor(), await newVisitor()]
    const token = await issuer.sign({ sub: 'alice', name: 'Alice' })
    await handset.context.addCookies([{ name: 'app-token', value: token, url: site.origin, httpOnly: true }])

    const page = await desk.open('about:blank')
    const created = page.waitForResponse('**/v1/tickets')
    await page.goto(site.origin)
    const { qr, user_code } = await (await created).json()
    const code = await codeOn(page)
    const phone = await handset.open('about:blank')
    const scanned = phone.waitForResponse('**/v1/scan')
    await phone.goto(code)
    const { scan_token } = await (await scanned).json()
    await phone.locator('.button.confirm').click()
    const digits = (await phone.locator('.digits').textContent()) ?? ''
    const early = await desk.context.cookies()
    await page.locator('scan-login input').fill(digits)
    await greetedAs(page, 'Hello, Alice')
    await phone.locator('.view.done', { hasText: 'Signed in' }).waitFor()

    const [, mac = ''] = /\.\d+\.(\w+)$/.exec(code) ?? []
    const cookies = [...early, ...(await desk.context.cookies())].map(({ value }) => value)
    const secrets = [...cookies, token, qr.rotation.key, scan_token, digits, user_code, mac]
    expect(new Set(secrets).size).toBe(8)
    const requests = [...desk.requests, ...handset.requests]
    const traces = [site.output(), ...(await leftIn(page)), ...(await leftIn(phone))]
    for (const request of requests) {
      const { referer = '' } = await request.allHeaders()
      expect(referer).toBe('')
      // The part behind the `#` is not sent; that it leaves the address is seen in the history.
      traces.push(request.url().replace(/#.*/, ''))
    }
    expect(requests.length).toBeGreaterThan(15)
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(7)
      expect(traces.filter(trace => trace.includes(secret))).toEqual([])
    }
  })

  it('tells the page where someone signs in on the phone nothing of where they come from', async ({ newVisitor }) => {
    const code = await codeOn(await (await newVisitor()).open(site.origin))
    const phone = await (await newVisitor()).open(code)
    await sees(phone, 'Sign in on this phone first')
    await phone.getByRole('link', { name: 'Sign in' }).click()
    await phone.waitForURL(`${foreign.far}/sign-in`)
    expect(await phone.evaluate(() => document.referrer)).toBe('')
    expect(foreign.referrers[0]).toBeUndefined()
  })
})
