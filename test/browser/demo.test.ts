import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { endServers } from '../server/server.ts'
import { it } from './chromium.ts'
import { picture } from './picture.ts'
import { codeOn, greetedAs, idIn, scanAs, sees, wordsOn } from './screens.ts'
import { openDemo, type Site } from './site.ts'

let demo: Site

beforeAll(async () => {
  demo = await openDemo()
})

afterAll(endServers)

describe.concurrent('the demo page', () => {
  it('shows a whole sign-in: choose a user, scan, see who asks, confirm, be greeted', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(demo.origin)
    await codeOn(page)
    await sees(page, 'Who is signed in on this phone?')
    await scanAs(page, 'Alice Liddell')
    await sees(page, 'Sign in to scanlogin demo?')
    expect(await page.locator('.facts.observed').textContent()).toContain('127.0.0.1')
    expect(await page.locator('.facts.claimed').textContent()).toContain('Chrome on Linux')
    await sees(page, 'A••• has scanned')
    expect(await page.locator('.steps [aria-current]').textContent()).toContain('The person decides')
    await page.locator('.button.confirm').click()
    await greetedAs(page, 'Hello, Alice Liddell')
    await page.locator('.view.done', { hasText: 'Signed in' }).waitFor()
    await expect.poll(() => page.locator('.steps [data-done]').count()).toBe(4)
  })

  it('keeps people signed in when it is loaded again, until they sign out', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(demo.origin)
    await scanAs(page, 'Omar Haddad')
    await page.locator('.button.confirm').click()
    await greetedAs(page, 'Hello, Omar Haddad')
    await page.reload()
    await greetedAs(page, 'Hello, Omar Haddad')
    await page.locator('.greeting .button').click()
    const code = await codeOn(page)
    await page.reload()
    await codeOn(page, code)
    expect(await page.locator('.greeting').count()).toBe(0)
  })

  it('signs nobody in when the phone refuses, and begins a second round that does', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(demo.origin)
    const refused = await codeOn(page)
    await scanAs(page, 'Alice Liddell')
    await page.locator('.button.deny').click()
    await page.locator('.view.done', { hasText: 'Refused' }).waitFor()
    await sees(page, 'Declined on the phone')
    expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('scanlogin-session')

    await page.locator('scan-login [part=button]:visible').click()
    expect(idIn(await codeOn(page, refused))).not.toBe(idIn(refused))
    await page.locator('.view.done .button').click()
    await page.locator('.view.start .button.primary').click()
    await page.locator('.button.confirm').click()
    await greetedAs(page, 'Hello, Alice Liddell')
  })

  it('lets the phone take a confirmation back until the browser has collected it', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(demo.origin)
    let collect = () => {}
    const held = new Promise<void>(resolve => {
      collect = resolve
    })
    await page.route('**/redeem', async route => {
      await held
      await route.continue()
    })
    await scanAs(page, 'Alice Liddell')
    await page.locator('.button.confirm').click()
    await page.locator('.view.waiting .button').click()
    await page.locator('.view.done', { hasText: 'Taken back' }).waitFor()
    collect()
    await sees(page, 'Declined on the phone')
    expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('scanlogin-session')
  })

  it('says so when it is too late to take it back', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(demo.origin)
    await scanAs(page, 'Alice Liddell')
    // The phone hears that it has confirmed, and from then on nothing of how far the browser is.
    let answered = false
    await page.route('**/confirm', async route => {
      if (answered) return route.abort()
      answered = true
      await route.continue()
    })
    await page.locator('.button.confirm').click()
    await greetedAs(page, 'Hello, Alice Liddell')
    await page.locator('.view.waiting .button').click()
    await sees(page, 'Too late to take it back')
  })

  it('has no code for the phone while the browser is signed in', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(demo.origin)
    await scanAs(page, 'Alice Liddell')
    await page.locator('.button.confirm').click()
    await greetedAs(page, 'Hello, Alice Liddell')
    await page.locator('.view.done .button').click()
    await page.locator('.view.start .button.primary').click()
    await sees(page, 'No code in sight')
  })

  it('is read in Chinese where the browser wishes it, from the first word to the last', async ({ newVisitor }) => {
    const page = await (await newVisitor({ locale: 'zh-CN' })).open(demo.origin)
    await codeOn(page)
    await sees(page, '这部手机上登录的是谁？')
    const english = [await englishOn(page)]
    await scanAs(page, '王小明')
    await sees(page, '登录 scanlogin demo？')
    await sees(page, '王••• 已扫码')
    english.push(await englishOn(page))
    await page.locator('.button.confirm', { hasText: '登录' }).click()
    await greetedAs(page, '你好，王小明')
    await page.locator('.view.done', { hasText: '登录成功' }).waitFor()
    english.push(await englishOn(page))
    expect(english).toEqual([[], [], []])
  })

  it('works where the code leads real phones to the address in the network, and the page has another', async ({
    newVisitor,
  }) => {
    const inNetwork = await openDemo({ SCANLOGIN_PUBLIC_URL: 'http://192.0.2.9:8787' })
    const page = await (await newVisitor()).open(inNetwork.origin)
    expect(await codeOn(page)).toMatch('http://192.0.2.9:8787/s#')
    await scanAs(page, 'Alice Liddell')
    await sees(page, 'http://192.0.2.9:8787')
    await page.locator('.button.confirm').click()
    await greetedAs(page, 'Hello, Alice Liddell')
  })

  it('goes on in the same phone, where it is opened on one that could not scan its own screen', async ({
    newVisitor,
  }) => {
    const handset = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
    const { context, open } = await newVisitor(handset)
    const page = await open(demo.origin)
    await sees(page, 'so there is nothing to scan')
    expect(await page.locator('scan-login [part=code]').getAttribute('aria-hidden')).toBe('true')
    const opening = context.waitForEvent('page')
    await page.getByRole('link', { name: 'Continue on this device' }).tap()
    const phone = await opening
    await phone.locator('.choice', { hasText: 'Alice Liddell' }).tap()
    await phone.locator('.button.confirm').tap()
    await greetedAs(page, 'Hello, Alice Liddell')
  })

  it('changes its language without giving the code up', async ({ newVisitor }) => {
    const visitor = await newVisitor()
    const page = await visitor.open(demo.origin)
    const code = await codeOn(page)
    await page.getByRole('button', { name: '中文' }).click()
    await sees(page, '扫码登录')
    await sees(page, '这部手机上登录的是谁？')
    expect(idIn(await codeOn(page))).toBe(idIn(code))
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
  })
})

/** Words in Latin letters that are neither names nor addresses. */
async function englishOn(page: Page): Promise<string[]> {
  const words = (await wordsOn(page)).replace(/localhost:\d+|https?:\S+|Alice Liddell|Omar Haddad|scanlogin demo/g, '')
  return (words.match(/[A-Za-z]{3,}/g) ?? []).filter(word => word !== 'Chrome' && word !== 'Linux')
}

describe('the demo page with the simulated WeChat', () => {
  it.for([
    ['en', 'light', ['App', 'WeChat'], 'This code is for WeChat', 'WeChat shows its code', 'Nothing secret is in it'],
    ['zh-CN', 'dark', ['App 扫码', '微信'], '这个二维码要用微信扫描', '微信显示它的二维码', '里面没有任何秘密'],
  ] as const)('says what belongs to the tab that is shown (%s, %s)', async (row, { newVisitor }) => {
    const [locale, colorScheme, [app, wechat], note, step, ownStep] = row
    const site = await openDemo({}, '--wechat')
    const page = await (await newVisitor({ locale, colorScheme })).open(site.origin)
    await codeOn(page)
    const texts = [page.locator('.choice').first(), page.getByText(ownStep)]
    for (const text of texts) await text.waitFor()
    await page.getByRole('tab', { name: wechat }).click()
    await page.frameLocator('iframe').locator('img').first().waitFor()
    await sees(page, note)
    await sees(page, step)
    for (const text of texts) expect(await text.isVisible()).toBe(false)
    expect(await page.locator('.wechat a').getAttribute('href')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    await picture(page, `demo-wechat-${locale}`)
    await page.getByRole('tab', { name: app }).click()
    for (const text of texts) await text.waitFor()
    expect(await page.getByText(note).isVisible()).toBe(false)
  })
})
