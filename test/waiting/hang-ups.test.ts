/** Browsers that wait, over real sockets: those who leave leave nothing behind, and a server that ends answers the rest. */
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dial } from '../hostile/raw.ts'
import { type Listening, start, startHttp } from '../start.ts'

const many = 500
/** ms; not how long it takes but when to give up, on a machine that has other things to do. */
const patience = { timeout: 20_000, interval: 20 }

describe('over real sockets', () => {
  let place: Listening

  beforeEach(async () => {
    // Nobody looks again by themselves within this test's patience: only who hears of the end ends.
    place = await startHttp({ proof: 'bearer', login: { recheck: 60 } })
  })

  afterEach(() => place.stop())

  it.each([
    ['long polls', '?since=1&wait=25', 'application/json'],
    ['event streams', '', 'text/event-stream'],
  ])('%s that clients drop leave nothing behind', async (_, query, accept) => {
    const sockets = await waitMany(query, accept)
    for (const socket of sockets) socket.destroy()
    await vi.waitFor(() => expect(place.login.waiting()).toBe(0), patience)
    expect(place.failures).toEqual([])
  })

  it('long polls that clients drop in the very moment of a change leave nothing behind', async () => {
    const { browser, phone } = place
    const sockets = await waitMany('?since=1&wait=25', 'application/json')
    const scan = phone.scan(browser.ticket.qr.url)
    for (const socket of sockets) socket.resetAndDestroy()
    expect((await scan).status).toBe(200)
    await vi.waitFor(() => expect(place.login.waiting()).toBe(0), patience)
    expect(place.failures).toEqual([])
  })

  it('requests that were sent behind one another on one connection do not outlive it', async () => {
    await place.browser.create()
    for (const accept of ['application/json', 'text/event-stream']) {
      const socket = await dial(place.port)
      socket.write(request('?since=1&wait=25', accept).repeat(50))
      await vi.waitFor(() => expect(place.login.waiting()).toBe(1), patience)
      socket.destroy()
      await vi.waitFor(() => expect(place.login.waiting()).toBe(0), patience)
    }
  })

  it('a request that was cut off in the middle of its body leaves nothing behind', async () => {
    const sockets = await Promise.all(Array.from({ length: 50 }, () => dial(place.port)))
    for (const socket of sockets) {
      socket.write(
        'POST /v1/tickets HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"se',
      )
    }
    await new Promise(resolve => setTimeout(resolve, 100))
    for (const socket of sockets) socket.destroy()
    expect((await place.browser.create()).status).toBe(201)
    expect(place.failures).toEqual([])
  })

  it('a server that ends answers all who wait', async () => {
    const { browser } = place
    await browser.create()
    const waits = Array.from({ length: 100 }, () => browser.wait(1, 25))
    const streams = await Promise.all(Array.from({ length: 20 }, () => browser.stream()))
    await vi.waitFor(() => expect(place.login.waiting()).toBe(120), patience)
    await place.stop()
    for (const { status, body } of await Promise.all(waits)) expect([status, body.state]).toEqual([200, 'pending'])
    for (const events of streams) {
      expect((await events.next())?.ticket.state).toBe('pending')
      let event = await events.next()
      while (event) event = await events.next()
    }
    expect(place.login.waiting()).toBe(0)
  })

  it('a server that ends tells its clients to come back over another connection, and not all at once', async () => {
    const { browser } = place
    await browser.create()
    const waits = Array.from({ length: 50 }, () => browser.wait(1, 25))
    await vi.waitFor(() => expect(place.login.waiting()).toBe(50), patience)
    place.login.drain()
    const replies = await Promise.all(waits)
    for (const { headers } of replies) expect(headers.get('connection')).toBe('close')
    expect(new Set(replies.map(({ body }) => body.poll_after)).size).toBeGreaterThan(10)
  })

  function request(query: string, accept: string): string {
    const { ticket, secret } = place.browser
    const lines = [`GET /v1/tickets/${ticket.id}${query} HTTP/1.1`, 'Host: a', `Accept: ${accept}`]
    return [...lines, `Authorization: Bearer ${secret}`, '', ''].join('\r\n')
  }

  async function waitMany(query: string, accept: string): Promise<Socket[]> {
    await place.browser.create()
    const sockets = await Promise.all(Array.from({ length: many }, () => dial(place.port)))
    for (const socket of sockets) socket.write(request(query, accept))
    await vi.waitFor(() => expect(place.login.waiting()).toBe(many), patience)
    return sockets
  }
})

describe('in a fetch handler', () => {
  it('a wait ends with its request', async () => {
    const { browser, login, clock } = start()
    await browser.create()
    const leaving = new AbortController()
    const waits = Array.from({ length: 20 }, () => browser.wait(1, 25, { signal: leaving.signal }))
    await vi.waitFor(() => expect(login.waiting()).toBe(20), patience)
    leaving.abort()
    await Promise.allSettled(waits)
    expect([login.waiting(), clock.timers()]).toEqual([0, 0])
  })

  it('a stream ends when nobody reads it any more', async () => {
    const { browser, login, clock } = start()
    await browser.create()
    const events = await browser.stream()
    await events.next()
    await vi.waitFor(() => expect(login.waiting()).toBe(1), patience)
    await events.close()
    await vi.waitFor(() => expect([login.waiting(), clock.timers()]).toEqual([0, 0]), patience)
  })
})
