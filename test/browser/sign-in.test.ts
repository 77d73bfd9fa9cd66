import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { endServers } from '../server/server.ts'
import { it, type NewVisitor } from './chromium.ts'
import { codeOn, greetedAs, idIn, sees } from './screens.ts'
import { openSite, type Site } from './site.ts'

let site: Site
/** Asks for four digits in the browser after the phone has confirmed. */
let careful: Site

beforeAll(async () => {
  ;[site, careful] = await Promise.all([openSite(), openSite({ SCANLOGIN_CHECK_CODE: '4' })])
})

afterAll(endServers)

async function signInPage(newVisitor: NewVisitor, { origin }: Site, locale = 'en'): Promise<Page> {
  return (await newVisitor({ locale })).open(origin)
}

/** The button that is offered in the place of the code. */
const anew = 'scan-login [part=button]:visible'
const digits = 'scan-login input'

describe.concurrent('the sign-in page', () => {
  it('shows a code, then who has scanned it by one letter, then greets the person', async ({ newVisitor }) => {
    const page = await signInPage(newVisitor, site)
    const phone = site.phoneOf('Alice Liddell')
    const code = await codeOn(page)
    await sees(page, 'Scan the code with your phone')
    await sees(page, /^Valid for \d:\d\d$/)
    await phone.scan(code)
    await sees(page, 'A••• has scanned')
    await sees(page, 'Now confirm on the phone.')
    expect(await page.locator('scan-login [part=code]').getAttribute('aria-hidden')).toBe('true')
    await phone.confirm()
    await greetedAs(page, 'Hello, Alice Liddell')
  })

  it('draws another code every ten seconds without asking the server', async ({ newVisitor }) => {
    const visitor = await newVisitor()
    const page = await visitor.open(site.origin)
    const first = await codeOn(page)
    const picture = () => page.locator('scan-login [part=code] svg path').last().getAttribute('d')
    const drawn = await picture()
    const asked = visitor.requests.length
    await page.waitForFunction(first => {
      const { payload } = document.querySelector('scan-login') as { payload?: string } & Element
      return payload !== first
    }, first)
    expect(await picture()).not.toBe(drawn)
    expect(visitor.requests.slice(asked).filter(request => request.method() !== 'GET')).toEqual([])
    await site.phoneOf('Alice').scan(await codeOn(page))
    await sees(page, 'A••• has scanned')
  })

  it('is as good with letters that are typed as with a code that is scanned', async ({ newVisitor }) => {
    const page = await signInPage(newVisitor, site)
    await codeOn(page)
    await page.getByText('Can’t scan?').click()
    await sees(page, `${new URL(site.origin).host}/s`)
    const letters = (await page.locator('scan-login [part=user-code]').textContent()) ?? ''
    expect(letters).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
    const phone = site.phoneOf('Alice')
    await phone.type(letters)
    await phone.confirm()
    await greetedAs(page, 'Hello, Alice')
  })

  it('asks for the digits on the phone, says how many tries are left, and takes the right ones', async ({
    newVisitor,
  }) => {
    const page = await signInPage(newVisitor, careful)
    const phone = careful.phoneOf('Alice')
    await phone.scan(await codeOn(page))
    const right = (await phone.confirm()).body.check_code ?? ''
    await page.locator(digits).fill(right === '0000' ? '1111' : '0000')
    await sees(page, 'That code is not right. Tries left: 2.')
    expect(await page.locator(digits).inputValue()).toBe('')
    await page.locator(digits).fill(right)
    await greetedAs(page, 'Hello, Alice')
  })

  it('signs nobody in after three wrong tries', async ({ newVisitor }) => {
    const page = await signInPage(newVisitor, careful)
    const phone = careful.phoneOf('Alice')
    const code = await codeOn(page)
    await phone.scan(code)
    const right = (await phone.confirm()).body.check_code
    for (const left of [2, 1, 0]) {
      await page.locator(digits).fill(right === '0000' ? '1111' : '0000')
      await sees(page, left ? `Tries left: ${left}.` : 'Too many wrong codes')
    }
    await page.locator(anew).click()
    expect(idIn(await codeOn(page, code))).not.toBe(idIn(code))
  })

  it('says that the phone has refused', async ({ newVisitor }) => {
    const page = await signInPage(newVisitor, site)
    const phone = site.phoneOf('Alice')
    await phone.scan(await codeOn(page))
    await phone.deny()
    await sees(page, 'Declined on the phone')
    await sees(page, 'Nobody was signed in here.')
  })

  it('warns when another account has tried to scan the same code', async ({ newVisitor }) => {
    const page = await signInPage(newVisitor, site)
    const code = await codeOn(page)
    const phone = site.phoneOf('Alice')
    await phone.scan(code)
    expect((await site.phoneOf('Mallory').scan(code)).status).toBe(409)
    await sees(page, 'Another account has tried to scan this code too.')
    await sees(page, 'A••• has scanned')
    await phone.confirm()
    await greetedAs(page, 'Hello, Alice')
  })

  it('gives a code up when the person is not who has scanned it, and that phone can confirm nothing more', async ({
    newVisitor,
  }) => {
    const page = await signInPage(newVisitor, site)
    const code = await codeOn(page)
    const stranger = site.phoneOf('Mallory')
    await stranger.scan(code)
    await page.getByText('Not you? Get a new code').click()
    const next = await codeOn(page, code)
    expect((await stranger.confirm()).body.code).toBe('ticket_cancelled')
    const phone = site.phoneOf('Alice')
    await phone.scan(next)
    await phone.confirm()
    await greetedAs(page, 'Hello, Alice')
  })

  it('says that a sign-in was called off, and begins another', async ({ newVisitor }) => {
    const page = await signInPage(newVisitor, site)
    const code = await codeOn(page)
    await page.evaluate(() => {
      const { client } = document.querySelector('scan-login') as unknown as { client: { cancel(): Promise<void> } }
      return client.cancel()
    })
    await sees(page, 'Sign-in cancelled')
    expect((await site.phoneOf('Alice').scan(code)).body.code).toBe('ticket_cancelled')
    await page.locator(anew).click()
    await codeOn(page, code)
  })

  it('says all of it in Chinese', async ({ newVisitor }) => {
    const page = await signInPage(newVisitor, careful, 'zh-CN')
    const phone = careful.phoneOf('王小明')
    const code = await codeOn(page)
    await sees(page, '用手机扫描二维码')
    await sees(page, '不要扫描别人发来的登录二维码。')
    await phone.scan(code)
    await sees(page, '王••• 已扫码')
    const right = (await phone.confirm()).body.check_code ?? ''
    await sees(page, '请输入手机上显示的验证码')
    await page.locator(digits).fill(right)
    await greetedAs(page, '你好，王小明')
  })

  it('can be used with the keyboard alone', async ({ newVisitor }) => {
    const page = await signInPage(newVisitor, site)
    const phone = site.phoneOf('Alice')
    const code = await codeOn(page)
    const focused = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.textContent)
    while ((await focused()) !== 'Can’t scan?') await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('scan-login [part=user-code]').waitFor()
    await phone.scan(code)
    await phone.deny()
    await sees(page, 'Declined on the phone')
    // What had the focus is gone: it is now where the person goes on.
    expect(await focused()).toBe('Get a new code')
    await page.keyboard.press('Enter')
    await codeOn(page, code)
  })
})
