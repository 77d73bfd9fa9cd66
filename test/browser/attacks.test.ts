import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { payloads } from '../hostile/corpus.ts'
import { endServers } from '../server/server.ts'
import { it } from './chromium.ts'
import { type ForeignSite, openForeignSite, tryEverything } from './foreign-site.ts'
import { codeOn, greetedAs, idIn, scanAs, sees } from './screens.ts'
import { openDemo, openSite, type Site } from './site.ts'

let site: Site
/** Whoever visits it is signed in on a phone as well, by a cookie. */
let demo: Site
let foreign: ForeignSite

beforeAll(async () => {
  ;[site, demo, foreign] = await Promise.all([openSite(), openDemo(), openForeignSite()])
})

afterAll(async () => {
  await endServers()
  await foreign.close()
})

/** Where an attacker's page may be: on another site, or a neighbour to whom browsers send the same cookies. */
const places = ['far', 'near'] as const

function versionOf(page: Page, id: string): Promise<unknown> {
  return page.evaluate(async id => (await fetch(`/v1/tickets/${id}`)).json().then(({ version }) => version), id)
}

/** @see T9 of the threat table */
describe.concurrent('a page of another origin', () => {
  it.for(places)(
    'changes nothing about a sign-in, from %s, even if it knows the scan token',
    async (place, { newVisitor }) => {
      const victim = await newVisitor()
      const page = await victim.open(demo.origin)
      const scanning = page.waitForResponse('**/v1/scan')
      const id = idIn(await codeOn(page))
      await scanAs(page, 'Alice Liddell')
      const { scan_token } = await (await scanning).json()
      const version = await versionOf(page, id)

      // The attacker's own code, which the victim's phone is to scan for them.
      const trapper = await (await newVisitor()).open(demo.origin)
      const trap = await codeOn(trapper)
      const attacker = await victim.context.newPage()
      const sent: string[] = []
      await attacker.goto(foreign[place])
      attacker.on('request', request => sent.push(request.method()))
      const token = JSON.stringify({ scan_token })
      const calls = [
        { method: 'POST', url: `${demo.origin}/v1/tickets`, body: '{"secret_in":"body"}' },
        { method: 'POST', url: `${demo.origin}/v1/scan`, body: JSON.stringify({ qr: trap }) },
        { method: 'POST', url: `${demo.origin}/v1/tickets/${id}/confirm`, body: token },
        { method: 'POST', url: `${demo.origin}/v1/tickets/${id}/deny`, body: token },
        { method: 'POST', url: `${demo.origin}/v1/tickets/${id}/redeem`, body: '{}' },
        { method: 'DELETE', url: `${demo.origin}/v1/tickets/${id}`, body: '{}' },
      ] as const
      const cookies = await victim.context.cookies()
      await attacker.evaluate(tryEverything, calls)

      // The browser has sent them, whatever it hides of the answers.
      expect(sent.filter(method => method === 'POST').length).toBeGreaterThan(calls.length * 5)
      expect(await versionOf(trapper, idIn(trap))).toBe(1)
      expect(await versionOf(page, id)).toBe(version)
      expect(await victim.context.cookies()).toEqual(cookies)
      await page.locator('.button.confirm').click()
      await greetedAs(page, 'Hello, Alice Liddell')
    },
  )

  it.for(places)('collects no session that was confirmed and ends none, from %s', async (place, { newVisitor }) => {
    const victim = await newVisitor()
    const page = await victim.open(site.origin)
    let collect = () => {}
    const held = new Promise<void>(resolve => {
      collect = resolve
    })
    await page.route('**/redeem', async route => {
      await held
      await route.continue()
    })
    const code = await codeOn(page)
    const phone = site.phoneOf('Alice')
    await phone.scan(code)
    const redeeming = page.waitForRequest('**/redeem')
    await phone.confirm()
    await redeeming
    const attacker = await victim.context.newPage()
    await attacker.goto(foreign[place])
    const redeem = { method: 'POST', url: `${site.origin}/v1/tickets/${idIn(code)}/redeem`, body: '{}' } as const
    await attacker.evaluate(tryEverything, [redeem])
    expect((await victim.context.cookies()).map(({ name }) => name)).not.toContain('scanlogin-session')

    collect()
    await greetedAs(page, 'Hello, Alice')
    const end = { method: 'DELETE', url: `${site.origin}/v1/session`, body: '{}' } as const
    await attacker.evaluate(tryEverything, [end])
    await page.reload()
    await greetedAs(page, 'Hello, Alice')
  })

  it.for(places)('has no hold on a sign-in page that it opens, from %s', async (place, { newVisitor }) => {
    const { context } = await newVisitor()
    const attacker = await context.newPage()
    await attacker.goto(foreign[place])
    const opening = context.waitForEvent('page')
    const opened = await attacker.evaluateHandle(address => open(address), site.origin)
    const page = await opening
    await codeOn(page)
    expect(await opened.evaluate(window => window?.closed)).toBe(true)
    expect(await page.evaluate(() => window.opener)).toBeNull()
  })
})

/** @see T10 of the threat table */
describe.concurrent('a frame around our pages', () => {
  async function frame(attacker: Page, address: string) {
    await attacker.evaluate(async address => {
      const frame = document.createElement('iframe')
      const loaded = new Promise(resolve => frame.addEventListener('load', resolve))
      document.body.append(Object.assign(frame, { src: address }))
      await loaded
    }, address)
    const [, framed] = attacker.frames()
    if (!framed) throw new Error('There is no frame')
    return framed
  }

  it.for(places)('stays empty, from %s', async (place, { newVisitor }) => {
    const code = await codeOn(await (await newVisitor()).open(site.origin))
    for (const address of [`${site.origin}/`, code]) {
      const attacker = await (await newVisitor()).context.newPage()
      const calls: string[] = []
      attacker.on('request', request => request.url().includes('/v1/') && calls.push(request.url()))
      await attacker.goto(foreign[place])
      const framed = await frame(attacker, address)
      await expect.poll(() => framed.url(), { timeout: 25_000 }).toMatch(/^chrome-error:/)
      expect(calls).toEqual([])
    }
  })

  it('shows no button to press where a proxy has taken our headers away', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(site.origin)
    const attacker = await (await newVisitor()).context.newPage()
    await attacker.route(`${site.origin}/s`, async route => {
      const response = await route.fetch()
      await route.fulfill({ response, headers: { 'content-type': 'text/html' } })
    })
    await attacker.goto(foreign.near)
    const framed = await frame(attacker, await codeOn(page))
    await framed.getByRole('heading', { name: 'Open this page by itself' }).waitFor()
    expect(await framed.locator('button.button').count()).toBe(0)
    await sees(page, 'Scan the code with your phone')
  })
})

/** @see T12 of the threat table */
describe.concurrent('words from outside', () => {
  const names = ['a tag', 'a handler of an image', 'a closed style', 'a turn of the direction of writing', 'a template']

  it('are text on the sign-in page and nothing else: it has the same elements for every name', async ({
    newVisitor,
  }) => {
    const elements = (page: Page) =>
      page.evaluate(() => [...document.querySelectorAll('*')].map(({ tagName }) => tagName))
    const known = await Promise.all(
      ['Alice', ...names.map(name => payloads[name] ?? '')].map(async name => {
        const page = await (await newVisitor()).open(site.origin)
        const phone = site.phoneOf(name)
        await phone.scan(await codeOn(page))
        await sees(page, `${name[0]}••• has scanned`)
        await phone.confirm()
        await greetedAs(page, 'Hello, ')
        // Without the characters that would turn the writing around.
        const readable = name.replace(/[\u202a-\u202e\u2066-\u2069]/gu, '')
        expect(await page.locator('.greeting h2').textContent()).toBe(`Hello, ${readable}`)
        return elements(page)
      }),
    )
    for (const tags of known) expect(tags).toEqual(known[0])
  })

  it('of a browser about itself become names from a list before the phone shows them', async ({ newVisitor }) => {
    const userAgent = `Chrome/1 ${payloads['a handler of an image']} ${'Bank '.repeat(400)}`
    const desk = await (await newVisitor({ userAgent })).open(demo.origin)
    await scanAs(desk, 'Alice Liddell')
    expect(await desk.locator('.facts.claimed p').textContent()).toBe('Chrome')
    expect(await desk.locator('.view.ask img').count()).toBe(0)
    expect(await desk.locator('.view.ask').textContent()).not.toContain('Bank')
  })
})

/** @see T15 of the threat table */
describe.concurrent('a session that an attacker has planted', () => {
  it('is not the one that the victim gets, and stays worth nothing', async ({ newVisitor }) => {
    const victim = await newVisitor()
    const planted = 'a-session-that-the-attacker-knows-too'
    const cookie = { name: 'scanlogin-session', url: site.origin, httpOnly: true }
    await victim.context.addCookies([{ ...cookie, value: planted }])
    const page = await victim.open(site.origin)
    const phone = site.phoneOf('Alice')
    await phone.scan(await codeOn(page))
    const before = (await victim.context.cookies()).map(({ value }) => value)
    await phone.confirm()
    await greetedAs(page, 'Hello, Alice')
    const session = (await victim.context.cookies()).find(({ name }) => name === 'scanlogin-session')
    expect(before).toContain(planted)
    expect(before).not.toContain(session?.value)
    const sessionWith = (value: string) =>
      fetch(`${site.api}/session`, { headers: { cookie: `scanlogin-session=${value}` } })
    for (const value of before) expect((await sessionWith(value)).status).toBe(401)
    expect((await sessionWith(session?.value ?? '')).status).toBe(200)

    await page.locator('.greeting .button').click()
    await codeOn(page)
    expect((await sessionWith(session?.value ?? '')).status).toBe(401)
  })
})
