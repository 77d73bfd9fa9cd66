/** More browsers than may wait: they lose the waiting and never the sign-in. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FullLimit } from '../../packages/scanlogin/src/http.ts'
import type { ScriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { type Started, start } from '../start.ts'
import { type Place, patience, startPlace } from './place.ts'

const office = { 'x-from': '203.0.113.7' }

let place: Place
let full: FullLimit[]

beforeEach(async () => {
  full = []
  place = await startPlace({
    handler: {
      maxWaiting: 5,
      maxWaitingPerAddress: 3,
      clientAddress: ({ header }) => header('x-from'),
      onFull: limit => full.push(limit),
    },
  })
  await place.browser.create()
})

afterEach(() => place.close())

describe('a browser that finds no place to wait', () => {
  it('is answered at once with the ticket as it is, and when to ask again', async () => {
    await fill()
    const { status, body, headers } = await place.browser.wait(1, 25)
    expect([status, body.state, body.version]).toEqual([200, 'pending', 1])
    expect(body.poll_after).toBeGreaterThanOrEqual(3)
    expect(body.poll_after).toBeLessThanOrEqual(6)
    expect(Number(headers.get('retry-after'))).toBe(Math.round(body.poll_after ?? 0))
    expect(place.login.waiting()).toBe(5)
  })

  it('is told another moment than its neighbours', async () => {
    await fill()
    const replies = await Promise.all(Array.from({ length: 20 }, () => place.browser.wait(1, 25)))
    expect(new Set(replies.map(({ body }) => body.poll_after)).size).toBeGreaterThan(5)
  })

  it('signs in nevertheless, by asking now and then', async () => {
    await fill()
    const { browser, phone } = await newcomer()
    await phone.scan(browser.ticket.qr.url)
    expect((await browser.wait(1, 25)).body.state).toBe('scanned')
    await phone.confirm()
    expect((await browser.read()).body.state).toBe('confirmed')
    expect((await browser.redeem()).status).toBe(200)
  })

  it('is refused a stream and a socket, with when to ask again', async () => {
    await fill()
    const stream = await place.browser.call('GET', path(place.browser), { headers: { accept: 'text/event-stream' } })
    expect([stream.status, stream.body.code]).toEqual([429, 'rate_limited'])
    expect(Number(stream.headers.get('retry-after'))).toBeGreaterThanOrEqual(3)
    const socket = await place.open(place.browser)
    expect([socket.status, JSON.parse(socket.body).code]).toEqual([429, 'rate_limited'])
  })

  it('learns nothing about a ticket that is not its own', async () => {
    await fill()
    const { stranger, browser } = place
    await stranger.browser.create()
    const headers = { authorization: `Bearer ${stranger.browser.secret}` }
    for (const accept of ['application/json', 'text/event-stream']) {
      const { status } = await stranger.browser.call('GET', `${path(browser)}?since=1&wait=25`, {
        headers: { ...headers, accept },
      })
      expect(status).toBe(404)
    }
  })
})

describe('a place to wait', () => {
  it('is free again when a wait, a stream or a socket is over, however it ended', async () => {
    const { browser, login, clock } = place
    for (let round = 0; round < 5; round++) {
      const gone = new AbortController()
      const hungUp = browser.wait(1, 25, { signal: gone.signal })
      const overdue = browser.wait(1, 25)
      const dropped = await browser.stream()
      const closed = await place.open(browser)
      const cut = await place.open(browser)
      await vi.waitFor(() => expect(login.waiting()).toBe(5), patience)
      gone.abort()
      await dropped.next()
      await dropped.close()
      closed.client.close()
      cut.client.terminate()
      await hungUp.catch(() => {})
      // The ticket lives for two minutes.
      await clock.advance(25_000)
      await overdue
      await place.quiet()
      await browser.cancel()
      await browser.create()
    }
    await fill()
  })

  it('is free again when a stream that nobody has read is dropped', async () => {
    const { browser, handler } = place
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${browser.secret}` }
    for (let i = 0; i < 6; i++) {
      const response = await handler(new Request(`https://id.example.com/v1${path(browser)}`, { headers }))
      expect(response.status).toBe(200)
      // It has its first event ready by then, and goes no further until somebody reads.
      await place.clock.advance(0)
      await response.body?.cancel()
    }
    await fill()
  })

  it('is not taken by calls that fail', async () => {
    const { stranger, browser } = place
    await stranger.browser.create()
    for (let i = 0; i < 10; i++) {
      const headers = { authorization: `Bearer ${stranger.browser.secret}` }
      await stranger.browser.call('GET', `${path(browser)}?since=1&wait=25`, { headers })
    }
    await fill()
  })
})

describe('one address', () => {
  it('does not take the places of the others', async () => {
    holdFrom(office, 3)
    await vi.waitFor(() => expect(place.login.waiting()).toBe(3), patience)
    expect((await place.browser.wait(1, 25, { headers: office })).headers.get('retry-after')).not.toBeNull()
    holdFrom({ 'x-from': '203.0.113.8' }, 1)
    await vi.waitFor(() => expect(place.login.waiting()).toBe(4), patience)
  })

  it.each([
    ['every address of an IPv6 network', ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2:ffff::'], true],
    ['a short way to write one', ['2001:db8::1', '2001:db8:0:0:1::', '2001:db8::ffff:0:1'], true],
    ['one network, however it is spelled', ['2001:db8:0:a::1', '2001:0DB8:0000:000A:0:0:0:2', '2001:DB8:0:a::3'], true],
    ['an IPv4 address in IPv6', ['::ffff:203.0.113.7', '203.0.113.7', '::ffff:203.0.113.7'], true],
    ['no other IPv6 network', ['2001:db8:1:2::1', '2001:db8:1:3::1', '2001:db8:1:4::1'], false],
  ])('is %s', async (_, addresses, same) => {
    for (const [index, address] of addresses.entries()) {
      holdFrom({ 'x-from': address }, 1)
      await vi.waitFor(() => expect(place.login.waiting()).toBe(index + 1), patience)
    }
    const reply = place.browser.wait(1, 25, { headers: { 'x-from': addresses[0] ?? '' } })
    if (same) expect((await reply).headers.get('retry-after')).not.toBeNull()
    else await vi.waitFor(() => expect(place.login.waiting()).toBe(4), patience)
  })
})

describe('the host', () => {
  it('hears that there are no places left, and which limit it is, once a minute', async () => {
    holdFrom(office, 3)
    await vi.waitFor(() => expect(place.login.waiting()).toBe(3), patience)
    for (let i = 0; i < 3; i++) await place.browser.wait(1, 25, { headers: office })
    expect(full).toEqual(['maxWaitingPerAddress'])
    await place.clock.advance(60_000)
    await place.quiet()
    await fill()
    await place.browser.wait(1, 25)
    expect(full).toEqual(['maxWaitingPerAddress', 'maxWaiting'])
  })

  it('may let nobody wait at all', async () => {
    const { browser, login }: Started = start({ handler: { maxWaiting: 0 } })
    await browser.create()
    expect((await browser.wait(1, 25)).body.state).toBe('pending')
    expect(login.waiting()).toBe(0)
  })

  it.each([{ maxWaiting: -1 }, { maxWaitingPerAddress: 0.5 }, { maxWaiting: Number.NaN }])('cannot set %o', handler => {
    expect(() => start({ handler })).toThrow(TypeError)
  })
})

/** Takes all places there are. */
async function fill(): Promise<void> {
  for (let i = 0; i < 5; i++) holdFrom({ 'x-from': `198.51.100.${i}` }, 1)
  await vi.waitFor(() => expect(place.login.waiting()).toBe(5), patience)
}

function holdFrom(headers: Record<string, string>, count: number): void {
  for (let i = 0; i < count; i++) void place.browser.wait(1, 25, { headers })
}

async function newcomer() {
  const browser = place.newBrowser()
  await browser.create()
  return { browser, phone: place.newPhone('Bob') }
}

function path({ ticket }: ScriptedBrowser): string {
  return `/tickets/${ticket.id}`
}
