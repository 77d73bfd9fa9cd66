/**
 * `npm run screenshots`: takes the pictures of the documentation from the real pages. `docs/demo.png` is the demo at
 * the moment of the question; `docs/screens/` holds sheets of states of the sign-in page and the phone page.
 * Sheets in Chinese need a font that has the characters, such as that of Debian's fonts-wqy-zenhei.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build } from './build.mjs'
import { repack } from './png.mjs'
import { ensureFolder, installPackages, installPrograms, root } from './prepare.mjs'

const docs = join(root, 'docs')
const apiKey = 'an-api-key-for-pictures-and-nothing-else'
const looks = [
  { name: 'en-light', locale: 'en', colorScheme: 'light', reducedMotion: 'reduce' },
  { name: 'zh-dark', locale: 'zh-CN', colorScheme: 'dark', reducedMotion: 'reduce' },
]
// What people read in the pictures, whichever ports are free on this machine.
const addresses = { demo: 'http://localhost:8787', site: 'http://id.example.com' }

installPackages()
installPrograms({ chromium: 'chromium' })
await build()
ensureFolder(join(docs, 'screens'))

const check = { SCANLOGIN_CHECK_CODE: '4', SCANLOGIN_SITE_NAME: 'Example' }
const plain = await startServer(['serve', '--demo'], { HOST: '127.0.0.1', SCANLOGIN_PUBLIC_URL: addresses.demo })
const demo = await startServer(['serve', '--demo'], {
  HOST: '127.0.0.1',
  SCANLOGIN_PUBLIC_URL: addresses.site,
  ...check,
})
const site = await startServer(['serve'], { SCANLOGIN_API_KEY: apiKey, SCANLOGIN_PUBLIC_URL: addresses.site, ...check })
try {
  await photograph(addresses.demo, plain, demoPicture)
  for (const { name, ...look } of looks) {
    await photograph(addresses.site, site, async open => {
      await sheets('sign-in', name, open, await signInStates(open, look))
    })
    await photograph(addresses.site, demo, async open => {
      await sheets('phone', name, open, await phoneStates(open, look))
    })
  }
} finally {
  for (const server of [plain, demo, site]) server.stop()
}

/** Both sides, while the person decides. */
async function demoPicture(open) {
  const page = await open('/', { locale: 'en', reducedMotion: 'reduce', viewport: { width: 1280, height: 800 } })
  await page.locator('.choice').first().click()
  await page.locator('.view.start .button.primary').click()
  await page.locator('.button.confirm:enabled').waitFor()
  await page.getByText('has scanned').waitFor()
  // The address of the machine that took the picture is of no use to anybody.
  await page.locator('#lan').evaluate(line => line.remove())
  await settle(page)
  save('demo.png', await page.screenshot({ fullPage: true }))
}

/** Waiting, letters, scanned and contended, digits, wrong digits, signed in, refused, offline. */
async function signInStates(open, look) {
  const page = await open('/', { ...look, viewport: { width: 400, height: 720 } })
  const pictures = []
  const take = async seen => {
    await page.locator(seen).first().waitFor()
    await settle(page)
    pictures.push(await page.screenshot())
  }
  const again = () => page.locator('scan-login [part=button]:visible').click()

  const code = await codeOn(page)
  await take('scan-login [data-kind=code]')
  await page.locator('scan-login summary').click()
  await take('scan-login [part=user-code]')
  const scanToken = await scan(code, 'Alice Liddell')
  await scan(code, 'Mallory')
  await take('scan-login [part=notice]')
  const { check_code: digits } = await call(`/tickets/${idIn(code)}/confirm`, { scan_token: scanToken })
  await take('scan-login input')
  await page.locator('scan-login input').fill(digits === '0000' ? '1111' : '0000')
  await take('scan-login [part=error]')
  await page.locator('scan-login input').fill(digits)
  await take('.greeting')

  await page.locator('.greeting .button').click()
  const refused = await codeOn(page)
  await call(`/tickets/${idIn(refused)}/deny`, { scan_token: await scan(refused, 'Alice Liddell') })
  await take('scan-login [data-kind=bad]')
  await again()
  await codeOn(page)
  await page.context().setOffline(true)
  // The person looks again, and the page asks whether what it knew still holds.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await take('scan-login [data-kind=calm]')
  return pictures
}

/** Whose phone, how the code gets in, the question, the digits, signed in, refused, an old picture, no camera. */
async function phoneStates(open, look) {
  const screen = await open('/', look)
  const page = await open('/s', { ...look, viewport: { width: 400, height: 800 } })
  const pictures = []
  const take = async seen => {
    await page.locator(seen).first().waitFor()
    await settle(page)
    pictures.push(await page.screenshot())
  }
  await take('.view.users')
  await page.locator('.choice').first().click()
  await take('.view.start')
  const code = await codeOn(screen)
  await page.goto(code)
  await take('.button.confirm:enabled')
  await page.locator('.button.confirm').click()
  await take('.digits')
  await screen.locator('scan-login input').fill(await page.locator('.digits').textContent())
  await take('.view.done')
  await screen.locator('.greeting .button').click()
  await page.goto(await codeOn(screen))
  await page.locator('.button.deny').click()
  await take('.view.done .sign.plain')
  await page.goto(`${code.slice(0, -10)}0000000000`)
  await take('.view.problem')
  await page.locator('.view.problem .button').click()
  await page.locator('.view.start .button.primary').click()
  await take('.finder.off')
  return pictures
}

/** The first half of the pictures on one sheet, how it went on on another. */
async function sheets(page, look, open, pictures) {
  await sheet(`${page}-1-${look}.png`, open, pictures.slice(0, 4))
  await sheet(`${page}-2-${look}.png`, open, pictures.slice(4))
}

async function sheet(name, open, pictures) {
  const page = await open('about:blank', { viewport: { width: 1700, height: 400 } })
  const sources = pictures.map(picture => `data:image/png;base64,${picture.toString('base64')}`)
  await page.evaluate(async sources => {
    const layout = 'display: flex; align-items: flex-start; gap: 20px; padding: 20px'
    document.body.style.cssText = `${layout}; margin: 0; background: #7b8190`
    const images = sources.map(src => Object.assign(new Image(), { src }))
    document.body.append(...images)
    await Promise.all(images.map(image => image.decode()))
  }, sources)
  save(join('screens', name), await page.screenshot({ fullPage: true }))
}

function save(name, png) {
  writeFileSync(join(docs, name), repack(png))
}

/** Opens Chromium with `address` leading to the server, for as long as `take` lasts. */
async function photograph(address, { port }, take) {
  const { host } = new URL(address)
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP ${host} 127.0.0.1:${port}`],
  })
  try {
    await take(async (path, options) => {
      const context = await browser.newContext(options)
      const page = await context.newPage()
      await page.goto(path.startsWith('/') ? address + path : path)
      return page
    })
  } finally {
    await browser.close()
  }
}

async function startServer(args, env) {
  const port = await freePort()
  const child = spawn(process.execPath, [join(root, 'packages/server/dist/main.js'), ...args], {
    env: { PATH: process.env.PATH, PORT: String(port), SCANLOGIN_LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    output += text
    if (output.includes('listening on')) break
  }
  child.stdout.resume()
  return { port, stop: () => child.kill() }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Nobody points at anything, nothing has the focus, and everything has arrived. */
async function settle(page) {
  await page.mouse.move(0, 0)
  await page.evaluate(async () => {
    document.activeElement?.shadowRoot?.activeElement?.blur()
    document.activeElement?.blur()
    await Promise.all(document.getAnimations({ subtree: true }).map(({ finished }) => finished.catch(() => {})))
  })
}

async function codeOn(page) {
  const payload = await page.waitForFunction(() => document.querySelector('scan-login')?.payload)
  return payload.jsonValue()
}

function idIn(code) {
  return /#(\w{26})/.exec(code)[1]
}

async function scan(qr, name) {
  return (await call('/scan', { qr, user: { id: name, name } })).scan_token
}

/** As the app's back end. */
async function call(path, body) {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
  const answer = await fetch(`http://127.0.0.1:${site.port}/v1${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  return answer.json()
}
