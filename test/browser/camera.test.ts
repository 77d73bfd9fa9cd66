import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Issuer, startIssuer } from '../server/issuer.ts'
import { endServers } from '../server/server.ts'
import { launch, type NewVisitor, receive, it as test, type Visits } from './chromium.ts'
import { film } from './film.ts'
import { codeOn, greetedAs, sees } from './screens.ts'
import { openSite, type Site } from './site.ts'

const folder = await mkdtemp(join(tmpdir(), 'scanlogin-camera-'))
const file = join(folder, 'seen.y4m')
let issuer: Issuer
let site: Site

beforeAll(async () => {
  issuer = await startIssuer()
  site = await openSite(issuer.env)
})

afterAll(async () => {
  await endServers()
  await issuer.close()
  await rm(folder, { recursive: true })
})

const it = test.extend<{ camera: Visits['browser']; newPhone: NewVisitor }>({
  camera: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner reads from the pattern what has to be there before
    async ({}, use) => {
      const flags = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']
      const browser = await launch(...flags, `--use-file-for-fake-video-capture=${file}`)
      await use(browser)
      await browser.close()
    },
    { scope: 'file' },
  ],
  newPhone: ({ camera }, use) => receive(camera, use),
})

/** The phone page, open on the phone of somebody who is signed in to the app. */
async function phonePage(newPhone: NewVisitor, name: string) {
  const phone = await newPhone({ viewport: { width: 390, height: 844 } })
  const token = await issuer.sign({ sub: name.toLowerCase(), name })
  await phone.context.addCookies([{ name: 'app-token', value: token, url: site.origin, httpOnly: true }])
  return { phone, page: await phone.open(`${site.origin}/s`) }
}

async function holdBefore(screen: Page, handset: { page: Page }): Promise<void> {
  await holdBeforePicture(await screen.locator('scan-login').screenshot(), handset)
}

async function holdBeforePicture(screen: Buffer, { page }: { page: Page }): Promise<void> {
  await film({ screen, context: page.context(), file })
  await page.locator('.view.start .button.primary').click()
}

describe('a camera that looks at the sign-in page', () => {
  it('reads the code on it, and the person behind the camera signs the other browser in', async ({
    newVisitor,
    newPhone,
  }) => {
    const desk = await (await newVisitor({ deviceScaleFactor: 2 })).open(site.origin)
    const handset = await phonePage(newPhone, 'Alice')
    await codeOn(desk)
    await holdBefore(desk, handset)
    const { page } = handset
    // A machine so slow that the picture is too old by then shows it again, as a person would.
    while ((await page.locator('.view.ask, .view.problem').first().getAttribute('class'))?.includes('problem')) {
      await sees(page, 'That was an old picture')
      await page.locator('.view.problem .button').click()
      await holdBefore(desk, handset)
    }
    await sees(desk, 'A••• has scanned')
    await page.locator('.button.confirm').click()
    await greetedAs(desk, 'Hello, Alice')
    await page.locator('.view.done', { hasText: 'Signed in' }).waitFor()
  })

  /** @see T2 of the threat table */
  it('reads a photo of it that was passed on, and is told twenty seconds later that it is too old', async ({
    newVisitor,
    newPhone,
  }) => {
    const desk = await (await newVisitor({ deviceScaleFactor: 2 })).open(site.origin)
    await codeOn(desk)
    const photo = await desk.locator('scan-login').screenshot()
    const taken = Number((await codeOn(desk)).split('.')[1])
    const handset = await phonePage(newPhone, 'Alice')
    await desk.waitForFunction(step => {
      const { payload = '' } = document.querySelector('scan-login') as { payload?: string } & Element
      return Number(payload.split('.')[1]) >= step
    }, taken + 2)
    await holdBeforePicture(photo, handset)
    await sees(handset.page, 'That was an old picture')
    await sees(desk, 'Scan the code with your phone')
  })

  it('opens nothing and asks nobody when the code is of another site', async ({ newVisitor, newPhone }) => {
    const elsewhere = await openSite()
    const desk = await (await newVisitor({ deviceScaleFactor: 2 })).open(elsewhere.origin)
    const handset = await phonePage(newPhone, 'Alice')
    await codeOn(desk)
    const before = handset.phone.requests.length
    await holdBefore(desk, handset)
    await sees(handset.page, 'Not a code of this site')
    expect(handset.phone.requests.slice(before).map(request => request.url())).toEqual([])
    expect(handset.page.url()).toBe(`${site.origin}/s`)
  })

  it('is off as soon as nothing has to be read any more', async ({ newPhone }) => {
    const { page } = await phonePage(newPhone, 'Alice')
    await film({ screen: await page.screenshot(), context: page.context(), file })
    await page.locator('.view.start .button.primary').click()
    const track = await page.waitForFunction(() => {
      const stream = document.querySelector('video')?.srcObject
      return stream instanceof MediaStream ? stream.getVideoTracks()[0] : undefined
    })
    expect(await track.evaluate(track => track?.readyState)).toBe('live')
    await page.locator('.view.scanning .button:visible').click()
    await page.locator('.view.start').waitFor()
    await page.waitForFunction(track => track?.readyState === 'ended', track)
  })
})
