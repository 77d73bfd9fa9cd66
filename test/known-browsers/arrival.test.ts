/** A code that another page has sent somebody to is not one that they have scanned. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it, type Visitor } from '../browser/chromium.ts'
import { codeOn, sees } from '../browser/screens.ts'
import { openVerifyingSite, type VerifyingSite } from './verifying-site.ts'

let site: VerifyingSite
let elsewhere: Server

beforeAll(async () => {
  site = await openVerifyingSite()
  elsewhere = createServer((request, response) => {
    const [, code = ''] = request.url?.split('?') ?? []
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(`<!doctype html><link rel="icon" href="data:,"><a href="${site.origin}/s#${code}">A prize!</a>`)
  })
  await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  elsewhere.close()
  await site.close()
})

async function phoneOf(visitor: Visitor): Promise<void> {
  await visitor.context.addCookies([{ name: 'who', value: 'Alice', url: site.origin, httpOnly: true }])
}

/** Another site, whose page links to the phone page with this code. */
function pageWith(code: string): string {
  // A TCP server that listens has such an address.
  const { port } = elsewhere.address() as AddressInfo
  return `http://127.0.0.1:${port}/?${new URL(code).hash.slice(1)}`
}

const scans = (visitor: Visitor) => visitor.requests.filter(request => request.url().endsWith('/v1/scan')).length
const stateOf = (page: Page) => page.evaluate(() => document.querySelector('scan-login')?.state.state)

describe.concurrent('a phone page that another page has led to', () => {
  it('sends nothing before the person says that they have scanned the code themselves', async ({ newVisitor }) => {
    const screen = await (await newVisitor()).open(site.origin)
    const phone = await newVisitor()
    await phoneOf(phone)
    const page = await phone.open(pageWith(await codeOn(screen)))
    await page.getByText('A prize!').click()
    await sees(page, 'Did you scan this code yourself?')
    expect(page.url()).toBe(`${site.origin}/s`)
    expect(scans(phone)).toBe(0)
    expect(await stateOf(screen)).toBe('waiting')
    await page.locator('.button.confirm').click()
    await sees(page, 'Sign in to Example?')
  })

  it('forgets the code when they say no', async ({ newVisitor }) => {
    const screen = await (await newVisitor()).open(site.origin)
    const phone = await newVisitor()
    await phoneOf(phone)
    const page = await phone.open(pageWith(await codeOn(screen)))
    await page.getByText('A prize!').click()
    await page.locator('.button.deny').click()
    await sees(page, 'Point the camera at the code')
    expect(scans(phone)).toBe(0)
    expect(await stateOf(screen)).toBe('waiting')
  })

  it('asks in Chinese where the phone does', async ({ newVisitor }) => {
    const screen = await (await newVisitor()).open(site.origin)
    const phone = await newVisitor({ locale: 'zh-CN' })
    const page = await phone.open(pageWith(await codeOn(screen)))
    await page.getByText('A prize!').click()
    await sees(page, '这个二维码是你本人扫描的吗？')
  })
})

describe.concurrent('a phone page that a camera has opened', () => {
  it('goes on at once', async ({ newVisitor }) => {
    const screen = await (await newVisitor()).open(site.origin)
    const phone = await newVisitor()
    await phoneOf(phone)
    const page = await phone.open(await codeOn(screen))
    await sees(page, 'Sign in to Example?')
    await sees(page, 'New: you have never signed in with it')
  })
})
