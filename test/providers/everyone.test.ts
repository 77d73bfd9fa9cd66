/** One code for everyone, in Chromium: the same QR code, opened by each provider's app and by a plain camera. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it, type NewVisitor } from '../browser/chromium.ts'
import { codeOn, greetedAs, idIn, sees } from '../browser/screens.ts'
import { openSite, type Site } from '../browser/site.ts'
import { endServers } from '../server/server.ts'
import { apps, type Cast, startCast, userAgents } from './cast.ts'

const folder = mkdtempSync(join(tmpdir(), 'scanlogin-providers-'))
let cast: Cast
let site: Site

beforeAll(async () => {
  cast = await startCast()
  site = await openSite({ ...cast.env, SCANLOGIN_DATABASE: `file:${join(folder, 'accounts.db')}` })
})

afterAll(async () => {
  await endServers()
  await cast.stop()
  rmSync(folder, { recursive: true })
})

const phoneSized: BrowserContextOptions = { viewport: { width: 390, height: 844 } }

/** The sign-in page, and the code on it. */
async function screenOf(newVisitor: NewVisitor): Promise<{ screen: Page; code: string }> {
  const screen = await (await newVisitor()).open(site.origin)
  return { screen, code: await codeOn(screen) }
}

/** On the provider's page, as on the way back. */
async function allow(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Allow' }).click()
}

async function confirmed(page: Page, screen: Page, name: string): Promise<void> {
  await page.locator('.view.ask .button.confirm').click()
  await greetedAs(screen, `Hello, ${name}`)
}

describe('the code on the page', () => {
  it.for(apps)('opened by %s asks there who it is, and ends with the same question', async (app, { newVisitor }) => {
    const { screen, code } = await screenOf(newVisitor)
    const phone = await newVisitor({ ...phoneSized, userAgent: userAgents[app] })
    const page = await phone.open(code)
    // WeCom tells of its members without asking them.
    if (app !== 'wecom') await allow(page)
    await sees(page, /^Sign in to localhost/)
    expect(page.url()).toBe(`${site.origin}/s`)
    const sent = phone.requests.map(request => `${request.url().split('#')[0]} ${request.headers().referer ?? ''}`)
    expect(sent.filter(text => text.includes(idIn(code)))).toEqual([])
    await confirmed(page, screen, '林小满')
    const cookies = await screen.context().cookies()
    expect(cookies.map(({ name }) => name)).not.toContain('scanlogin-phone')
  })

  it('opened on a phone that is known already asks no provider', async ({ newVisitor }) => {
    const first = await screenOf(newVisitor)
    const phone = await newVisitor({ ...phoneSized, userAgent: userAgents.wecom })
    await confirmed(await phone.open(first.code), first.screen, '林小满')
    const asked = cast.asked()
    const second = await screenOf(newVisitor)
    await confirmed(await phone.open(second.code), second.screen, '林小满')
    expect(cast.asked()).toBe(asked)
  })

  it('that is too old when the person comes back has been followed by others', async ({ newVisitor }) => {
    const { screen, code } = await screenOf(newVisitor)
    const page = await (await newVisitor({ ...phoneSized, userAgent: userAgents.feishu })).open(code)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    // Longer than a code is good for.
    await new Promise(resolve => setTimeout(resolve, 25_000))
    await allow(page)
    await confirmed(page, screen, '林小满')
  })

  it('opened by a plain camera leaves the choice, and comes back signed in', async ({ newVisitor }) => {
    const { screen, code } = await screenOf(newVisitor)
    const page = await (await newVisitor(phoneSized)).open(code)
    await sees(page, 'Who is using this phone?')
    const choices = await page.locator('.view.ways .button').allTextContents()
    expect(choices.map(text => text.replace('Continue with ', ''))).toEqual([
      'Alipay',
      'DingTalk',
      'Feishu',
      'QQ',
      'Scan again',
    ])
    // Their own pages would show this phone a code to scan.
    await sees(page, 'Or scan the code on the screen with WeChat or WeCom')
    await page.getByRole('button', { name: 'Continue with DingTalk' }).click()
    await page.waitForURL(/\/oauth2\/auth\?/)
    await sees(page, 'Scan this code with the simulated phone.')
    cast.dingtalk.control.signIn('aju')
    await confirmed(page, screen, '阿橘🍊')
  })

  it('speaks Chinese to who reads Chinese', async ({ newVisitor }) => {
    const { code } = await screenOf(newVisitor)
    const page = await (await newVisitor({ ...phoneSized, locale: 'zh-CN' })).open(code)
    await sees(page, '请先确认你是谁')
    await sees(page, '使用支付宝继续')
    await sees(page, '也可以直接用微信或企业微信扫描屏幕上的二维码。')
  })
})

describe('the way through a provider', () => {
  it('that is refused there ends with a way back to the scanner', async ({ newVisitor }) => {
    cast.dingtalk.control.conduct({ denial: 'told' })
    const { code } = await screenOf(newVisitor)
    const page = await (await newVisitor({ ...phoneSized, userAgent: userAgents.dingtalk })).open(code)
    await page.getByRole('button', { name: 'Refuse' }).click()
    await page.waitForURL(/\/connect\/dingtalk\?/)
    await page.locator('.note a.button').first().click()
    await page.waitForURL(`${site.origin}/s`)
    cast.dingtalk.control.conduct({ denial: 'silent' })
  })

  it('that goes on in another web view comes to nothing, and says so', async ({ newVisitor }) => {
    const { code } = await screenOf(newVisitor)
    const phone = { ...phoneSized, userAgent: userAgents.qq }
    const page = await (await newVisitor(phone)).open(code)
    await page.waitForURL(/\/visit\?id=/)
    const { callback } = cast.qq.control.confirm(new URL(page.url()).searchParams.get('id') ?? '')
    const elsewhere = await (await newVisitor(phone)).open(callback)
    await sees(elsewhere, /another browser/)
    expect(await elsewhere.locator('.note a.button').first().getAttribute('href')).toContain('/s')
    expect((await elsewhere.context().cookies()).map(({ name }) => name)).not.toContain('scanlogin-phone')
  })

  it('is not taken twice by itself, by somebody who comes back as nobody', async ({ newVisitor }) => {
    const { code } = await screenOf(newVisitor)
    const page = await (await newVisitor({ ...phoneSized, userAgent: userAgents.dingtalk })).open(code)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    await page.goto(`${site.origin}/s`)
    await sees(page, 'Who is using this phone?')
  })
})
