/** Sign in with WeChat as people see it: real Chromium, the server as it is shipped, the simulated WeChat. */
import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { it } from '../../browser/chromium.ts'
import { greetedAs, sees } from '../../browser/screens.ts'
import { insideWechat, startServerSite } from '../server-site.ts'

type Site = Awaited<ReturnType<typeof startServerSite>>

describe('the sign-in page', () => {
  it('signs in by WeChat in the whole window, and greets the person', async ({ newVisitor }) => {
    const site = await startServerSite()
    const page = await (await newVisitor()).open(site.publicUrl)
    await tab(page, 'WeChat').click()
    await page.getByText('Open it in the whole window').click()
    await confirmed(site, page, 'xiaoman')
    await greetedAs(page, 'Hello, 林小满')
    expect(page.url()).toBe(`${site.publicUrl}/`)
  })

  it('shows WeChat’s code in a frame that leaves for the whole window', async ({ newVisitor }) => {
    const site = await startServerSite()
    const page = await (await newVisitor()).open(site.publicUrl)
    await tab(page, 'WeChat').click()
    await page.frameLocator('iframe').locator('img').first().waitFor()
    await picture(page, 'frame')
    await confirmed(site, page, 'aju')
    await greetedAs(page, 'Hello, 阿橘🍊')
  })

  it('says in the frame what keeps WeChat’s code from standing there, and goes on in the whole window', async ({
    newVisitor,
  }) => {
    const site = await startServerSite({ SCANLOGIN_SIGN_INS_PER_NETWORK: '1', SCANLOGIN_TRUSTED_PROXIES: '1' })
    const visitor = await newVisitor()
    // From this machine itself nothing is counted: this is what a proxy would add.
    await visitor.context.route('**/connect/wechat/start*', route =>
      route.continue({ headers: { ...route.request().headers(), 'x-forwarded-for': '203.0.113.7' } }),
    )
    const page = await visitor.open(site.publicUrl)
    for (let i = 0; i < 2; i++) {
      await tab(page, 'App').click()
      await tab(page, 'WeChat').click()
      await page.frameLocator('iframe').locator('h1').waitFor()
    }
    await page.frameLocator('iframe').getByText('Too many sign-ins at once').waitFor()
    await picture(page, 'frame-trouble')
    await page.frameLocator('iframe').getByText('Other ways to sign in').click()
    await page.locator('scan-login').waitFor()
  })

  it('turns back to our own code, and between the two by arrow keys', async ({ newVisitor }) => {
    const site = await startServerSite()
    const page = await (await newVisitor({ locale: 'zh-CN' })).open(site.publicUrl)
    await page.locator('scan-login').waitFor()
    await picture(page, 'tabs-zh')
    await tab(page, 'App 扫码').focus()
    await page.keyboard.press('ArrowRight')
    await page.locator('iframe').waitFor()
    expect(await tab(page, '微信').getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('ArrowLeft')
    await page.locator('scan-login').waitFor()
    expect(await page.locator('iframe').count()).toBe(0)
  })
})

describe('a sign-in that comes to nothing', () => {
  it('after the person has said no says so, and begins again', async ({ newVisitor }) => {
    const site = await startServerSite()
    site.control.conduct({ denial: 'stateOnly' })
    const page = await (await newVisitor()).open(`${site.publicUrl}/connect/wechat/start`)
    await page.locator('img').first().waitFor()
    const uuid = site.control.website.codes().at(-1)?.uuid ?? ''
    site.control.website.scan(uuid, 'river')
    site.control.website.deny(uuid)
    await sees(page, 'You said no')
    await picture(page, 'denied')
    await page.getByText('Try again').click()
    await confirmed(site, page, 'river')
    await greetedAs(page, 'Hello, River')
  })

  it('stays on WeChat’s page with a new code when the old one is over', async ({ newVisitor }) => {
    const site = await startServerSite()
    const page = await (await newVisitor()).open(`${site.publicUrl}/connect/wechat/start`)
    await page.locator('img').first().waitFor()
    const [first] = site.control.website.codes()
    site.control.website.expire(first?.uuid ?? '')
    await page.waitForFunction(() => document.querySelector('img') !== null)
    await confirmed(site, page, 'aju')
    await greetedAs(page, 'Hello, 阿橘🍊')
  })

  it.for([
    ['40029', { action: 'errcode', errcode: 40029 }, 'That did not work', 'Try again'],
    ['42001', { action: 'errcode', errcode: 42001 }, 'That did not work', 'Try again'],
    ['-1', { action: 'busy', times: 3 }, 'The provider is busy', 'Try again'],
    ['a broken line', { action: 'resetBefore' }, 'The provider cannot be reached', 'Try again'],
    ['HTML', { action: 'html502' }, 'The provider is out of order', 'Try again'],
    ['a wrong secret', { action: 'errcode', errcode: 40125 }, 'This way is out of order', 'Other ways to sign in'],
  ] as const)(
    'because of %s says what, in both languages, with a way on',
    async ([name, fault, title, way], { newVisitor }) => {
      const site = await startServerSite()
      const page = await (await newVisitor()).open(`${site.publicUrl}/connect/wechat/start`)
      site.control.fault({ match: '/sns/oauth2/access_token', ...fault })
      await confirmed(site, page, 'xiaoman')
      await sees(page, title)
      await page.getByText('中文').click()
      await picture(page, `trouble-${name.replace(/\W+/g, '-')}`)
      expect(await page.title()).not.toBe(title)
      await page.getByText('EN', { exact: true }).click()
      await page.getByText(way, { exact: true }).click()
      if (way === 'Try again') await page.locator('img').first().waitFor()
      else await page.locator('scan-login').waitFor()
    },
  )

  it('because a policy says no says why, in both languages', async ({ newVisitor }) => {
    const site = await startServerSite({ SCANLOGIN_ALLOWED_NETWORKS: '10.0.0.0/8' })
    const page = await (await newVisitor()).open(`${site.publicUrl}/connect/wechat/start`)
    await confirmed(site, page, 'xiaoman')
    await sees(page, 'This site does not let you in this way')
    await sees(page, 'This site can only be signed in to from certain networks.')
    await page.getByText('中文').click()
    await sees(page, '本站只允许从指定的网络登录。')
    await picture(page, 'trouble-forbidden')
  })

  it('in another browser warns of a fraud', async ({ newVisitor }) => {
    const site = await startServerSite()
    const page = await (await newVisitor()).open(`${site.publicUrl}/connect/wechat/start`)
    await page.locator('img').first().waitFor()
    const { callback } = site.control.website.signIn('aju')
    const other = await (await newVisitor()).open(callback)
    await sees(other, 'That was begun in another browser')
    await picture(other, 'other-browser')
  })
})

describe("our ordinary code, opened by WeChat's scanner", () => {
  it('makes the phone known by WeChat, asks as ever, and signs the browser in', async ({ newVisitor }) => {
    const site = await startServerSite()
    const browser = await (await newVisitor()).open(site.publicUrl)
    await browser.waitForFunction(
      () => (document.querySelector('scan-login') as { payload?: string } & Element)?.payload,
    )
    const code = await browser.evaluate(
      () => (document.querySelector('scan-login') as { payload?: string } & Element)?.payload ?? '',
    )
    const visitor = await newVisitor({ userAgent: insideWechat, viewport: { width: 390, height: 780 } })
    const phone = await visitor.open(code)
    await phone.waitForURL(/\/connect\/oauth2\/authorize\?request=/)
    await phone.goto(await allowed(site, 'xiaoman'))
    await sees(phone, /Sign in to/)
    await picture(phone, 'inside-wechat')
    for (const request of visitor.requests)
      expect(decodeURIComponent(request.url().split('#')[0] ?? '')).not.toContain(code.split('#')[1])
    await phone.getByRole('button', { name: 'Sign in' }).click()
    await greetedAs(browser, 'Hello, 林小满')
  })
})

function tab(page: Page, name: string) {
  return page.getByRole('tab', { name })
}

/** The person scans the code that this page shows, once it is there, and says yes. */
async function confirmed({ control }: Site, page: Page, person: string): Promise<void> {
  await page.waitForFunction(() => document.readyState === 'complete')
  for (const end = Date.now() + 20_000; control.website.codes().every(({ status }) => status !== 'waiting'); ) {
    if (Date.now() > end) throw new Error('no code of WeChat is shown')
    await page.waitForTimeout(50)
  }
  control.website.signIn(person)
}

/** Gives where WeChat sends the page then. */
async function allowed({ control }: Site, person: string): Promise<string> {
  for (const end = Date.now() + 20_000; control.web.requests().length === 0; ) {
    if (Date.now() > end) throw new Error('no page inside WeChat asks')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return control.web.allow(control.web.requests()[0]?.id ?? '', person).callback
}

/** For whoever wants to look: `SCREENS=folder`. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENS
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: `${folder}/${name}.png` })
}
