/** The page of a person's sessions in real Chromium, with either kind of sessions. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { ScriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { it, type NewVisitor, type Visitor } from '../browser/chromium.ts'
import { codeOn, greetedAs, idIn, sees } from '../browser/screens.ts'
import { openSite, type Site } from '../browser/site.ts'
import { endServers } from '../server/server.ts'

const sites = new Map<string, Site>()

beforeAll(async () => {
  for (const kind of ['stored', 'jwt']) sites.set(kind, await openSite({ SCANLOGIN_SESSIONS: kind }))
})

afterAll(endServers)

async function signedIn(newVisitor: NewVisitor, site: Site, phone: ScriptedPhone, locale = 'en'): Promise<Visitor> {
  const visitor = await newVisitor({ locale })
  const page = await visitor.open(site.origin)
  await phone.scan(await codeOn(page))
  await phone.confirm()
  await greetedAs(page, locale === 'en' ? 'Hello, Alice' : '你好，Alice')
  return visitor
}

describe.each(['stored', 'jwt'])('the page of a person’s sessions (%s)', kind => {
  const site = () => sites.get(kind) as Site

  it('shows them all, and ends the one that its user does not know', async ({ newVisitor }) => {
    const phone = site().phoneOf('Alice')
    const here = await signedIn(newVisitor, site(), phone)
    const there = await signedIn(newVisitor, site(), phone)
    const page = await here.open(`${site().origin}/sessions`)
    await sees(page, 'Your sessions')
    const cards = page.locator('li.session')
    await cards.nth(1).waitFor()
    expect(await cards.count()).toBe(2)
    expect(await cards.filter({ hasText: 'this browser' }).count()).toBe(1)
    expect(await cards.first().textContent()).toMatch(/Chrome on Linux.*Signed innow.*From127\.0\.0\.1/)
    await page.getByRole('button', { name: 'End the session in Chrome on Linux' }).click()
    await page.waitForFunction(() => document.querySelectorAll('li.session').length === 1)
    expect(await page.locator('#news').textContent()).toBe('Ended.')
    // Where the focus was is gone; it is not lost.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('title')
    await sees(await there.open(`${site().origin}/sessions`), 'Nobody is signed in in this browser.')
    expect(await cards.count()).toBe(1)
  })

  it('ends all others when it was asked twice', async ({ newVisitor }) => {
    const phone = site().phoneOf('Alice')
    const here = await signedIn(newVisitor, site(), phone)
    for (let n = 0; n < 2; n++) await signedIn(newVisitor, site(), phone)
    const page = await here.open(`${site().origin}/sessions`)
    const button = page.locator('.others button')
    await button.waitFor()
    expect(await button.textContent()).toBe('End the 2 others')
    await button.click()
    expect(await page.locator('li.session').count()).toBe(3)
    expect(await button.textContent()).toBe('Press again to end all 2')
    await button.click()
    await page.waitForFunction(() => document.querySelectorAll('li.session').length === 1)
    await sees(page, 'this browser')
  })

  it('signs out of this browser, and shows a code that leads back to the list', async ({ newVisitor }) => {
    const phone = site().phoneOf('Alice')
    const here = await signedIn(newVisitor, site(), phone)
    const page = await here.open(`${site().origin}/sessions`)
    await page.getByRole('button', { name: 'Sign out here' }).click()
    await sees(page, 'Nobody is signed in in this browser.')
    expect((await here.context.cookies()).map(({ name }) => name).filter(name => /session|access/.test(name))).toEqual(
      [],
    )
    await phone.scan(await codeOn(page))
    await phone.confirm()
    await page.locator('li.session.current').waitFor()
    expect(new URL(page.url()).pathname).toBe('/sessions')
  })

  it('asks who is there without a failed call, in either language, and leads back to the sign-in page', async ({
    newVisitor,
  }) => {
    const before = site().output().length
    const visitor = await newVisitor()
    const page = await visitor.open(`${site().origin}/sessions`)
    await sees(page, 'Nobody is signed in in this browser. Sign in to see your sessions.')
    const code = await codeOn(page)
    await page.getByRole('button', { name: '中文' }).click()
    await sees(page, '此浏览器上没有人登录。请登录以查看你的会话。')
    // Another language is no other sign-in.
    expect(idIn(await codeOn(page))).toBe(idIn(code))
    expect(visitor.requests.map(request => new URL(request.url()).pathname)).not.toContain('/v1/sessions')
    await page.getByRole('link', { name: '返回' }).click()
    await codeOn(page)
    expect(new URL(page.url()).pathname).toBe('/')
    expect(site().output().slice(before)).not.toMatch(/"level":(40|50|"warn"|"error")/)
  })

  it('speaks Chinese, and is reached from the greeting', async ({ newVisitor }) => {
    const here = await signedIn(newVisitor, site(), site().phoneOf('Alice'), 'zh-CN')
    const page = await here.open(site().origin)
    await page.getByRole('link', { name: '我的所有会话' }).click()
    await sees(page, '我的登录会话')
    await sees(page, 'Linux 上的 Chrome')
    await page.getByRole('button', { name: 'EN' }).click()
    await sees(page, 'Chrome on Linux')
    expect(await page.title()).toBe('Your sessions')
  })

  it('shows the browsers that they are known in, and makes one new again', async ({ newVisitor }) => {
    const phone = site().phoneOf('Alice')
    const here = await signedIn(newVisitor, site(), phone)
    await signedIn(newVisitor, site(), phone)
    const page = await here.open(`${site().origin}/sessions`)
    await sees(page, 'Browsers you are known in')
    const rows = page.locator('.known li')
    await rows.nth(1).waitFor()
    expect(await rows.count()).toBe(2)
    expect(await rows.filter({ hasText: 'this browser' }).count()).toBe(1)
    await rows.filter({ hasText: 'this browser' }).getByRole('button', { name: 'Forget Chrome on Linux' }).click()
    await page.waitForFunction(() => document.querySelectorAll('.known li').length === 1)
    expect(await page.locator('#news').textContent()).toBe('Forgotten. Its next sign-in is that of a new browser.')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('browsers-title')
    // Being forgotten is no sign-out.
    expect(await page.locator('li.session').count()).toBe(2)
    await page.getByRole('button', { name: 'Sign out here' }).click()
    await sees(page, 'Nobody is signed in in this browser.')
    await page.waitForFunction(() => document.querySelector<HTMLElement>('#browsers')?.hidden)
    const { body } = await phone.scan(await codeOn(await here.open(site().origin)))
    expect(body.context?.observed.known_browser).toBe(false)
  })
})
