/** @see docs/protocol.md, `{base}/tickets/{id}/socket`. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../packages/scanlogin/src/index.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { createFaultyStore } from '../../packages/scanlogin/src/testing/faulty-store.ts'
import { raw } from '../hostile/raw.ts'
import { allowedOrigin } from '../start.ts'
import { type Place, patience, startPlace } from './place.ts'

let place: Place

beforeEach(async () => {
  place = await startPlace()
  await place.browser.create()
})

afterEach(() => place.close())

describe('a socket', () => {
  it('tells the ticket at once and at each change, and closes with 1000 after the last', async () => {
    const { browser, phone } = place
    const socket = await place.open(browser)
    expect(await socket.next()).toMatchObject({ id: browser.ticket.id, state: 'pending', version: 1 })
    await phone.scan(browser.ticket.qr.url)
    expect(await socket.next()).toMatchObject({ state: 'scanned', version: 2, scanned_by: { name: 'A•••' } })
    await phone.confirm()
    expect(await socket.next()).toMatchObject({ state: 'confirmed', version: 3 })
    await browser.redeem()
    expect(await socket.next()).toMatchObject({ state: 'redeemed', version: 4 })
    expect(await socket.closed).toEqual({ code: 1000, reason: '' })
    await place.quiet()
  })

  it('tells what a short poll tells, field by field', async () => {
    const socket = await place.open(place.browser)
    const { body } = await place.browser.read()
    expect({ ...(await socket.next()), poll_after: 0 }).toEqual({ ...body, poll_after: 0 })
  })

  it('tells the end of a ticket that has ended before, and closes', async () => {
    await place.browser.cancel()
    const socket = await place.open(place.browser)
    expect(await socket.next()).toMatchObject({ state: 'cancelled' })
    expect(await socket.closed).toMatchObject({ code: 1000 })
  })

  it('tells at the deadline that the ticket has expired, without a ring', async () => {
    const socket = await place.open(place.browser)
    await socket.next()
    await vi.waitFor(() => expect(place.login.waiting()).toBe(1), patience)
    await place.clock.advance(120_000)
    expect(await socket.next()).toMatchObject({ state: 'expired', version: 2 })
    expect(await socket.closed).toMatchObject({ code: 1000 })
    await place.quiet()
  })

  it('that its browser closes leaves nothing behind', async () => {
    const sockets = await Promise.all(Array.from({ length: 50 }, () => place.open(place.browser)))
    await vi.waitFor(() => expect(place.login.waiting()).toBe(50), patience)
    for (const [index, { client }] of sockets.entries()) index % 2 ? client.close() : client.terminate()
    await place.quiet()
    expect(place.failures).toEqual([])
  })

  it('sends nothing of what its browser has offered as protocols back', async () => {
    const socket = await place
      .open(place.browser, { protocols: ['scanlogin', 'a-secret-in-the-wrong-place'] })
      .catch((error: Error) => error)
    // This client gives up where none of its protocols is chosen; browsers do as well.
    expect(socket).toMatchObject({ message: 'Server sent no subprotocol' })
    await place.quiet()
  })
})

describe('before a socket opens', () => {
  it('a page of the site itself or of an allowed origin is let in with its cookie', async () => {
    const { browser, cookie } = await browserWithCookie()
    for (const page of [{ origin: allowedOrigin }, { origin: 'https://id.example.com' }, sameOrigin]) {
      const socket = await place.open(browser, { headers: { cookie, ...page } })
      expect([socket.status, (await socket.next())?.state]).toEqual([101, 'pending'])
    }
  })

  it.each([
    ['of a foreign origin', { origin: 'https://evil.example' }],
    ['of a sandbox', { origin: 'null' }],
    ['of a neighbouring site', { 'sec-fetch-site': 'same-site' }],
    ['that does not say where it is from', {}],
  ])('a page %s is forbidden, though the browser sends its cookie', async (_, page: Record<string, string>) => {
    const { browser, cookie } = await browserWithCookie()
    const socket = await place.open(browser, { headers: { cookie, ...page } })
    expect([socket.status, JSON.parse(socket.body).code]).toEqual([403, 'forbidden'])
  })

  it('a stranger is told what they are told of a ticket that does not exist', async () => {
    const { stranger, browser, open } = place
    await stranger.browser.create()
    const unknown = await open(browser, { id: '0'.repeat(26) })
    const refusals = await Promise.all([
      open(browser, { headers: {} }),
      open(browser, { headers: { authorization: `Bearer ${stranger.browser.secret}` } }),
      open(browser, { headers: {}, query: `?secret=${browser.secret}&access_token=${browser.secret}` }),
      open(browser, { headers: {}, protocols: ['bearer', browser.secret] }),
      open(browser, { id: 'no-id' }),
    ])
    expect([unknown.status, JSON.parse(unknown.body).code]).toEqual([404, 'not_found'])
    for (const { status, body } of refusals) expect([status, body]).toEqual([404, unknown.body])
  })

  it('other addresses are not found', async () => {
    const request = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${place.browser.secret}\r\n\r\n`
    for (const path of [`/v1/tickets/${place.browser.ticket.id}`, '/v1/session', '/', '//', '/socket']) {
      expect((await raw(place.port, [request(path)])).map(({ status }) => status)).toEqual([404])
    }
  })

  it('a handshake that is none is refused', async () => {
    const head = `GET /v1/tickets/${place.browser.ticket.id}/socket HTTP/1.1\r\nHost: a\r\n`
    const proof = `Authorization: Bearer ${place.browser.secret}\r\n`
    const [plain] = await raw(place.port, [`${head}${proof}\r\n`])
    expect([plain?.status, plain?.text.includes('"invalid_request"')]).toEqual([400, true])
    const [keyless] = await raw(place.port, [`${head}${proof}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`])
    expect(keyless?.status).toBe(400)
    await place.quiet()
  })
})

describe('a request that offers an upgrade nobody wants', () => {
  const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAA\r\n'
  const body = '{"secret_in":"body"}'
  const create = `POST /v1/tickets HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${offer}`

  it('is answered as if it had offered none, body and all', async () => {
    const [answer] = await raw(place.port, [`${create}\r\n${body}`])
    expect([answer?.status, answer?.text.includes('"user_code"')]).toEqual([201, true])
  })

  it('is answered when its body comes later, and so are the ones behind it', async () => {
    const answers = await raw(place.port, [`${create}\r\n`, body.slice(0, 5), body.slice(5), `${create}\r\n${body}`])
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
  })

  it('ends its connection where it has asked for that', async () => {
    const closing = create.replace('Connection: Upgrade', 'Connection: close, Upgrade')
    const [answer] = await raw(place.port, [`${closing}\r\n${body}`])
    expect(answer?.text.toLowerCase()).toContain('connection: close')
  })
})

describe('a socket whose store gets into trouble', () => {
  it('closes with a moment to come back at where the store is out of reach', async () => {
    const { other, store, socket } = await openOnFaultyStore()
    store.fail()
    store.ringAll()
    const { code, reason } = await socket.closed
    expect(code).toBe(1013)
    expect(JSON.parse(reason).poll_after).toBeGreaterThanOrEqual(3)
    expect(other.failures.length).toBe(1)
    expect([other.login.waiting(), store.watchers()]).toEqual([0, 0])
    await other.close()
  })

  it('tells that the ticket has expired where the store has lost it, and closes', async () => {
    const { other, store, socket } = await openOnFaultyStore()
    store.lose()
    store.ringAll()
    expect(await socket.next()).toMatchObject({ state: 'expired', version: 2 })
    expect(await socket.closed).toMatchObject({ code: 1000 })
    expect(other.failures).toEqual([])
    expect([other.login.waiting(), store.watchers()]).toEqual([0, 0])
    await other.close()
  })
})

async function openOnFaultyStore() {
  const clock = createClock()
  const store = createFaultyStore(memoryStore({ clock }))
  const other = await startPlace({ login: { store, clock } })
  await other.browser.create()
  const socket = await other.open(other.browser)
  await socket.next()
  await vi.waitFor(() => expect(other.login.waiting()).toBe(1), patience)
  return { other, store, socket }
}

const sameOrigin = { 'sec-fetch-site': 'same-origin' }

async function browserWithCookie() {
  const browser = place.newBrowser({ proof: 'cookie' })
  await browser.create()
  const [[name, value] = []] = [...browser.cookies]
  return { browser, cookie: `${name}=${value}` }
}
