/** The element in a real Chromium, on a page with the strictest policy, against the real handler. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type Browser, type BrowserContextOptions, chromium, devices } from 'playwright-core'
import decodeQR from 'qr/decode.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogin } from '../core/login.ts'
import { createHandler } from '../http/handler.ts'
import { toNodeListener } from '../node/listener.ts'
import { memoryStore } from '../stores/memory.ts'
import { createClock } from '../testing/clock.ts'
import type { ScanLogin } from './element.ts'

const alice = { id: 'alice', name: 'Alice Liddell' }

let browser: Browser
let bundle: ReadonlyMap<string, string>

beforeAll(async () => {
  bundle = await bundleElement()
  const args = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking'.split(' ')
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args })
})

afterAll(() => browser.close())

describe('<scan-login>', () => {
  it('shows a code, then who has scanned it, then greets the person who confirmed', async () => {
    await using desk = await open()
    await desk.sees('Sign in with your phone')
    const phone = await desk.scan()
    await desk.sees('A••• has scanned')
    await desk.shoot('scanned')
    expect(await desk.element.getByRole('img').count()).toBe(0)
    await phone.signIn()
    await desk.sees('Welcome, Alice Liddell')
    await desk.shoot('signed-in')
    expect(await desk.events()).toEqual([['scan-login-signed-in', { user: alice }]])
  })

  it('draws a new code every ten seconds that the server takes, and asks nobody for it', async () => {
    await using desk = await open()
    const first = await desk.payload()
    await eventually(desk.login.waiting).toBe(1)
    const { length: calls } = desk.calls
    await desk.pass(10_000)
    await desk.pass(10_000)
    const third = await desk.payload()
    expect(desk.calls.length).toBe(calls)
    expect(third).not.toBe(first)
    await expect(desk.login.scan({ qr: first }, alice)).rejects.toMatchObject({ code: 'stale_qr' })
    await desk.scan()
    await desk.sees('A••• has scanned')
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`shows a code that a scanner reads from the screen of a ${colorScheme} page`, async () => {
      await using desk = await open({ context: { colorScheme } })
      await desk.shoot(`waiting-${colorScheme}`)
      const read = await readQr(await desk.element.getByRole('img').screenshot())
      expect(ticketIn(read)).toBe(ticketIn(await desk.payload()))
    })
  }

  it('takes the digits from the phone with the keyboard alone, and says how many tries are left', async () => {
    await using desk = await open({ checkCode: 4 })
    const { checkCode = '' } = await (await desk.scan()).signIn()
    await desk.element.getByRole('textbox', { name: 'Code shown on your phone, 4 digits' }).waitFor()
    await desk.shoot('verifying')
    await desk.page.keyboard.type(wrongFor(checkCode))
    await desk.sees('That code is not right. Tries left: 2.')
    await desk.shoot('verifying-wrong')
    await desk.page.keyboard.type(checkCode)
    await desk.sees('Welcome, Alice Liddell')
  })

  it('says so when three wrong codes have ended the sign-in', async () => {
    await using desk = await open({ checkCode: 4 })
    const { checkCode = '' } = await (await desk.scan()).signIn()
    for (const outcome of ['Tries left: 2.', 'Tries left: 1.', 'Too many wrong codes']) {
      await desk.element.getByRole('textbox').fill(wrongFor(checkCode))
      await desk.sees(outcome)
    }
  })

  it('says that the phone declined, and shows another code on request', async () => {
    await using desk = await open()
    const first = await desk.payload()
    await (await desk.scan()).refuse()
    await desk.sees('Declined on the phone')
    await desk.shoot('denied')
    expect(await desk.events()).toEqual([['scan-login-denied', { reason: 'denied_on_phone' }]])
    await desk.element.getByRole('button', { name: 'Get a new code' }).click()
    expect(await desk.payload()).not.toBe(first)
  })

  it('replaces an expired code five times by itself, and then waits for a person', async () => {
    await using desk = await open()
    for (let renewals = 0; renewals < 5; renewals++) {
      const id = ticketIn(await desk.payload())
      await desk.clock.advance(120_000)
      await eventually(async () => ticketIn(await desk.payload())).not.toBe(id)
    }
    await desk.clock.advance(120_000)
    await desk.sees('This code has expired')
    await desk.shoot('expired')
    expect(desk.calls.filter(call => call === 'POST /v1/tickets').length).toBe(6)
    await desk.element.getByRole('button', { name: 'Get a new code' }).click()
    await desk.payload()
  })

  it('warns that another account has tried the same code', async () => {
    await using desk = await open()
    const { code } = await desk.scan()
    await desk.sees('A••• has scanned')
    await expect(desk.login.scan({ qr: code }, { id: 'eve' })).rejects.toMatchObject({ code: 'already_scanned' })
    await desk.sees('Another account has tried to scan this code too.')
    await desk.shoot('contended')
  })

  it('says that the connection is gone, and picks up where it was without being asked', async () => {
    await using desk = await open()
    await desk.scan()
    await desk.sees('A••• has scanned')
    desk.line.broken = true
    await desk.page.evaluate(() => window.dispatchEvent(new Event('online')))
    await desk.pass(8000)
    await desk.sees('No connection')
    await desk.shoot('offline')
    desk.line.broken = false
    await desk.pass(8000)
    await desk.sees('A••• has scanned')
  })

  it('shows why the server refused, and offers another try', async () => {
    await using desk = await open({ html: '<scan-login return-to="https://elsewhere.example/"></scan-login>' })
    await desk.sees('That did not work')
    await desk.shoot('error')
    expect(await desk.events()).toMatchObject([['scan-login-error', { problem: { status: expect.any(Number) } }]])
    await desk.element.getByRole('button', { name: 'Try again' }).click()
    await desk.sees('That did not work')
  })

  it('goes to the return address that the server confirms', async () => {
    await using desk = await open({ html: '<scan-login return-to="/welcome"></scan-login>', returnTo: ['/welcome'] })
    await (await desk.scan()).signIn()
    await desk.page.waitForURL('**/welcome')
  })

  it('stays where it is when the page prevents that', async () => {
    await using desk = await open({ html: '<scan-login return-to="/welcome"></scan-login>', returnTo: ['/welcome'] })
    await desk.page.evaluate(() => {
      window.login.addEventListener('scan-login-signed-in', event => event.preventDefault())
    })
    await (await desk.scan()).signIn()
    await desk.sees('Welcome, Alice Liddell')
    expect(new URL(desk.page.url()).pathname).toBe('/')
  })

  for (const [where, html, locale] of [
    ['of its attribute', '<scan-login lang="zh"></scan-login>', 'en-GB'],
    ['of the page around it', '<body lang="zh-Hans-CN"><scan-login></scan-login>', 'en-GB'],
    ['of the browser', '<scan-login></scan-login>', 'zh-CN'],
  ] as const) {
    it(`speaks the language ${where}`, async () => {
      await using desk = await open({ html, context: { locale } })
      await desk.sees('扫码登录')
      await desk.payload()
      await desk.shoot(`zh-${locale}`)
      expect(await desk.element.getByRole('img', { name: '用手机扫码登录的二维码' }).count()).toBe(1)
    })
  }

  it('says what a page wants it to say', async () => {
    await using desk = await open()
    await desk.page.evaluate(() => Object.assign(window.login, { messages: { title: 'Acme sign-in' } }))
    await desk.sees('Acme sign-in')
  })

  it('names its code, reads out each change once, and keeps the countdown to itself', async () => {
    await using desk = await open()
    await desk.payload()
    await desk.element.getByRole('img', { name: 'QR code for signing in with your phone' }).waitFor()
    const status = desk.element.locator('[aria-live=polite]')
    expect(await status.textContent()).toBe('The code is ready. Scan it with your phone.')
    await status.evaluate(region => {
      const changes = { subtree: true, childList: true, characterData: true }
      new MutationObserver(() => window.heard.push(['read out', region.textContent])).observe(region, changes)
    })
    await desk.pass(10_000)
    expect(await desk.element.getByRole('timer').textContent()).toMatch(/^Valid for 1:[45]\d$/)
    expect(await desk.events()).toEqual([])
    await desk.scan()
    await desk.sees('A••• has scanned')
    expect((await desk.events()).at(-1)).toEqual(['read out', 'A••• has scannedNow confirm on the phone.'])
  })

  it('gives the code to type to people who cannot scan, by keyboard too', async () => {
    await using desk = await open()
    await desk.payload()
    await desk.page.keyboard.press('Tab')
    await desk.page.keyboard.press('Enter')
    const shown = desk.element.locator('output')
    await shown.waitFor()
    await desk.shoot('fallback')
    await desk.login.scan({ userCode: (await shown.textContent()) ?? '' }, alice)
    await desk.sees('A••• has scanned')
  })

  it('moves the focus to what comes next when what had it is gone', async () => {
    await using desk = await open()
    await desk.payload()
    await desk.page.keyboard.press('Tab')
    await (await desk.scan()).refuse()
    await desk.sees('Declined on the phone')
    await desk.page.keyboard.press('Enter')
    await desk.payload()
  })

  it('offers to go on in the same browser on a phone, and shows a code only on request', async () => {
    await using desk = await open({ context: { ...devices['Galaxy S8'], deviceScaleFactor: 1 } })
    const link = desk.element.getByRole('link', { name: 'Continue on this device' })
    expect(ticketIn((await link.getAttribute('href')) ?? '')).toBe(ticketIn(await desk.payload()))
    await desk.shoot('phone')
    expect(await desk.element.getByRole('img').count()).toBe(0)
    await desk.element.getByRole('button', { name: 'Show a QR code instead' }).click()
    const read = await readQr(await desk.element.getByRole('img').screenshot())
    expect(ticketIn(read)).toBe(ticketIn(await desk.payload()))
    await desk.shoot('phone-code')
  })

  it('asks for nothing until it is told to, where it does not start by itself', async () => {
    await using desk = await open({ html: '<scan-login autostart="off"></scan-login>' })
    const start = desk.element.getByRole('button', { name: 'Show the QR code' })
    await start.waitFor()
    expect(desk.calls).toEqual([])
    await start.click()
    await desk.payload()
  })

  it('leaves no request behind when it is taken from the page, and begins anew when it is put back', async () => {
    await using desk = await open()
    const first = await desk.payload()
    await eventually(desk.login.waiting).toBe(1)
    await desk.page.evaluate(() => window.login.remove())
    await eventually(desk.login.waiting).toBe(0)
    await desk.page.evaluate(() => document.body.append(window.login))
    await eventually(() => desk.payload()).not.toBe(first)
  })
})

const plainPage = `
  <meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
  <scan-login></scan-login>`

const wrongFor = (checkCode: string) => (checkCode === '0000' ? '1111' : '0000')

/** A code changes every ten seconds, its ticket does not. */
function ticketIn(payload: string): string {
  return payload.replace(/^.*#/, '').slice(0, 26)
}

/** What a scanner reads in a picture of the screen. */
async function readQr(png: Buffer): Promise<string> {
  const blank = await browser.newPage()
  const { width, height, pixels } = await blank.evaluate(async base64 => {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d')
    canvas?.drawImage(picture, 0, 0)
    const { width, height } = picture
    return { width, height, pixels: [...(canvas?.getImageData(0, 0, width, height).data ?? [])] }
  }, png.toString('base64'))
  await blank.close()
  return decodeQR({ width, height, data: Uint8Array.from(pixels) })
}

interface DeskOptions {
  html?: string
  checkCode?: number | false
  returnTo?: string[]
  context?: BrowserContextOptions
}

/** One browser page with the element on it, a phone beside it, and the server between them. */
async function open(options: DeskOptions = {}) {
  const { html = plainPage, checkCode = false, returnTo = [], context = {} } = options
  const clock = createClock()
  const calls: string[] = []
  const line = { broken: false }
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${Object(server.address()).port}`
  const login = createLogin({ store: memoryStore({ clock }), publicUrl: origin, clock, checkCode })
  const answer = toNodeListener(createHandler(login, { signIn: () => ({}), site: { returnTo } }))
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/v1/')) return serveFile(request, response, html)
    calls.push(`${request.method} ${request.url}`)
    if (line.broken) response.destroy()
    else answer(request, response)
  })
  const page = await (await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...context })).newPage()
  page.setDefaultTimeout(15_000)
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    if (/Security Policy|TrustedHTML/.test(message.text())) complaints.push(message.text())
  })
  page.on('request', request => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`foreign request: ${request.url()}`)
  })
  await page.clock.install()
  await page.goto(`${origin}/`)
  const element = page.locator('scan-login')
  const payload = async () => (await (await page.waitForFunction(() => window.login.payload)).jsonValue()) ?? ''
  return {
    page,
    login,
    clock,
    calls,
    line,
    element,
    payload,
    sees: (text: string) => element.getByText(text).first().waitFor(),
    /** A phone scans what is on the screen at this moment. */
    async scan() {
      const code = await payload()
      const { ticket, scanToken } = await login.scan({ qr: code }, alice)
      const { id } = ticket.birth
      return { code, signIn: () => login.confirm(id, scanToken), refuse: () => login.deny(id, scanToken) }
    },
    /** Lets time go by on the server and in the page. */
    async pass(ms: number) {
      await clock.advance(ms)
      await page.clock.runFor(ms)
    },
    events: () => page.evaluate(() => window.heard),
    async shoot(name: string) {
      const folder = process.env.SCANLOGIN_SCREENSHOTS
      if (folder) await page.screenshot({ path: `${folder}/${name}.png` })
    },
    async [Symbol.asyncDispose]() {
      await page.context().close()
      server.close()
      expect(complaints).toEqual([])
    },
  }
}

declare global {
  interface Window {
    login: ScanLogin
    heard: [name: string, detail: unknown][]
  }
}

const policy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'none'; img-src 'none'; " +
  "require-trusted-types-for 'script'; base-uri 'none'"

function serveFile({ url = '/' }: IncomingMessage, response: ServerResponse, html: string): void {
  const script = bundle.get(url)
  const type = script === undefined ? 'text/html; charset=utf-8' : 'text/javascript; charset=utf-8'
  response.writeHead(200, { 'content-type': type, 'content-security-policy': policy })
  response.end(script ?? `<!doctype html><title>Sign in</title>${html}<script type="module" src="/page.js"></script>`)
}

/** The element as a host's bundler would make it, with a page that remembers the events it hears. */
async function bundleElement(): Promise<Map<string, string>> {
  const contents = `
    import { define } from './element.ts'
    window.heard = []
    window.login = document.querySelector('scan-login')
    for (const name of ['signed-in', 'denied', 'expired', 'cancelled', 'error']) {
      document.addEventListener('scan-login-' + name, event => {
        const { user, reason, problem } = event.detail
        window.heard.push([event.type, JSON.parse(JSON.stringify({ user, reason, problem }))])
      })
    }
    define()`
  const resolveDir = fileURLToPath(new URL('.', import.meta.url))
  const { outputFiles } = await build({
    stdin: { contents, resolveDir, sourcefile: 'host.ts', loader: 'ts' },
    bundle: true,
    format: 'esm',
    splitting: true,
    outdir: '/out',
    entryNames: 'page',
    write: false,
    logLevel: 'error',
  })
  return new Map(outputFiles.map(({ path, text }) => [path.replace(/^.*\/out/, ''), text]))
}

/** With patience for a busy machine. */
function eventually<T>(look: () => T) {
  return expect.poll(look, { interval: 5, timeout: 15_000 })
}
