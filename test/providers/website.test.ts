/** The providers as ways to sign a browser in, on the sign-in page, in Chromium. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it } from '../browser/chromium.ts'
import { greetedAs, sees } from '../browser/screens.ts'
import { openSite, type Site } from '../browser/site.ts'
import { endServers } from '../server/server.ts'
import { type Cast, startCast } from './cast.ts'

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

const providers = [
  ['alipay', 'Alipay'],
  ['dingtalk', 'DingTalk'],
  ['feishu', 'Feishu'],
  ['qq', 'QQ'],
  ['wecom', 'WeCom'],
] as const

describe('the sign-in page', () => {
  it.for(providers)('signs in by %s, in a browser and on no phone', async ([provider, name], { newVisitor }) => {
    const page = await (await newVisitor()).open(site.origin)
    await page.locator(`a[href^="/connect/${provider}/start"]`).click()
    await sees(page, `Sign in to Simulated`)
    await sees(page, `with ${name}`)
    cast[provider].control.signIn('aju')
    await greetedAs(page, 'Hello, 阿橘🍊')
    expect(page.url()).toBe(`${site.origin}/`)
    const cookies = (await page.context().cookies()).map(cookie => cookie.name)
    expect(cookies).toContain('scanlogin-session')
    expect(cookies).not.toContain('scanlogin-phone')
  })

  it.for(providers)(
    'says what is wrong when %s gives no answer that can be read',
    async ([provider], { newVisitor }) => {
      const page = await (await newVisitor()).open(site.origin)
      await page.locator(`a[href^="/connect/${provider}/start"]`).click()
      await sees(page, 'Scan this code with the simulated phone.')
      cast[provider].control.fault({ action: 'html502', match: exchanges[provider] })
      cast[provider].control.signIn('aju')
      await page.waitForURL(`${site.origin}/connect/${provider}?**`)
      await page.locator('.note h1').waitFor()
      expect(await page.locator(`.note a[href^="/connect/${provider}/start"]`).count()).toBe(1)
      expect((await page.context().cookies()).map(cookie => cookie.name)).not.toContain('scanlogin-session')
    },
  )
})

/** The call that takes the code. */
const exchanges = {
  alipay: '/gateway.do',
  dingtalk: '/userAccessToken',
  feishu: '/oauth/token',
  qq: '/oauth2.0/token',
  wecom: '/auth/getuserinfo',
} as const
