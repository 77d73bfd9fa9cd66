/**
 * A relay: the attacker's program begins a sign-in, and a page of theirs shows its code, fresh every second, to a victim who
 * scans it. No page script can stop that; this is what stands in its way. @see T3 of the threat table
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { SessionResource } from '../../packages/scanlogin/src/http.ts'
import { type ScriptedBrowser, scriptedBrowser } from '../../packages/scanlogin/src/testing.ts'
import { it, type NewVisitor } from '../browser/chromium.ts'
import { codeOn, greetedAs } from '../browser/screens.ts'
import { openSite, type Site } from '../browser/site.ts'
import { endServers } from '../server/server.ts'

let site: Site
let careful: Site

beforeAll(async () => {
  site = await openSite()
  careful = await openSite({ SCANLOGIN_POLICIES: 'new-browser' })
})

afterAll(endServers)

interface Relay {
  readonly browser: ScriptedBrowser
  /** The page that a victim is lured to. */
  readonly url: string
  close(): void
}

/** The attacker's own browser is a program, which proves a key of its own where it likes. */
async function openRelay({ api }: Site): Promise<Relay> {
  const browser = scriptedBrowser({ url: api, proof: 'bearer', origin: undefined })
  await browser.create()
  const server: Server = createServer(async (request, response) => {
    if (request.url === '/code') {
      response.end(await browser.draw())
      return
    }
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(`<!doctype html><link rel="icon" href="data:,"><h1>Your prize: scan!</h1><output></output><script>
      setInterval(async () => {
        document.querySelector('output').value = await (await fetch('/code')).text()
      }, 200)
    </script>`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has such an address.
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { browser, url: `http://127.0.0.1:${port}/`, close }
}

/** Somebody who has signed in before, with the very browser in which they are lured now. */
async function openVictim(newVisitor: NewVisitor, { origin, phoneOf }: Site, { url }: Relay) {
  const visitor = await newVisitor()
  const phone = phoneOf('Alice')
  const own = await visitor.open(origin)
  const first = await phone.scan(await codeOn(own))
  const { check_code: digits } = (await phone.confirm()).body
  if (digits !== undefined) await own.getByRole('textbox').fill(digits)
  if (digits !== undefined) await own.keyboard.press('Enter')
  await greetedAs(own, 'Hello, Alice')
  expect(first.body.context?.observed.known_browser).toBe(false)
  const lured = await visitor.context.newPage()
  await lured.goto(url)
  const shown = await lured.waitForFunction(() => document.querySelector('output')?.value)
  return { phone, own, code: String(await shown.jsonValue()) }
}

describe.concurrent('a relay', () => {
  it('comes with a browser that is new, however well its victim’s own is known', async ({ newVisitor }) => {
    const relay = await openRelay(site)
    const { phone, own, code } = await openVictim(newVisitor, site, relay)
    const { body } = await phone.scan(code)
    expect(body.context?.observed.known_browser).toBe(false)
    expect(body.context?.reasons).toEqual(['new_browser'])
    expect(body.require?.short_session).toBe(true)
    await own.getByRole('button', { name: 'Sign out' }).click()
    const again = await phone.scan(await codeOn(own))
    expect(again.body.context?.observed.known_browser).toBe(true)
    expect(again.body.context?.reasons).toBeUndefined()
    relay.close()
  })

  it('that its victim takes back in time collects nothing', async ({ newVisitor }) => {
    const relay = await openRelay(site)
    const { phone, code } = await openVictim(newVisitor, site, relay)
    await phone.scan(code)
    await phone.confirm()
    expect((await phone.deny()).body).toEqual({ state: 'denied' })
    expect(await relay.browser.redeem()).toMatchObject({ status: 410, body: { code: 'ticket_denied' } })
    relay.close()
  })

  it('that succeeds has a short session, which the victim sees and ends', async ({ newVisitor }) => {
    const relay = await openRelay(site)
    const { phone, own, code } = await openVictim(newVisitor, site, relay)
    await phone.scan(code)
    await phone.confirm()
    const path = `/tickets/${relay.browser.ticket.id}/redeem`
    const taken = await relay.browser.call<{ session: SessionResource }>('POST', path, { body: {} })
    expect(taken).toMatchObject({ status: 200, body: { session: { expires_in: 3600 } } })
    const isIn = async () => {
      const headers = { authorization: `Bearer ${taken.body.session?.token}` }
      return (await fetch(`${site.api}/session`, { headers })).status === 200
    }
    expect(await isIn()).toBe(true)
    await own.goto(`${site.origin}/sessions`)
    await own.getByRole('button', { name: 'End the session', exact: false }).click()
    await own.waitForFunction(() => document.querySelectorAll('li.session').length === 1)
    // Copies of the session may be five seconds old, but not on the node that has ended it.
    expect(await isIn()).toBe(false)
    relay.close()
  })

  it('that only forwards the picture fails at the check code that new browsers are asked for', async ({
    newVisitor,
  }) => {
    const relay = await openRelay(careful)
    const { phone, code } = await openVictim(newVisitor, careful, relay)
    expect((await phone.scan(code)).body.require?.check_code).toBe(true)
    const { body } = await phone.confirm()
    expect(body).toEqual({ state: 'verifying', check_code: expect.stringMatching(/^\d{4}$/) })
    expect(await relay.browser.redeem()).toMatchObject({ status: 409 })
    const guesses = ['0000', '1111', '2222', '3333'].filter(guess => guess !== body.check_code).slice(0, 3)
    for (const guess of guesses) expect((await relay.browser.verify(guess)).status).toBe(400)
    expect(await relay.browser.redeem()).toMatchObject({ status: 410, body: { code: 'ticket_denied' } })
    relay.close()
  })
})
