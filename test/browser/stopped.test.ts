/** What people find on the sign-in page while an administrator has stopped all new sign-ins. */
import { afterAll, describe, expect } from 'vitest'
import { type Administrator, administrator, consoleKey } from '../console/administrator.ts'
import { endServers } from '../server/server.ts'
import { it } from './chromium.ts'
import { picture } from './picture.ts'
import { codeOn, sees } from './screens.ts'
import { openSite, type Site } from './site.ts'

afterAll(endServers)

async function openStoppedSite(reason: string): Promise<{ site: Site; admin: Administrator }> {
  const site = await openSite({ SCANLOGIN_CONSOLE_KEY: consoleKey })
  const admin = administrator({ url: site.api.replace(/\/v1$/, ''), origin: site.origin })
  await admin.enter()
  expect((await admin.call('POST', '/console/halt', { body: { reason } })).status).toBe(204)
  return { site, admin }
}

describe('the sign-in page of a site that takes no new sign-ins', () => {
  it('shows the reason as it was written, says to come back later, and goes on when told to', async ({
    newVisitor,
  }) => {
    const { site, admin } = await openStoppedSite('Codes are being sent around. <b>Ask +1 555 0100</b>')
    const page = await (await newVisitor()).open(site.origin)
    await sees(page, 'No sign-ins at the moment')
    await sees(page, 'Codes are being sent around. <b>Ask +1 555 0100</b>')
    await sees(page, 'Please try again later.')
    await picture(page, 'stopped-en')
    const refused = page.waitForResponse(reply => reply.status() === 429)
    await page.getByRole('button', { name: 'Try now' }).click()
    await refused
    expect((await admin.call('DELETE', '/console/halt')).status).toBe(204)
    await page.getByRole('button', { name: 'Try now' }).click()
    await codeOn(page)
  })

  it('says it in Chinese, without what could turn the reason around', async ({ newVisitor }) => {
    const { site } = await openStoppedSite('系统\u202e维护\n到 22:00')
    const page = await (await newVisitor({ locale: 'zh-CN', colorScheme: 'dark' })).open(site.origin)
    await sees(page, '暂时无法登录')
    await sees(page, '请稍后再试')
    expect(await page.locator('scan-login [part=text]').textContent()).toBe('系统维护 到 22:00')
    await picture(page, 'stopped-zh-dark')
  })
})
