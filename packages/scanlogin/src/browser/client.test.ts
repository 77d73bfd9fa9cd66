/** The client against the real handler, through a network that a test can break, on a clock that it moves. */
import { describe, expect, it } from 'vitest'
import { createLogin, type LoginOptions } from '../core/login.ts'
import { createHandler } from '../http/handler.ts'
import { memoryStore } from '../stores/memory.ts'
import { createClock } from '../testing/clock.ts'
import { createCookieJar } from '../testing/cookie-jar.ts'
import { type ClientOptions, createClient } from './client.ts'
import type { Page, PageChange } from './page.ts'
import type { ClientState } from './state.ts'

const alice = { id: 'alice', name: 'Alice Liddell' }
const wrongFor = (checkCode: string) => (checkCode === '0000' ? '1111' : '0000')

describe('a sign-in', () => {
  it('goes from a code over the scan to a session', async () => {
    const { client, states, scan, becomes } = start({ returnTo: '/welcome' })
    client.start()
    await becomes('waiting')
    const phone = await scan()
    await becomes('scanned', { scannedBy: 'A•••' })
    await phone.confirm()
    await becomes('signedIn', { user: alice, returnTo: '/welcome' })
    expect(states()).toEqual(['idle', 'loading', 'waiting', 'scanned', 'confirmed', 'signedIn'])
  })

  it('proves with PKCE, and with a secret of its own instead of a cookie, that who collects is who began', async () => {
    const { client, scan, becomes, network } = start({ pkce: true, secretIn: 'body' })
    client.start()
    await (await scan()).confirm()
    await becomes('signedIn')
    expect(network.cookies.size).toBe(0)
  })

  it('ends when the phone declines, and asks nothing more', async () => {
    const { client, scan, becomes, clock, network } = start()
    client.start()
    await (await scan()).deny()
    await becomes('denied', { reason: 'denied_on_phone' })
    const { length } = network.calls
    await clock.advance(600_000)
    expect(network.calls.length).toBe(length)
    expect(clock.timers()).toBe(0)
  })

  it('takes the digits from the phone, and counts the wrong ones', async () => {
    const { client, scan, becomes, network } = start({}, { checkCode: 4 })
    client.start()
    const { checkCode = '' } = await (await scan()).confirm()
    await becomes('verifying', { digits: 4, attemptsLeft: 3 })
    await client.verify(wrongFor(checkCode))
    await eventually(() => network.calls.at(-1)).toContain('?since=4')
    await becomes('verifying', { attemptsLeft: 2, problem: { code: 'check_code_mismatch' } })
    await client.verify(checkCode)
    await becomes('signedIn')
  })

  it('does not repeat digits by itself when their answer is lost: a miss would count twice', async () => {
    const { client, scan, becomes, network } = start({}, { checkCode: 4 })
    client.start()
    const { checkCode = '' } = await (await scan()).confirm()
    await becomes('verifying')
    network.losesAnswerTo('verify')
    await client.verify(wrongFor(checkCode))
    await becomes('verifying', { checking: false, attemptsLeft: 2 })
    expect(network.calls.filter(call => call.includes('/verify')).length).toBe(1)
  })

  it('collects on request where it does not by itself', async () => {
    const { client, scan, becomes } = start({ autoRedeem: false })
    client.start()
    await (await scan()).confirm()
    await becomes('confirmed')
    await client.redeem()
    await becomes('signedIn')
  })

  it('gets the very same session when the answer that held it was lost', async () => {
    const { client, scan, becomes, network, clock } = start()
    client.start()
    const phone = await scan()
    await becomes('scanned')
    network.losesAnswerTo('redeem')
    await phone.confirm()
    await eventually(() => network.lost.length).toBe(1)
    await clock.advance(2000)
    const { session } = await becomes('signedIn')
    expect(JSON.parse(network.lost[0] ?? '')).toMatchObject({ session })
  })

  it('is given up on the server as well when it is cancelled', async () => {
    const { client, becomes, phoneSees } = start()
    client.start()
    const { qrUrl } = await becomes('waiting')
    await client.cancel()
    expect(client.state).toEqual({ state: 'cancelled' })
    await phoneSees(qrUrl, 'ticket_cancelled')
  })

  it('is dropped without a trace in the page when it is stopped', async () => {
    const { client, becomes, clock, login } = start()
    client.start()
    await becomes('waiting')
    client.stop()
    expect(client.state).toEqual({ state: 'idle' })
    await eventually(() => login.waiting()).toBe(0)
    expect(clock.timers()).toBe(0)
  })

  it('begins again on request, and the old code is dead then', async () => {
    const { client, becomes, phoneSees } = start()
    client.start()
    const { qrUrl } = await becomes('waiting')
    client.refresh()
    await becomes('waiting', { qrUrl: expect.not.stringContaining(qrUrl) })
    await phoneSees(qrUrl, 'ticket_cancelled')
  })
})

describe('a code', () => {
  it('is in step again as soon as the server is heard, though the clock stood still in a sleep', async () => {
    const server = createClock()
    const { becomes, client, login } = start({ clock: createClock() }, { clock: server })
    client.start()
    await eventually(login.waiting).toBe(1)
    await server.advance(25_000)
    const { qrUrl } = await becomes('waiting', { qrUrl: expect.stringContaining('.2.') })
    await login.scan({ qr: qrUrl }, alice)
  })

  it('that was scanned is not replaced behind the back of who scanned it', async () => {
    const { client, becomes, clock, scan } = start()
    client.start()
    await scan()
    await becomes('scanned')
    await clock.advance(300_000)
    await becomes('expired')
  })

  it('is not replaced while nobody sees the page, but as soon as somebody does', async () => {
    const { client, becomes, clock, page } = start()
    client.start()
    await becomes('waiting')
    page.leave()
    await clock.advance(140_000)
    await becomes('expired')
    page.comeBack()
    await becomes('waiting')
  })

  it('counts down to the end that the server named, from the clock and not from ticks', async () => {
    const { client, becomes, clock } = start()
    client.start()
    await becomes('waiting', { expiresIn: 120 })
    await clock.advance(33_000)
    expect(client.secondsLeft()).toBe(87)
  })
})

describe('waiting', () => {
  it('holds one request at a time and asks for nothing in between', async () => {
    const { client, becomes, clock, network, login } = start()
    client.start()
    await becomes('waiting')
    await eventually(() => login.waiting()).toBe(1)
    await clock.advance(20_000)
    expect(network.calls.map(call => call.replace(/[0-9A-Z]{26}/, '<id>'))).toEqual([
      'POST /v1/tickets',
      'GET /v1/tickets/<id>?since=1&wait=25',
    ])
  })

  for (const [fault, answer] of [
    ['a broken connection', () => Promise.reject(new TypeError('network'))],
    ['an HTML page', async () => new Response('<html>Bad gateway</html>', { status: 502 })],
    ['a login page of the hotel', async () => new Response('<html>Welcome</html>')],
    ['nothing', async () => new Response(null, { status: 204 })],
  ] as const) {
    it(`asks in short when holds end in ${fault}, and holds again a minute later`, async () => {
      const { client, becomes, clock, network, scan, login } = start()
      network.breaks = call => (call.includes('wait=') ? answer() : undefined)
      client.start()
      await becomes('waiting')
      await clock.advance(30_000)
      const holds = () => network.calls.filter(call => call.includes('wait=')).length
      expect(holds()).toBe(2)
      await scan()
      await clock.advance(2000)
      await becomes('scanned')
      network.breaks = () => undefined
      await clock.advance(60_000)
      expect(holds()).toBeGreaterThan(2)
      await eventually(() => login.waiting()).toBe(1)
    })
  }

  it('gives a connection up that has silently died', async () => {
    const { client, becomes, clock, network, scan } = start()
    network.breaks = call => (call.includes('wait=') ? new Promise(() => {}) : undefined)
    client.start()
    await becomes('waiting')
    await scan()
    await clock.advance(34_000)
    await becomes('waiting')
    await clock.advance(2000)
    await becomes('scanned')
  })

  for (const [status, body] of [
    [503, { code: 'store_unavailable', title: 'Out of order' }],
    [429, { code: 'rate_limited', title: 'Too many tries' }],
  ] as const) {
    it(`comes back when a ${status} says, and holds then as before`, async () => {
      const { client, becomes, clock, network, login } = start()
      const answer = async () => Response.json(body, { status, headers: { 'retry-after': '7' } })
      network.breaks = call => (call.includes('wait=') ? answer() : undefined)
      client.start()
      await becomes('waiting')
      await eventually(() => network.calls.length).toBe(2)
      await clock.advance(6900)
      expect(network.calls.length).toBe(2)
      await clock.advance(1000)
      await eventually(() => network.calls.length).toBe(4)
      network.breaks = () => undefined
      await clock.advance(8000)
      await eventually(() => login.waiting()).toBe(1)
    })
  }

  it('tells of trouble from the second failure on, never gives up, and goes on where it was', async () => {
    const { client, becomes, clock, network, scan, states } = start()
    client.start()
    await scan()
    await becomes('scanned')
    network.breaks = () => Promise.reject(new TypeError('network'))
    await clock.advance(80_000)
    await becomes('offline', { problem: { code: 'unreachable' } })
    network.breaks = () => undefined
    await clock.advance(8000)
    await becomes('scanned')
    expect(states()).not.toContain('error')
  })

  it('keeps trying for a first code, and can be told to try at once', async () => {
    const { client, becomes, clock, network } = start()
    network.breaks = () => Promise.reject(new TypeError('network'))
    client.start()
    await clock.advance(60_000)
    await becomes('offline')
    network.breaks = () => undefined
    client.refresh()
    await becomes('waiting')
  })

  it('does not storm a server that answers holds at once because it is going down', async () => {
    const { client, becomes, clock, network, login } = start()
    client.start()
    await becomes('waiting')
    login.drain()
    await clock.advance(20_000)
    expect(network.calls.length).toBeLessThan(25)
  })

  it('never goes back to an older state, whatever an old replica says', async () => {
    const { client, becomes, clock, network, scan, states } = start()
    client.start()
    await becomes('waiting')
    await scan()
    await becomes('scanned')
    const old = { id: '0', state: 'pending', version: 1, expires_in: 60, poll_after: 1 }
    network.breaks = async () => Response.json(old)
    await clock.advance(60_000)
    expect(states().at(-1)).toBe('scanned')
  })

  it('lets go of the connection when the page is out of sight for a minute, and still collects in time', async () => {
    const { client, becomes, clock, login, page, scan } = start()
    client.start()
    const phone = await scan()
    await becomes('scanned')
    page.leave()
    await clock.advance(61_000)
    expect(login.waiting()).toBe(0)
    await phone.confirm()
    await clock.advance(11_000)
    await becomes('signedIn')
  })

  it('asks at once when the page is seen again', async () => {
    const { client, becomes, clock, page, network, scan } = start()
    client.start()
    network.breaks = call => (call.includes('wait=') ? new Promise(() => {}) : undefined)
    await scan()
    await clock.advance(10_000)
    await becomes('waiting')
    page.comeBack()
    await becomes('scanned')
  })

  it('takes a ticket that the server has forgotten for expired after it was known, and for lost cookies before', async () => {
    const { client, becomes, page, network } = start({ renewals: 0 })
    client.start()
    await becomes('waiting')
    page.comeBack()
    await eventually(() => network.calls.filter(call => !call.includes('wait=')).length).toBe(2)
    network.cookies.clear()
    page.comeBack()
    await becomes('expired')
    network.keepsCookies = false
    client.refresh()
    await becomes('error', { problem: { code: 'not_found' } })
  })
})

function start(options: ClientOptions = {}, server: Partial<LoginOptions> = {}) {
  const clock = createClock()
  const login = createLogin({ store: memoryStore({ clock }), publicUrl: 'https://id.example.com', clock, ...server })
  const handler = createHandler(login, {
    signIn: (_user, _request, { token }) => ({ session: { token } }),
    site: { returnTo: ['/welcome'] },
  })
  const network = createNetwork(handler)
  const page = createPage()
  const client = createClient({ fetch: network.fetch, clock, page, random: () => 0.5, ...options })
  const seen: ClientState['state'][] = []
  client.subscribe(({ state }) => {
    if (seen.at(-1) !== state) seen.push(state)
  })
  /** Waits until the state has this name and these fields. */
  async function becomes<N extends ClientState['state']>(state: N, fields: object = {}) {
    await eventually(() => client.state).toMatchObject({ state, ...fields })
    // The line above has just made sure of the name.
    return client.state as Extract<ClientState, { state: N }>
  }
  async function scan() {
    const { qrUrl } = await becomes('waiting')
    const { ticket, scanToken } = await login.scan({ qr: qrUrl }, alice)
    const { id } = ticket.birth
    return { confirm: () => login.confirm(id, scanToken), deny: () => login.deny(id, scanToken) }
  }
  const phoneSees = (qr: string, code: string) =>
    eventually(() => login.scan({ qr }, alice).catch(error => error)).toMatchObject({ code })
  return { client, clock, login, network, page, scan, becomes, phoneSees, states: () => seen }
}

/** A browser's cookies and a line that can be cut. */
function createNetwork(handler: (request: Request) => Promise<Response>) {
  const jar = createCookieJar()
  const lossy = new Set<string>()
  const network = {
    calls: [] as string[],
    cookies: jar.cookies,
    keepsCookies: true,
    lost: [] as string[],
    /** What comes in place of the server's answer. */
    breaks: (_call: string): Promise<Response> | undefined => undefined,
    /** The server hears the next call to this verb, the page does not hear the server. */
    losesAnswerTo: (verb: string) => lossy.add(verb),
    async fetch(url: string, { signal, ...init }: RequestInit): Promise<Response> {
      const call = `${init.method} ${url}`
      network.calls.push(call)
      const broken = network.breaks(call)
      if (broken) return broken
      const request = new Request(`https://id.example.com${url}`, { ...init, ...(signal && { signal }) })
      request.headers.set('origin', 'https://id.example.com')
      request.headers.set('cookie', jar.header())
      const response = await handler(request)
      if (network.keepsCookies) jar.keep(response.headers)
      if (!lossy.delete(url.replace(/^.*\//, ''))) return response
      network.lost.push(await response.text())
      throw new TypeError('network')
    },
  }
  return network
}

function createPage(): Page & { leave(): void; comeBack(): void } {
  let tell = (_change: PageChange) => {}
  let hidden = false
  return {
    hidden: () => hidden,
    watch(listener) {
      tell = listener
      return () => {}
    },
    leave() {
      hidden = true
      tell('away')
    },
    comeBack() {
      hidden = false
      tell('back')
    },
  }
}

/** With patience for a busy machine. */
function eventually<T>(look: () => T) {
  return expect.poll(look, { interval: 5, timeout: 15_000 })
}
