/** The server as a sidecar of an app in another language, which asks it by plain HTTP. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { z } from 'zod'
import { scriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { readConfig } from '../../packages/server/src/config.ts'
import { it } from '../browser/chromium.ts'
import { codeOn } from '../browser/screens.ts'
import { endServers } from '../server/server.ts'
import { imageEnvironment, wordsOf } from './image.ts'
import { endPrograms } from './programs.ts'
import { type SidecarSite, sidecarFolder, startSidecarSite } from './sidecar.ts'
import { readYaml } from './yaml.ts'

let site: SidecarSite

beforeAll(async () => {
  site = await startSidecarSite()
})

afterAll(async () => {
  await endPrograms()
  await endServers()
})

const scan = z.object({
  ticket: z.object({ id: z.string() }),
  scan_token: z.string(),
  context: z.object({ observed: z.object({ ip: z.string() }) }),
})

describe('an app with a sidecar', () => {
  it('signs a browser in whose page is the app’s own', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(site.origin)
    const { ticket, scan_token } = scan.parse(await (await site.phone('scan', { qr: await codeOn(page) })).json())
    expect((await site.phone('confirm', { id: ticket.id, scan_token })).status).toBe(200)
    await page.getByText('Hello, Alice').waitFor()
    // The app keeps no session: it is gone as soon as the sidecar says so.
    const status = await page.evaluate(() => fetch('/v1/session', { method: 'DELETE' }).then(answer => answer.status))
    expect(status).toBe(204)
    await page.reload()
    await codeOn(page)
  })

  it('hands a wait on until the phone has scanned', async () => {
    const browser = scriptedBrowser({ url: `${site.origin}/v1` })
    await browser.create()
    const waiting = browser.wait(1, 25)
    await site.phone('scan', { qr: browser.ticket.qr.url })
    expect((await waiting).body).toMatchObject({ state: 'scanned' })
  })

  it('says from where the browser asks, whatever that one has written itself', async () => {
    const scanned = await site.phone('scan', { qr: await createFrom('127.0.0.2') })
    expect(scan.parse(await scanned.json()).context.observed.ip).toBe('127.0.0.2')
  })

  it('hands each event of a stream on as it comes', async () => {
    const browser = scriptedBrowser({ url: `${site.origin}/v1` })
    await browser.create()
    const events = await browser.stream()
    expect((await events.next())?.ticket.state).toBe('pending')
    const { ticket, scan_token } = scan.parse(await (await site.phone('scan', { qr: browser.ticket.qr.url })).json())
    expect((await events.next())?.ticket.state).toBe('scanned')
    await site.phone('deny', { id: ticket.id, scan_token })
    expect((await events.next())?.ticket.state).toBe('denied')
  })

  it('lends its key to nobody: a phone has to be signed in to the app, and the calls passed on have no key', async () => {
    const browser = scriptedBrowser({ url: `${site.origin}/v1` })
    await browser.create()
    expect((await site.phone('scan', { qr: browser.ticket.qr.url }, 'guessed')).status).toBe(401)
    expect((await site.phone('confirm', { id: '../../scan?', scan_token: '' })).status).toBe(400)
    const bold = await browser.call('POST', '/scan', { body: { qr: browser.ticket.qr.url, user: { id: 'alice' } } })
    expect(bold.status).toBe(401)
    expect((await browser.read()).body).toMatchObject({ state: 'pending' })
  })

  it('has a sidecar that listens on this machine only', () => {
    expect(site.sidecar.output()).toContain('listening on http://127.0.0.1:')
  })
})

describe('the pod of an app with a sidecar', () => {
  const variable = z.object({ name: z.string(), value: z.string() })
  const [sidecar] = z
    .object({ spec: z.object({ initContainers: z.tuple([z.object({ env: z.array(variable) })]) }) })
    .parse(readYaml(join(sidecarFolder, 'pod.yaml'))[0]).spec.initContainers
  const own = Object.fromEntries(sidecar.env.map(({ name, value }) => [name, value]))

  it('has a configuration that the server accepts, on an address that only the pod has', () => {
    const config = readConfig({ ...imageEnvironment(), ...own, SCANLOGIN_API_KEY: 'k'.repeat(44) })
    expect(config).toMatchObject({ NODE_ENV: 'production', HOST: '127.0.0.1', PORT: 8787 })
    expect(readFileSync(join(sidecarFolder, 'pod.yaml'), 'utf8')).toContain(`value: ${config.HOST}:${config.PORT}`)
  })

  it('is not killed before the sidecar has let everybody go, and is asked what the image asks', () => {
    const pod = readFileSync(join(sidecarFolder, 'pod.yaml'), 'utf8')
    const [, grace] = /terminationGracePeriodSeconds: (\d+)/.exec(pod) ?? []
    expect(Number(grace)).toBeGreaterThanOrEqual(Number(own.SCANLOGIN_DRAIN_DELAY) + 15)
    const [, check = ''] = /"(fetch.*)"\]$/.exec(wordsOf('HEALTHCHECK')) ?? []
    expect(pod).toContain(check)
    expect(check).not.toBe('')
  })
})

/** What stands in the code of a browser that has this address, and claims another. */
async function createFrom(localAddress: string): Promise<string> {
  const headers = { 'content-type': 'application/json', origin: site.origin, 'x-forwarded-for': '203.0.113.9' }
  const asked = request(`${site.origin}/v1/tickets`, { method: 'POST', family: 4, headers, localAddress })
  const answered: Promise<IncomingMessage[]> = once(asked, 'response')
  asked.end('{}')
  const [answer] = await answered
  return z.object({ qr: z.object({ url: z.string() }) }).parse(answer && (await json(answer))).qr.url
}
