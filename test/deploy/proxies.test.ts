/** The proxies as `deploy/` configures them, each in front of the real server. */
import { get, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../redis/servers/child.ts'
import { endServers } from '../server/server.ts'
import { openSocket } from '../waiting/place.ts'
import { endPrograms } from './programs.ts'
import { apiKey, type ProxiedSite, startSite } from './site.ts'

/** nginx writes 32 digits, the server itself none without hyphens. */
const numberOf = { nginx: /^[\da-f]{32}$/, haproxy: /^[\da-f-]{36}$/, caddy: /^[\da-f-]{36}$/ }

/** Browsers of one address that may wait. */
const seats = 12

afterAll(async () => {
  await endPrograms()
  await endServers()
})

describe.concurrent.each(['nginx', 'haproxy', 'caddy'] as const)('%s', name => {
  let site: ProxiedSite

  beforeAll(async () => {
    site = await startSite(name, { env: { SCANLOGIN_MAX_WAITING_PER_ADDRESS: String(seats) } })
  })

  it('carries a whole sign-in by long poll', async () => {
    const { browser, phone } = site.people()
    await browser.create()
    const scanned = browser.wait(1, 25)
    await phone.scan(browser.ticket.qr.url)
    expect((await scanned).body).toMatchObject({ state: 'scanned', version: 2 })
    const confirmed = browser.wait(2, 25)
    await phone.confirm()
    expect((await confirmed).body).toMatchObject({ state: 'confirmed' })
    expect(await browser.redeem()).toMatchObject({ status: 200, body: { user: phone.user } })
  })

  it('passes each event of a stream on as it comes', async () => {
    const { browser, phone } = site.people()
    await browser.create()
    const events = await browser.stream()
    expect(events.headers.get('content-type')).toBe('text/event-stream')
    // Nothing more comes before the scan: a proxy that gathers would keep this one.
    expect((await events.next())?.ticket.state).toBe('pending')
    await phone.scan(browser.ticket.qr.url)
    expect((await events.next())?.ticket.state).toBe('scanned')
    await phone.confirm()
    expect((await events.next())?.ticket.state).toBe('confirmed')
    await browser.redeem()
    expect((await events.next())?.ticket.state).toBe('redeemed')
    expect(await events.next()).toBeUndefined()
  })

  it('passes each event on where the browser offers to take it compressed', async () => {
    const { browser } = site.people()
    await browser.create()
    const events = await browser.stream({ headers: { 'accept-encoding': 'gzip, br' } })
    expect((await events.next())?.ticket.state).toBe('pending')
    expect(events.headers.get('content-encoding')).toBeNull()
    await events.close()
  })

  it('carries a whole sign-in over a WebSocket', async () => {
    const { browser, phone } = site.people()
    await browser.create()
    const socket = await openSocket(site.port, browser)
    expect(socket.status).toBe(101)
    expect(await socket.next()).toMatchObject({ state: 'pending' })
    await phone.scan(browser.ticket.qr.url)
    expect(await socket.next()).toMatchObject({ state: 'scanned' })
    await phone.confirm()
    expect(await socket.next()).toMatchObject({ state: 'confirmed' })
    expect((await browser.redeem()).status).toBe(200)
    expect(await socket.next()).toMatchObject({ state: 'redeemed' })
    expect(await socket.closed).toMatchObject({ code: 1000 })
  })

  it('lasts as long as a wait is held, and keeps a stream and a socket that are silent', async () => {
    const [poller, reader, listener] = [site.people(), site.people(), site.people()].map(({ browser }) => browser)
    if (!poller || !reader || !listener) throw new Error('There are three')
    await Promise.all([poller, reader, listener].map(browser => browser.create()))
    const held = poller.wait(1, 25)
    const events = await reader.stream()
    expect((await events.next())?.name).toBe('ticket')
    const socket = await openSocket(site.port, listener)
    await socket.next()
    expect(await held).toMatchObject({ status: 200, body: { state: 'pending', version: 1 } })
    for (const _ of ['after 15 s', 'after 30 s']) expect((await events.next())?.name).toBe('comment')
    await Promise.all([reader, listener].map(browser => browser.cancel()))
    expect((await events.next())?.ticket.state).toBe('cancelled')
    expect(await socket.next()).toMatchObject({ state: 'cancelled' })
  }, 60_000)

  it('says who asks, whatever the browser itself has written', async () => {
    const created = await createFrom(site, '127.0.0.2')
    const { phone } = site.people()
    const { body } = await phone.scan(created.qr.url)
    expect(body.context?.observed.ip).toBe('127.0.0.2')
  })

  it('gives each call the number that stands in the log, whatever the browser itself has written', async () => {
    const { browser } = site.people()
    const headers = { 'x-request-id': 'chosen-by-a-browser' }
    const [one, other] = [await browser.create(), await browser.call('POST', '/tickets', { body: {}, headers })]
    const numbers = [one, other].map(answer => answer.headers.get('x-request-id'))
    for (const number of numbers) expect(number).toMatch(numberOf[name])
    expect(numbers[0]).not.toBe(numbers[1])
  })

  it('tells the server when a browser hangs up', async () => {
    const { body } = await site.people().browser.create()
    const address = '127.0.0.3'
    const streams = await Promise.all(Array.from({ length: seats }, () => streamFrom(site, address, body)))
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: seats }, () => 200))
    expect((await streamFrom(site, address, body)).status).toBe(429)
    for (const { hangUp } of streams) hangUp()
    await until('there is a place again', async () => {
      const { status, hangUp } = await streamFrom(site, address, body)
      hangUp()
      return status === 200
    })
  })
})

interface CreatedTicket {
  qr: { url: string }
}

/** A ticket whose browser has this address, and claims another. */
function createFrom({ url }: ProxiedSite, localAddress: string): Promise<CreatedTicket> {
  const headers = {
    'content-type': 'application/json',
    'x-forwarded-for': '203.0.113.9',
    origin: url,
    authorization: `Bearer ${apiKey}`,
  }
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/v1/tickets`, { method: 'POST', headers, localAddress }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', piece => {
        text += piece
      })
      answer.on('end', () => resolve(JSON.parse(text)))
    })
    asked.once('error', reject)
    asked.end(JSON.stringify({ secret_in: 'body' }))
  })
}

/** A browser's event stream from this address, once its head is there. */
function streamFrom({ url }: ProxiedSite, localAddress: string, { id, secret }: { id?: string; secret?: string }) {
  const headers = { authorization: `Bearer ${secret}`, accept: 'text/event-stream' }
  return new Promise<{ status: number | undefined; hangUp: () => void }>((resolve, reject) => {
    const asked = get(`${url}/v1/tickets/${id}`, { headers, localAddress, agent: false }, answer => {
      answer.on('error', () => {})
      resolve({ status: answer.statusCode, hangUp: () => asked.destroy() })
    })
    asked.once('error', reject)
  })
}
