/** WeChat and the person's own app, one account: in real Chromium, with the simulated WeChat. */
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { type ScriptedPhone, scriptedPhone } from '../../../packages/scanlogin/src/testing/phone.ts'
import { it } from '../../browser/chromium.ts'
import { codeOn, greetedAs, sees } from '../../browser/screens.ts'
import { startServerSite } from '../../connectors/server-site.ts'
import { apiKey } from '../../start.ts'

type Site = Awaited<ReturnType<typeof startServerSite>>

describe('a person who has an account by their app', () => {
  it('comes by WeChat for the first time, says that it is theirs, and comes by it again', async ({ newVisitor }) => {
    const site = await startServerSite({ SCANLOGIN_FIRST_SIGHT: 'bind' })
    const visitor = await newVisitor()
    const page = await visitor.open(`${site.publicUrl}/connect/wechat/start`)
    await throughWechat(site, page)
    await sees(page, 'WeChat calls you “林小满”. We do not know you by that yet.')
    await scan(page, phoneOf(site, 'user-7'))
    await page.getByRole('button', { name: 'Yes, it is mine' }).click()
    await sees(page, 'From now on WeChat signs you in.')
    const later = await (await newVisitor()).open(`${site.publicUrl}/connect/wechat/start`)
    await throughWechat(site, later)
    await greetedAs(later, 'Hello, 林小满')
    expect(await userOn(later)).toBe('user-7')
  })

  it('adds WeChat on the account page, and removes it there', async ({ newVisitor }) => {
    const site = await startServerSite({ SCANLOGIN_FIRST_SIGHT: 'deny' })
    const page = await (await newVisitor({ locale: 'zh-CN' })).open(site.publicUrl)
    await scan(page, phoneOf(site, 'user-7'))
    await greetedAs(page, '你好，user-7')
    await page.goto(`${site.publicUrl}/account`)
    await sees(page, '尚未添加其他方式')
    await page.getByRole('link', { name: '添加微信' }).click()
    await throughWechat(site, page)
    await page.getByRole('button', { name: '是我的，添加' }).click()
    await page.getByRole('link', { name: '继续' }).click()
    const removal = page.locator('.identity button')
    await removal.click()
    await removal.click()
    await sees(page, '尚未添加其他方式')
    const later = await (await newVisitor()).open(`${site.publicUrl}/connect/wechat/start`)
    await throughWechat(site, later)
    await later.locator('meta[name=trouble][content=unknown_person]').waitFor({ state: 'attached' })
  })
})

describe('a person who has come by WeChat alone', () => {
  it('keeps their only way into the account', async ({ newVisitor }) => {
    const site = await startServerSite()
    const page = await (await newVisitor()).open(`${site.publicUrl}/connect/wechat/start`)
    await throughWechat(site, page)
    await greetedAs(page, 'Hello, 林小满')
    await page.goto(`${site.publicUrl}/account`)
    const removal = page.locator('.identity button')
    await removal.click()
    await removal.click()
    await sees(page, 'This is your only way into the account.')
  })
})

/** The page of WeChat shows its code; a phone scans and confirms, and the page comes back by itself. */
async function throughWechat(site: Site, page: Page): Promise<void> {
  await page.waitForURL(address => address.pathname.includes('qrconnect'))
  site.control.website.signIn('xiaoman')
  await page.waitForURL(address => address.origin === site.publicUrl)
}

async function scan(page: Page, phone: ScriptedPhone): Promise<void> {
  await phone.scan(await codeOn(page))
  await phone.confirm()
}

function phoneOf({ server }: Site, id: string): ScriptedPhone {
  return scriptedPhone({ url: `${server.url}/v1`, apiKey, user: { id } })
}

function userOn(page: Page): Promise<string> {
  return page.evaluate(async () => (await (await fetch('/v1/session')).json()).user.id)
}
