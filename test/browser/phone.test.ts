import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Issuer, startIssuer } from '../server/issuer.ts'
import { endServers } from '../server/server.ts'
import { it, type NewVisitor, type Visitor } from './chromium.ts'
import { codeOn, greetedAs, sees } from './screens.ts'
import { openSite, type Site } from './site.ts'

let issuer: Issuer
let site: Site

beforeAll(async () => {
  issuer = await startIssuer()
  const SCANLOGIN_SIGN_IN_URL = 'https://app.example.com/sign-in'
  const settings = { SCANLOGIN_SITE_NAME: 'Example', SCANLOGIN_SIGN_IN_URL, SCANLOGIN_CHECK_CODE: '4' }
  site = await openSite({ ...issuer.env, ...settings })
})

afterAll(async () => {
  await endServers()
  await issuer.close()
})

async function desk(newVisitor: NewVisitor): Promise<Page> {
  return (await newVisitor()).open(site.origin)
}

/** The phone of somebody who is signed in to the app there; of another one each time. */
async function phoneOf(newVisitor: NewVisitor, name: string, options: BrowserContextOptions = {}): Promise<Visitor> {
  const phone = await newVisitor({ viewport: { width: 390, height: 844 }, ...options })
  // Tests run side by side, and an account that is asked by all of them at once has to wait.
  const token = await issuer.sign({ sub: crypto.randomUUID(), name })
  await phone.context.addCookies([{ name: 'app-token', value: token, url: site.origin, httpOnly: true }])
  return phone
}

describe.concurrent('the phone page, opened by a camera that read the code', () => {
  it('asks about the code, takes it out of the address, and shows the digits that the browser asks for', async ({
    newVisitor,
  }) => {
    const screen = await desk(newVisitor)
    const phone = await phoneOf(newVisitor, 'Alice')
    const page = await phone.open(await codeOn(screen))
    await sees(page, 'Sign in to Example?')
    expect(page.url()).toBe(`${site.origin}/s`)
    await sees(page, 'Confirm only if you are looking at this screen yourself, right now.')
    await page.locator('.button.confirm').click()
    const digits = (await page.locator('.digits').textContent()) ?? ''
    expect(digits).toMatch(/^\d{4}$/)
    await screen.locator('scan-login input').fill(digits)
    await greetedAs(screen, 'Hello, Alice')
    await page.locator('.view.done', { hasText: 'Signed in' }).waitFor()
  })

  it('takes the confirmation back while the browser asks for the digits', async ({ newVisitor }) => {
    const screen = await desk(newVisitor)
    const page = await (await phoneOf(newVisitor, 'Alice')).open(await codeOn(screen))
    await page.locator('.button.confirm').click()
    await page.locator('.digits').waitFor()
    await page.locator('.view.waiting .button').click()
    await page.locator('.view.done', { hasText: 'Taken back' }).waitFor()
    await sees(screen, 'Declined on the phone')
  })

  it('lets nobody go back to the question after refusing', async ({ newVisitor }) => {
    const screen = await desk(newVisitor)
    const page = await (await phoneOf(newVisitor, 'Alice')).open(await codeOn(screen))
    await page.locator('.button.deny').click()
    await page.locator('.view.done', { hasText: 'Refused' }).waitFor()
    await page.goBack()
    await page.goForward()
    await page.locator('.view.start, .view.done').waitFor()
    expect(await page.locator('.button.confirm').count()).toBe(0)
    await sees(screen, 'Declined on the phone')
  })

  it('gives both answers the same room, and neither of them before it was in sight for half a second', async ({
    newVisitor,
  }) => {
    const screen = await desk(newVisitor)
    const phone = await phoneOf(newVisitor, 'Alice')
    const page = await phone.context.newPage()
    await page.clock.install({ time: 0 })
    await page.clock.pauseAt(1000)
    await page.goto(await codeOn(screen))
    const [deny, confirm] = [page.locator('.button.deny'), page.locator('.button.confirm')]
    await confirm.waitFor()
    expect([await deny.isDisabled(), await confirm.isDisabled()]).toEqual([true, true])
    const boxes = [await deny.boundingBox(), await confirm.boundingBox()]
    expect(boxes.map(box => [box?.width, box?.height, box?.y])[0]).toEqual(
      boxes.map(box => [box?.width, box?.height, box?.y])[1],
    )
    while (await confirm.isDisabled()) await page.clock.runFor(500)
    expect(await deny.isEnabled()).toBe(true)
  })

  it('sends someone who is not signed in to the app first', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(await codeOn(await desk(newVisitor)))
    await sees(page, 'Sign in on this phone first')
    const link = page.getByRole('link', { name: 'Sign in' })
    expect(await link.getAttribute('href')).toBe('https://app.example.com/sign-in')
    expect(await page.locator('.button.confirm').count()).toBe(0)
  })

  it('says that a forged or an old code is an old picture', async ({ newVisitor }) => {
    const code = await codeOn(await desk(newVisitor))
    const page = await (await phoneOf(newVisitor, 'Alice')).open(`${code.slice(0, -10)}0000000000`)
    await sees(page, 'That was an old picture')
  })

  it('asks nobody about a code that has signed somebody in', async ({ newVisitor }) => {
    const screen = await desk(newVisitor)
    const code = await codeOn(screen)
    const first = site.phoneOf('Alice')
    await first.scan(code)
    await screen.locator('scan-login input').fill((await first.confirm()).body.check_code ?? '')
    await greetedAs(screen, 'Hello, Alice')
    const page = await (await phoneOf(newVisitor, 'Mallory')).open(code)
    await sees(page, 'Used already')
    expect(await page.locator('.button.confirm').count()).toBe(0)
  })

  it('says that somebody else was first', async ({ newVisitor }) => {
    const code = await codeOn(await desk(newVisitor))
    await site.phoneOf('Mallory').scan(code)
    const page = await (await phoneOf(newVisitor, 'Alice')).open(code)
    await sees(page, 'Somebody was first')
  })

  it('asks about the next code when it is opened with another one', async ({ newVisitor }) => {
    const [first, second] = [await desk(newVisitor), await desk(newVisitor)]
    const page = await (await phoneOf(newVisitor, 'Alice')).open(await codeOn(first))
    await page.locator('.view.ask').waitFor()
    await page.goto(await codeOn(second))
    await sees(second, 'A••• has scanned')
    await page.locator('.button.deny').click()
    await sees(second, 'Declined on the phone')
    await sees(first, 'A••• has scanned')
  })

  it('speaks Chinese where the phone does', async ({ newVisitor }) => {
    const screen = await desk(newVisitor)
    const page = await (await phoneOf(newVisitor, '王小明', { locale: 'zh-CN' })).open(await codeOn(screen))
    await sees(page, '登录 Example？')
    await sees(page, '只有当你本人此刻正看着这个屏幕时，才可以确认。')
    await page.locator('.button.deny', { hasText: '拒绝' }).click()
    await sees(page, '没有任何人登录。')
  })
})

describe.concurrent('the phone page, opened by itself', () => {
  it('takes letters in place of a code, and sends none that cannot be right', async ({ newVisitor }) => {
    const screen = await desk(newVisitor)
    await codeOn(screen)
    await screen.getByText('Can’t scan?').click()
    const letters = (await screen.locator('scan-login [part=user-code]').textContent()) ?? ''
    const phone = await phoneOf(newVisitor, 'Alice')
    const page = await phone.open(`${site.origin}/s`)
    const sent = () => phone.requests.filter(request => request.method() === 'POST').length
    await page.locator('#user-code').fill('WDJB')
    await page.keyboard.press('Enter')
    await sees(page, 'the browser shows eight letters')
    expect(sent()).toBe(0)
    await page.locator('#user-code').fill(letters.toLowerCase().replace('-', ' '))
    await page.keyboard.press('Enter')
    await page.locator('.view.ask').waitFor()
    await sees(screen, 'A••• has scanned')
  })

  it('goes on with letters where there is no camera', async ({ newVisitor }) => {
    const page = await (await phoneOf(newVisitor, 'Alice')).open(`${site.origin}/s`)
    await page.locator('.view.start .button.primary').click()
    await sees(page, /letters/)
    await page.locator('.view.scanning .button:visible').click()
    await page.locator('#user-code').waitFor()
  })

  it('keeps the question and says so when no answer to "sign in" came', async ({ newVisitor }) => {
    const screen = await desk(newVisitor)
    const phone = await phoneOf(newVisitor, 'Alice')
    const page = await phone.open(await codeOn(screen))
    await page.route('**/confirm', route => route.abort())
    await page.locator('.button.confirm').click()
    await sees(page, 'No answer came, so we do not know whether that went through.')
    await page.unroute('**/confirm')
    await page.locator('.button.confirm').click()
    await page.locator('.digits').waitFor()
  })
})
