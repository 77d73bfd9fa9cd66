/** One ticket on the page of the console, in real Chromium: by mouse, by keyboard, and as a screen reader is told of it. */
import { createHash } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { it, type NewVisitor } from '../browser/chromium.ts'
import { sees } from '../browser/screens.ts'
import { apiKey, openSite, type Site } from '../browser/site.ts'
import { endServers } from '../server/server.ts'
import { consoleKey } from './administrator.ts'

let site: Site

beforeAll(async () => {
  site = await openSite({ SCANLOGIN_CONSOLE_KEY: consoleKey })
})

afterAll(endServers)

const markOf = (id: string) => createHash('sha256').update(id).digest('base64url').slice(0, 12)

/** A console that is open, and a sign-in that a phone has scanned. */
async function begin(newVisitor: NewVisitor, options?: Parameters<NewVisitor>[0]) {
  const people = createActors({ url: site.api, origin: site.origin, apiKey })
  await people.browser.create()
  await people.phone.scan(people.browser.ticket.qr.url)
  const page = await (await newVisitor(options)).open(`${site.origin}/console`)
  await page.locator('#key').fill(consoleKey)
  await page.keyboard.press('Enter')
  return { ...people, page, mark: markOf(people.browser.ticket.id) }
}

async function find(page: Page, mark: string): Promise<void> {
  await page.getByLabel('Ticket, as the log names it (12 characters)').fill(mark)
  await page.keyboard.press('Enter')
}

const typesOn = (page: Page) => page.getByRole('dialog').locator('.story .badge').allTextContents()

describe('a ticket on the page of the console', () => {
  it('is opened from a recent event, and its history goes on by itself', async ({ newVisitor }) => {
    const { page, phone, browser, mark } = await begin(newVisitor)
    await page
      .getByRole('button', { name: `${mark}, history` })
      .first()
      .click()
    const dialog = page.getByRole('dialog', { name: `Ticket ${mark}` })
    await dialog.getByText('Scanned, waits for the person').first().waitFor()
    expect(await typesOn(page)).toEqual(['Code shown', 'Scanned'])
    await phone.confirm()
    await browser.redeem()
    await sees(page, 'the browser is signed in')
    expect(await typesOn(page)).toEqual(['Code shown', 'Scanned', 'Confirmed', 'Signed in'])
    expect(await page.getByRole('button', { name: 'End this sign-in' }).count()).toBe(0)
    const text = (await page.locator('body').textContent()) ?? ''
    for (const hidden of [phone.user?.id ?? 'nobody', browser.ticket.id, '127.0.0.1'])
      expect(text).not.toContain(hidden)
  })

  it('is found by its name in the log, and what has no history is said to have none', async ({ newVisitor }) => {
    const { page, mark } = await begin(newVisitor)
    await find(page, 'AAAAAAAAAAAA')
    await sees(page, 'There is no history of this ticket')
    await find(page, `"${mark}",`)
    await page.getByRole('dialog', { name: `Ticket ${mark}` }).waitFor()
    // Whoever closes it is told nothing of the one that was not there.
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await page.locator('#found').textContent()).toBe('')
  })

  it('is ended after a question, and not without an answer to it', async ({ newVisitor }) => {
    const { page, browser, mark } = await begin(newVisitor)
    await find(page, mark)
    await page.getByRole('button', { name: 'End this sign-in' }).click()
    await page.getByRole('button', { name: 'No, keep it' }).click()
    expect((await browser.read()).body).toMatchObject({ state: 'scanned' })
    const waits = browser.wait(2, 25)
    await page.getByRole('button', { name: 'End this sign-in' }).click()
    await page.getByRole('button', { name: 'Yes, end it' }).click()
    expect((await waits).body).toMatchObject({ state: 'cancelled' })
    await sees(page, 'an administrator has ended it')
    expect(await page.getByRole('dialog').locator('li').last().textContent()).toContain('administrator with the key')
  })

  it('that has ended while the question stood takes the question back', async ({ newVisitor }) => {
    const { page, phone, mark } = await begin(newVisitor)
    await find(page, mark)
    await page.getByRole('button', { name: 'End this sign-in' }).click()
    await phone.deny()
    await sees(page, 'the person said no on the phone')
    await page.getByRole('button', { name: 'Yes, end it' }).waitFor({ state: 'hidden' })
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('ticket-title')
  })

  it('needs no mouse: keys open it, walk through it, end it, and lead back to where it was opened', async ({
    newVisitor,
  }) => {
    const { page, browser, mark } = await begin(newVisitor)
    const opener = page.getByRole('button', { name: `${mark}, history` }).first()
    await opener.focus()
    const key = await opener.getAttribute('data-key')
    // The list is drawn anew all the while; the button that has the focus keeps it.
    const drawn = page.waitForFunction(old => document.activeElement !== old, await opener.elementHandle())
    await drawn
    expect(await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.key)).toBe(key)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('ticket-title')
    await page.keyboard.press('Escape')
    await page.waitForFunction(wanted => (document.activeElement as HTMLElement | null)?.dataset.key === wanted, key)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    const steps = ['Close', 'End this sign-in']
    for (const name of steps) {
      await page.keyboard.press('Tab')
      expect(await nameOfFocus(page)).toBe(name)
    }
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('ticket-question')
    await page.keyboard.press('Tab')
    expect(await nameOfFocus(page)).toBe('Yes, end it')
    await page.keyboard.press('Enter')
    await sees(page, 'an administrator has ended it')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('ticket-title')
    expect((await browser.read()).body).toMatchObject({ state: 'cancelled' })
  })

  it('is told to screen readers: a dialog with a name and a state, a list, and a word for each change', async ({
    newVisitor,
  }) => {
    const { page, mark, phone } = await begin(newVisitor)
    await find(page, mark)
    const dialog = page.getByRole('dialog', { name: `Ticket ${mark}` })
    await dialog.waitFor()
    expect(await dialog.getByRole('list').getByRole('listitem').count()).toBe(2)
    const described = await dialog.getAttribute('aria-describedby')
    expect(await page.locator(`#${described}`).textContent()).toMatch(
      /^Scanned, waits for the person\. Over in \d+ s\.$/,
    )
    await phone.deny()
    await dialog.getByRole('status').getByText('Denied').waitFor({ state: 'attached' })
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  })

  it('is shown in Chinese, on a phone, without anything that is wider', async ({ newVisitor }) => {
    const small = { locale: 'zh-CN', viewport: { width: 360, height: 740 } }
    const { page, mark } = await begin(newVisitor, small)
    await page.getByLabel('日志中的票据摘要').fill(mark)
    await page.keyboard.press('Enter')
    await sees(page, '已扫码，等待用户确认')
    await page.getByRole('button', { name: '终止此次登录' }).click()
    await page.getByRole('button', { name: '确定终止' }).waitFor()
    const tooWide = await page.evaluate(() =>
      [document.documentElement, document.querySelector('dialog')].filter(
        place => place && place.scrollWidth > place.clientWidth,
      ),
    )
    expect(tooWide).toEqual([])
  })
})

function nameOfFocus(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const focused = document.activeElement
    return focused?.getAttribute('aria-label') ?? focused?.textContent ?? null
  })
}
