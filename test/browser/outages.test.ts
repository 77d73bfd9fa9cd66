import type { Page, Route } from 'playwright-core'
import { afterAll, describe, expect } from 'vitest'
import { endServers } from '../server/server.ts'
import { it } from './chromium.ts'
import { codeOn, greetedAs, idIn, sees } from './screens.ts'
import { openSite } from './site.ts'

afterAll(endServers)

const tickets = '**/v1/tickets/*'
const isHold = (route: Route) => new URL(route.request().url()).searchParams.has('wait')

/** The person comes back to the tab. Its page does not trust what it knew. */
function lookAgain(page: Page): Promise<boolean> {
  return page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
}

describe.concurrent('a sign-in page without a connection', () => {
  it('says so, and goes on with the same code when the connection is back', async ({ newVisitor }) => {
    const site = await openSite()
    const visitor = await newVisitor()
    const page = await visitor.open(site.origin)
    const code = await codeOn(page)
    await visitor.context.setOffline(true)
    await lookAgain(page)
    await sees(page, 'No connection')
    const phone = site.phoneOf('Alice')
    await phone.scan(code)
    await visitor.context.setOffline(false)
    await sees(page, 'A••• has scanned')
    await phone.confirm()
    await greetedAs(page, 'Hello, Alice')
  })

  it('collects a sign-in that was confirmed while it was away', async ({ newVisitor }) => {
    const site = await openSite()
    const visitor = await newVisitor()
    const page = await visitor.open(site.origin)
    const phone = site.phoneOf('Alice')
    await phone.scan(await codeOn(page))
    await sees(page, 'A••• has scanned')
    await visitor.context.setOffline(true)
    await lookAgain(page)
    await phone.confirm()
    await visitor.context.setOffline(false)
    await greetedAs(page, 'Hello, Alice')
  })

  it('does not lose a sign-in whose last answer is lost', async ({ newVisitor }) => {
    const site = await openSite()
    const visitor = await newVisitor()
    const page = await visitor.open(site.origin)
    let collected = 0
    await page.route('**/redeem', async route => {
      const answer = await route.fetch()
      collected += 1
      // The server has given the session out, and the browser does not hear of it, nor of its cookie.
      if (collected === 1) return route.abort()
      await route.fulfill({ response: answer })
    })
    const phone = site.phoneOf('Alice')
    await phone.scan(await codeOn(page))
    await phone.confirm()
    await greetedAs(page, 'Hello, Alice')
    expect(collected).toBe(2)
  })
})

describe.concurrent('a sign-in page whose server is started again', () => {
  it('says that it is gone, and then shows a new code by itself, which works', async ({ newVisitor }) => {
    const site = await openSite()
    const page = await (await newVisitor()).open(site.origin)
    const code = await codeOn(page)
    await site.stop()
    await sees(page, 'No connection')
    await site.start()
    const next = await codeOn(page, code)
    expect(idIn(next)).not.toBe(idIn(code))
    const phone = site.phoneOf('Alice')
    expect((await phone.scan(code)).body.code).toBe('not_found')
    await phone.scan(next)
    await phone.confirm()
    await greetedAs(page, 'Hello, Alice')
  })

  it('tells who has scanned that it is over, and does not begin again unasked', async ({ newVisitor }) => {
    const site = await openSite()
    const page = await (await newVisitor()).open(site.origin)
    const code = await codeOn(page)
    await site.phoneOf('Alice').scan(code)
    await sees(page, 'A••• has scanned')
    await site.stop()
    await sees(page, 'No connection')
    await site.start()
    await sees(page, 'This code has expired')
    await page.locator('scan-login [part=button]:visible').click()
    await codeOn(page, code)
  })
})

describe.concurrent('a code that runs out', () => {
  it('is replaced five times while nobody scans it, and then waits for a person', async ({ newVisitor }) => {
    const site = await openSite()
    const visitor = await newVisitor()
    const page = await visitor.context.newPage()
    // Only what the server says of time is changed: a minute and more is too long to wait for.
    await page.route(tickets, async route => {
      if (!isHold(route)) return route.continue()
      const [address = ''] = route.request().url().split('?')
      const answer = await route.fetch({ url: address })
      const ticket = await answer.json()
      await route.fulfill({ json: { ...ticket, state: 'expired', version: ticket.version + 1, expires_in: 0 } })
    })
    let created = 0
    page.on('request', request => {
      if (request.method() === 'POST' && request.url().endsWith('/v1/tickets')) created += 1
    })
    await page.goto(site.origin)
    await sees(page, 'This code has expired')
    expect(created).toBe(6)
    await page.unroute(tickets)
    await page.locator('scan-login [part=button]:visible').click()
    const phone = site.phoneOf('Alice')
    await phone.scan(await codeOn(page))
    await phone.confirm()
    await greetedAs(page, 'Hello, Alice')
  })
})

describe.concurrent('a server that is busy', () => {
  it('is asked again after the pause that it wants, and the page says that it is short', async ({ newVisitor }) => {
    const site = await openSite()
    const page = await (await newVisitor()).open('about:blank')
    const busy = { status: 429, headers: { 'retry-after': '1' }, json: { code: 'rate_limited', title: 'Slow down' } }
    let refused = 0
    await page.route('**/v1/tickets', async route => {
      if (refused === 2) return route.continue()
      refused += 1
      await route.fulfill(busy)
    })
    await page.goto(site.origin)
    await sees(page, 'A short wait')
    await codeOn(page)
    expect(refused).toBe(2)
  })
})
