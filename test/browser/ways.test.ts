/** The tabs of `<scan-login>` on the sign-in page, and on a page of another team; in front of the simulated WeChat. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import decodeQr from 'qr/decode.js'
import { describe, expect, onTestFinished } from 'vitest'
import { startServerSite } from '../connectors/server-site.ts'
import { mini } from '../simulator/wechat.ts'
import { miniSettings, startMiniSite } from '../wechat/mini-site.ts'
import { linkIn, startSceneSite } from '../wechat/site.ts'
import { it } from './chromium.ts'
import { picture } from './picture.ts'
import { codeOn, greetedAs, idIn, sees } from './screens.ts'

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true })

describe('the tabs', () => {
  it('are reached by one stop of the Tab key, and turned by arrows, Home and End', async ({ newVisitor }) => {
    const site = await startSceneSite('safe', miniSettings)
    const page = await (await newVisitor()).open(site.publicUrl)
    await codeOn(page)
    const names = ['App', 'WeChat', 'WeChat account', 'Mini program']
    expect(await page.getByRole('tab').allTextContents()).toEqual(names)
    expect(await page.getByRole('tablist', { name: 'Ways to sign in' }).count()).toBe(1)
    await tab(page, 'App').focus()
    for (const [key, chosen] of [
      ['ArrowRight', 'WeChat'],
      ['ArrowLeft', 'App'],
      ['ArrowLeft', 'Mini program'],
      ['ArrowRight', 'App'],
      ['End', 'Mini program'],
      ['Home', 'App'],
      ['x', 'App'],
    ] as const) {
      await page.keyboard.press(key)
      const states = await page
        .getByRole('tab')
        .evaluateAll(all => all.map(one => [one.ariaSelected, (one as HTMLElement).tabIndex, one.matches(':focus')]))
      const wanted = names.map(name => (name === chosen ? ['true', 0, true] : ['false', -1, false]))
      expect(states, `${key} → ${chosen}`).toEqual(wanted)
      await page.getByRole('tabpanel', { name: chosen, exact: true }).waitFor()
    }
  })

  it('ask WeChat for nothing before one of them is chosen, and leave our own ticket as it is', async ({
    newVisitor,
  }) => {
    const site = await startServerSite()
    const visitor = await newVisitor()
    const page = await visitor.open(site.publicUrl)
    const ticket = idIn(await codeOn(page))
    const asked = () => visitor.requests.map(one => `${one.method()} ${new URL(one.url()).pathname}`)
    expect(asked().filter(one => one.includes('/connect/'))).toEqual([])
    await tab(page, 'WeChat').click()
    await page.frameLocator('iframe').locator('img').first().waitFor()
    await tab(page, 'App').click()
    expect(await page.locator('iframe').count()).toBe(0)
    expect(idIn(await codeOn(page))).toBe(ticket)
    expect(asked().filter(one => one === 'POST /v1/tickets')).toHaveLength(1)
  })

  it('say that our own code was scanned while WeChat’s is looked at', async ({ newVisitor }) => {
    const apiKey = 'an-api-key-of-the-tests-own-back-end'
    const site = await startServerSite({ SCANLOGIN_API_KEY: apiKey })
    const page = await (await newVisitor()).open(site.publicUrl)
    const qr = await codeOn(page)
    await tab(page, 'WeChat').click()
    const reply = await fetch(`${site.server.url}/v1/scan`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ qr, user: { id: 'alice', name: 'Alice' } }),
    })
    expect(reply.status).toBe(200)
    await tab(page, 'App: The code was scanned').waitFor()
    expect(await page.locator('iframe').count()).toBe(1)
    await picture(page, 'ways-news')
    await tab(page, 'App: The code was scanned').click()
    await sees(page, 'A••• has scanned')
    expect(await tab(page, 'App').count()).toBe(1)
  })

  it('work on a page of another team with the strictest policy, in two lines, and lead back there', async ({
    newVisitor,
  }) => {
    const team = await openTeam()
    const home = `${team.origin}/home`
    const site = await startServerSite({ SCANLOGIN_ALLOWED_ORIGINS: team.origin, SCANLOGIN_RETURN_TO: home })
    const { publicUrl, url } = site
    team.policy = `default-src 'none'; script-src ${publicUrl}; connect-src ${publicUrl}; frame-src ${publicUrl} ${url}; require-trusted-types-for 'script'`
    team.body = `<script type="module" src="${publicUrl}/assets/scan-login.js"></script>
      <scan-login base="${publicUrl}/v1" return-to="${home}" ways="wechat wechat-mini alipay"></scan-login>`
    const page = await (await newVisitor()).context.newPage()
    await page.goto(team.origin)
    await codeOn(page)
    // A code of the mini program is made for pages of the site itself alone.
    expect(await page.getByRole('tab').allTextContents()).toEqual(['App', 'WeChat'])
    expect(await page.getByRole('link', { name: 'Sign in with Alipay' }).getAttribute('href')).toBe(
      `${publicUrl}/connect/alipay/start?${new URLSearchParams({ return_to: home })}`,
    )
    await picture(page, 'ways-team')
    await tab(page, 'WeChat').click()
    await page.frameLocator('iframe').locator('img').first().waitFor()
    site.control.website.signIn('aju')
    await page.waitForURL(home)
  })
})

describe('the tab of an official account', () => {
  it('shows a code that leads to a question of ours, which signs the browser in', async ({ newVisitor }) => {
    const site = await startSceneSite()
    const page = await (await newVisitor()).open(site.publicUrl)
    await tab(page, 'WeChat account').click()
    await sees(page, 'then open the link that our account sends you')
    const read = await readCode(page)
    const code = site.control.accounts.codes().find(({ id }) => read.endsWith(`/${id}`))
    await picture(page, 'ways-account')
    const { shown } = await site.control.accounts.scan(code?.ticket ?? read, 'xiaoman')
    await sees(page, 'Now confirm on the phone.')
    const phone = site.phoneOf('xiaoman')
    await phone.press('confirm', await phone.visit(linkIn(shown)))
    await greetedAs(page, 'Hello, ')
  })

  it('says so where the person has said no, and has another code then', async ({ newVisitor }) => {
    const site = await startSceneSite()
    const page = await (await newVisitor()).open(site.publicUrl)
    await tab(page, 'WeChat account').click()
    await sees(page, 'then open the link that our account sends you')
    const first = site.control.accounts.codes().at(-1)?.ticket ?? ''
    const { shown } = await site.control.accounts.scan(first, 'xiaoman')
    const phone = site.phoneOf('xiaoman')
    await phone.press('deny', await phone.visit(linkIn(shown)))
    await sees(page, 'Declined on the phone')
    await page.getByRole('button', { name: 'Get a new code' }).click()
    await sees(page, 'then open the link that our account sends you')
    expect(site.control.accounts.codes()).toHaveLength(2)
    expect(await tab(page, 'WeChat account').getAttribute('aria-selected')).toBe('true')
  })

  it('says so where WeChat gives no code, and asks again when told to', async ({ newVisitor }) => {
    const site = await startSceneSite()
    const page = await (await newVisitor({ locale: 'zh-CN', colorScheme: 'dark' })).open(site.publicUrl)
    await codeOn(page)
    site.control.fault({ match: '/cgi-bin/qrcode/create', action: 'errcode', errcode: 45009, times: 1 })
    await tab(page, '公众号').click()
    await sees(page, '暂时无法使用这种方式')
    await picture(page, 'ways-account-none')
    await page.getByRole('button', { name: '重试' }).click()
    await sees(page, '用微信扫描，然后打开公众号发来的链接')
    await tab(page, 'App 扫码').click()
    await sees(page, '无法扫码？')
  })
})

describe('the tab of a mini program', () => {
  it('shows its picture once for a ticket, without a policy for pictures, and signs in who confirms', async ({
    newVisitor,
  }) => {
    const site = await startMiniSite()
    const visitor = await newVisitor()
    const page = await visitor.open(site.publicUrl)
    await codeOn(page)
    for (const name of ['Mini program', 'App', 'Mini program']) await tab(page, name).click()
    await sees(page, 'then confirm in the mini program')
    await picture(page, 'ways-mini')
    expect(visitor.requests.filter(one => one.url().endsWith('/connect/wechat-mini/code'))).toHaveLength(1)
    const opened = site.control.mini.open((await readCode(page)).replace(/^.*\//, ''), 'xiaoman')
    const scene = decodeURIComponent(opened.query.scene ?? '')
    const session = await site.call('/connect/wechat-mini/session', { js_code: opened.jsCode })
    const phone = site.phoneWith(String(session.body.token))
    const scanned = await phone.scan(scene)
    await sees(page, 'has scanned')
    await phone.confirm(scanned)
    await greetedAs(page, 'Hello, ')
  })
})

describe('all ways on one page', () => {
  it('fit on narrow and wide screens, light and dark, in both languages', async ({ newVisitor }) => {
    const qq = { clientId: '101000000', clientSecret: 'simulated' }
    const site = await startSceneSite('safe', { ...miniSettings, SCANLOGIN_PROVIDERS: JSON.stringify({ qq }) })
    site.control.setApp({ appid: mini.appid, pages: ['pages/confirm/confirm'] })
    for (const { colorScheme, locale, width } of screens) {
      const visitor = await newVisitor({ colorScheme, locale, viewport: { width, height: 800 } })
      const page = await visitor.open(site.publicUrl)
      await codeOn(page)
      for (const [index, one] of (await page.getByRole('tab').all()).entries()) {
        await one.click()
        if (index === 1) await page.frameLocator('iframe').locator('img').first().waitFor()
        else await page.locator('scan-login [part=code] :is(svg, canvas)').waitFor()
        await picture(page, `all-${colorScheme}-${locale}-${width}-${index}`)
        const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(overhang, `${colorScheme} ${locale} ${width} ${index}`).toBeLessThanOrEqual(0)
      }
      await visitor.context.close()
    }
  })
})

const screens = (['light', 'dark'] as const).flatMap(colorScheme =>
  (['en', 'zh-CN'] as const).flatMap(locale => ([360, 1280] as const).map(width => ({ colorScheme, locale, width }))),
)

/** A site of somebody else's on the same host, whose page is what a test writes. */
async function openTeam() {
  const team = { origin: '', policy: '', body: '' }
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': team.policy })
    response.end(`<!doctype html><html lang="en"><title>Team</title>${team.body}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  // A TCP server that listens has such an address.
  team.origin = `http://localhost:${(server.address() as AddressInfo).port}`
  return team
}

/** What a scanner reads in the picture of the code. */
async function readCode(page: Page): Promise<string> {
  const png = await page.locator('scan-login [part=code]').screenshot()
  const blank = await page.context().newPage()
  const { width, height, pixels } = await blank.evaluate(async base64 => {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    canvas?.drawImage(bitmap, 0, 0)
    const { width, height } = bitmap
    return { width, height, pixels: [...(canvas?.getImageData(0, 0, width, height).data ?? [])] }
  }, png.toString('base64'))
  await blank.close()
  return decodeQr({ width, height, data: Uint8Array.from(pixels) })
}
