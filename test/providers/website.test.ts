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
  const database = `file:${join(folder, 'accounts.db')}`
  site = await openSite({ ...cast.env, SCANLOGIN_DATABASE: database, SCANLOGIN_LOG_LEVEL: 'debug' })
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

/** Codes and states that callbacks have brought. */
const seen: string[] = []

function longIn(callback: string): string[] {
  return [...new URL(callback).searchParams.values()].filter(value => value.length > 20)
}

describe('the sign-in page', () => {
  it.for(providers)('signs in by %s, in a browser and on no phone', async ([provider, name], { newVisitor }) => {
    const page = await (await newVisitor()).open(site.origin)
    await page.locator(`a[href*="/connect/${provider}/start"]`).click()
    await sees(page, `Sign in to Simulated`)
    await sees(page, `with ${name}`)
    const { callback } = cast[provider].control.signIn('aju')
    seen.push(...longIn(callback))
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
      await page.locator(`a[href*="/connect/${provider}/start"]`).click()
      await sees(page, 'Scan this code with the simulated phone.')
      cast[provider].control.fault({ action: 'html502', match: exchanges[provider] })
      cast[provider].control.signIn('aju')
      await page.waitForURL(`${site.origin}/connect/${provider}?**`)
      await page.locator('.note h1').waitFor()
      expect(await page.locator(`.note a[href*="/connect/${provider}/start"]`).count()).toBe(1)
      expect((await page.context().cookies()).map(cookie => cookie.name)).not.toContain('scanlogin-session')
    },
  )
})

describe('the log of the server', () => {
  it('tells which provider has known somebody, and nothing that is secret or about them', () => {
    const log = site.output()
    for (const [provider] of providers) expect(log).toContain(`"provider":"${provider}"`)
    const secrets = [...cast.env.SCANLOGIN_PROVIDERS.matchAll(/"(?:clientSecret|secret|privateKey)":"([^"]+)"/g)]
    expect([secrets.length, seen.length]).toEqual([5, 10])
    for (const secret of [...secrets.map(([, secret = '']) => secret), ...seen]) expect(log).not.toContain(secret)
    // The person's name, and ids as the providers spell them.
    expect(log).not.toMatch(/阿橘|\bo[un]_[\w-]{20}|UID_|2088\d{12}/)
  })
})

/** The call that takes the code. */
const exchanges = {
  alipay: '/gateway.do',
  dingtalk: '/userAccessToken',
  feishu: '/oauth/token',
  qq: '/oauth2.0/token',
  wecom: '/auth/getuserinfo',
} as const
