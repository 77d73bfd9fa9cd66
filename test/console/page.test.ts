/** The console in real Chromium. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { scriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { it } from '../browser/chromium.ts'
import { codeOn, sees } from '../browser/screens.ts'
import { apiKey, openSite, type Site } from '../browser/site.ts'
import { endServers } from '../server/server.ts'
import { consoleKey } from './administrator.ts'

let site: Site

beforeAll(async () => {
  site = await openSite({ SCANLOGIN_CONSOLE_KEY: consoleKey, SCANLOGIN_ADMINS: 'carol' })
})

afterAll(endServers)

async function enterByKey(page: Page): Promise<void> {
  await page.getByLabel('Key of the console').fill(consoleKey)
  await page.keyboard.press('Enter')
  await page.getByText('Browsers waiting').waitFor()
}

function phoneOf(id: string) {
  return scriptedPhone({ url: site.api, apiKey, user: { id, name: 'Somebody' } })
}

/** The status that a browser gets which begins a sign-in. */
async function begin({ api, origin }: Site): Promise<number> {
  const { browser } = createActors({ url: api, origin, apiKey })
  return (await browser.create()).status
}

describe('the page of the console', () => {
  it('is opened by the key alone, without a mouse', async ({ newVisitor }) => {
    const visitor = await newVisitor()
    const page = await visitor.open(`${site.origin}/console`)
    await page.getByLabel('Key of the console').fill('not the key')
    await page.keyboard.press('Enter')
    await sees(page, 'That is not the key.')
    await enterByKey(page)
    await page.reload()
    await sees(page, 'Browsers waiting')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Key of the console').waitFor()
  })

  it('is opened by an administrator’s phone, and by nobody else’s', async ({ newVisitor }) => {
    for (const [id, text] of [
      ['carol', 'Browsers waiting'],
      ['mallory', 'Your account is not one of the administrators.'],
    ] as const) {
      const visitor = await newVisitor()
      const page = await visitor.open(`${site.origin}/console`)
      const phone = phoneOf(id)
      await phone.scan(await codeOn(page))
      await phone.confirm()
      await sees(page, text)
    }
  })

  it('shows a sign-in without being loaded again', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(`${site.origin}/console`)
    await enterByKey(page)
    await sees(page, 'live')
    const guest = await (await newVisitor()).open(site.origin)
    const phone = phoneOf('dave')
    await phone.scan(await codeOn(guest))
    await phone.deny()
    await page.locator('td .badge', { hasText: 'denied' }).first().waitFor()
    const chart = page.getByRole('img', { name: /^Codes shown, each 10 s: \d+ in ten minutes/ })
    expect(await chart.locator('rect').count()).toBeGreaterThan(0)
    expect(await page.locator('body').textContent()).not.toContain('dave')
  })

  it('says when nothing comes any more, and goes on by itself', async ({ newVisitor }) => {
    const own = await openSite({ SCANLOGIN_CONSOLE_KEY: consoleKey })
    const page = await (await newVisitor()).open(`${own.origin}/console`)
    await enterByKey(page)
    await own.stop()
    await sees(page, 'no connection, trying again')
    await own.start()
    // The store was in the process that ended, and with it the cookie's other half.
    await page.getByLabel('Key of the console').waitFor()
  })

  it('stops new sign-ins and lets them begin again, and says which of the two it is', async ({ newVisitor }) => {
    const own = await openSite({ SCANLOGIN_CONSOLE_KEY: consoleKey })
    const page = await (await newVisitor()).open(`${own.origin}/console`)
    await enterByKey(page)
    await page.getByLabel('Reason, which callers are told').fill('Codes are being sent around')
    await page.getByRole('button', { name: 'Stop new sign-ins' }).click()
    await sees(page, 'New sign-ins are stopped: Codes are being sent around')
    expect(await begin(own)).toBe(429)
    await page.getByRole('button', { name: 'Let sign-ins begin again' }).click()
    await sees(page, 'On every node, until somebody lifts it.')
    expect(await begin(own)).toBe(201)
    await page.getByLabel('User id').fill('nobody-at-all')
    await page.getByRole('button', { name: 'End sessions' }).click()
    await sees(page, '0 sessions have ended.')
  })

  it('speaks Chinese, and nothing is wider than a phone', async ({ newVisitor }) => {
    const visitor = await newVisitor({ locale: 'zh-CN', viewport: { width: 375, height: 800 } })
    const page = await visitor.open(`${site.origin}/console`)
    await page.getByLabel('控制台密钥').fill(consoleKey)
    await page.keyboard.press('Enter')
    await sees(page, '等待中的浏览器')
    await sees(page, '实时')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375)
  })
})
