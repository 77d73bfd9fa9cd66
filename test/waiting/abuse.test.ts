/** Browsers that do not behave: they talk where they should listen, stop reading, or are gone without a word. */
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { type Serving, serve, toNodeListener, toNodeUpgrade } from '../../packages/scanlogin/src/node.ts'
import { dial } from '../hostile/raw.ts'
import { startRaw } from './connections.ts'
import { type Place, patience, startPlace } from './place.ts'

/** Seconds: so many of them pass in a test. */
const heartbeat = 0.05

let place: Place

beforeEach(async () => {
  place = await startPlace({}, heartbeat)
  await place.browser.create()
})

afterEach(() => place.close())

describe('a socket', () => {
  it.each([
    ['a text', 'hello', 1003],
    ['bytes', Buffer.alloc(100), 1003],
    ['an empty text', '', 1003],
    ['a text over 1 KiB', 'x'.repeat(1025), 1009],
    ['ten megabytes', Buffer.alloc(10_000_000), 1009],
  ])('closes when its browser sends %s', async (_, message, code) => {
    const { client, closed } = await place.open(place.browser)
    client.send(message)
    expect((await closed).code).toBe(code)
    await place.quiet()
  })

  it('closes when its browser floods it with pings', async () => {
    const { client, closed } = await place.open(place.browser)
    for (let i = 0; i < 200; i++) client.ping()
    expect((await closed).code).toBe(1008)
    await place.quiet()
  })

  it('lets a browser ping as often as is usual', async () => {
    const { client, next } = await place.open(place.browser)
    await next()
    for (let i = 0; i < 20; i++) {
      client.ping()
      await new Promise(resolve => client.once('pong', resolve))
    }
    await place.browser.cancel()
    expect(await next()).toMatchObject({ state: 'cancelled' })
  })

  it('is cut off when its browser leaves two pings unanswered', async () => {
    const { client, closed } = await place.open(place.browser, { answers: false })
    let pings = 0
    client.on('ping', () => pings++)
    expect([(await closed).code, pings]).toEqual([1006, 2])
    await place.quiet()
  })

  it('stays as long as its browser answers', async () => {
    const { client, next } = await place.open(place.browser)
    await next()
    for (let i = 0; i < 10; i++) await new Promise(resolve => client.once('ping', resolve))
    await place.browser.cancel()
    expect(await next()).toMatchObject({ state: 'cancelled' })
  })

  it('is cut off when bytes come that are no frames', async () => {
    const { socket } = await startRaw(place, 'socket')
    await vi.waitFor(() => expect(place.login.waiting()).toBe(1), patience)
    socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
    await place.quiet()
  })
})

describe('a browser that is gone', () => {
  it.each([
    ['with a goodbye', (socket: Socket) => socket.end()],
    ['with a reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('%s leaves no wait behind', async (_, leave) => {
    const kinds = ['poll', 'stream', 'socket'] as const
    const waits = await Promise.all(Array.from({ length: 60 }, (_, at) => startRaw(place, kinds[at % 3] ?? 'poll')))
    await vi.waitFor(() => expect(place.login.waiting()).toBe(60), patience)
    for (const { socket } of waits) leave(socket)
    await place.quiet()
    expect(place.failures).toEqual([])
  })

  it('without a word is waited for until its wait is over, and no longer', async () => {
    const waits = await Promise.all(Array.from({ length: 20 }, () => startRaw(place, 'poll')))
    for (const { socket } of waits) socket.pause()
    await vi.waitFor(() => expect(place.login.waiting()).toBe(20), patience)
    await place.clock.advance(25_000)
    await place.quiet()
    for (const { socket } of waits) socket.destroy()
  })
})

describe('a browser that stops reading', () => {
  let serving: Serving
  /** Bytes that were handed over for the one browser. */
  let handedOver: number
  let ended: Promise<void>

  beforeEach(async () => {
    handedOver = 0
    let end = () => {}
    ended = new Promise(resolve => {
      end = resolve
    })
    // A ticket has not that much to tell; this is about what becomes of a reader if something has.
    async function* endless(): AsyncGenerator<string, { code: number; reason: string }> {
      try {
        for (;;) {
          handedOver += 1024
          yield `: ${'x'.repeat(1020)}\n\n`
          await new Promise(resolve => setImmediate(resolve))
        }
      } finally {
        end()
      }
    }
    const headers = { 'content-type': 'text/event-stream' }
    const stream = { [Symbol.asyncIterator]: endless, keepAlive: () => () => {} }
    serving = await serve({
      listener: toNodeListener({ answer: async () => ({ status: 200, headers, body: stream }) }),
      upgrade: toNodeUpgrade({ openSocket: async () => ({ texts: endless() }) }, WebSocketServer),
    })
  })

  afterEach(() => serving.close())

  it.each([
    ['an event stream', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a socket', `GET / HTTP/1.1\r\nHost: a\r\n${handshake}\r\n`],
  ])('%s is cut off before it costs memory', async (_, request) => {
    const socket = await dial(serving.port)
    let taken = 0
    socket.on('data', piece => {
      taken += piece.length
      if (taken > 1_000_000) socket.pause()
    })
    socket.write(request)
    await ended
    // A reader who reads is left alone: this one had its megabyte first.
    expect(taken).toBeGreaterThan(1_000_000)
    expect(handedOver).toBeGreaterThan(taken / 2)
    socket.destroy()
  })
})

const handshake =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
