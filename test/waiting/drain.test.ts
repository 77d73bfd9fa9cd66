/** A server that goes down: whoever waits is told, told when to come back, and not broken off. */
import { setMaxListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startRaw } from './connections.ts'
import { type Place, patience, startPlace } from './place.ts'

let place: Place

beforeEach(async () => {
  place = await startPlace()
  await place.browser.create()
})

afterEach(() => place.close())

describe('a server that drains', () => {
  it('answers a crowd in slices within 2 s, and everybody once', async () => {
    const { browser, login, clock } = place
    let answered = 0
    const { id } = browser.ticket
    const waits = Array.from({ length: 5000 }, () =>
      login.wait(id, browser.secret, { since: 1, seconds: 25 }).then(() => answered++),
    )
    await vi.waitFor(() => expect(login.waiting()).toBe(5000), patience)
    const drained = login.drain()
    await clock.advance(0)
    expect(answered).toBeGreaterThan(0)
    expect(answered).toBeLessThan(5000)
    await clock.advance(2000)
    await drained
    await Promise.all(waits)
    expect([answered, clock.timers()]).toEqual([5000, 0])
  })

  it('lets a crowd that leaves by itself in the meantime go', async () => {
    const { browser, login, clock } = place
    const gone = new AbortController()
    setMaxListeners(0, gone.signal)
    const { id } = browser.ticket
    const waits = Array.from({ length: 3000 }, () =>
      login.wait(id, browser.secret, { since: 1, seconds: 25, hangup: gone.signal }),
    )
    await vi.waitFor(() => expect(login.waiting()).toBe(3000), patience)
    const drained = login.drain()
    gone.abort()
    await Promise.all(waits)
    await clock.advance(2000)
    await drained
    expect([login.waiting(), clock.timers()]).toEqual([0, 0])
  })

  it('ends streams with a moment to come back at that is not everybody else’s', async () => {
    const streams = await Promise.all(Array.from({ length: 20 }, () => startRaw(place, 'stream')))
    await vi.waitFor(() => expect(place.login.waiting()).toBe(20), patience)
    void place.login.drain()
    const texts = await Promise.all(streams.map(({ all }) => all))
    const moments = texts.map(text => Number(/\nretry: (\d+)\n\n/.exec(text)?.[1]))
    for (const moment of moments) expect(moment >= 0 && moment <= 3000).toBe(true)
    expect(new Set(moments).size).toBeGreaterThan(10)
    // The last chunk: it was ended, and not broken off.
    for (const text of texts) expect(text.endsWith('0\r\n\r\n')).toBe(true)
  })

  it('closes sockets as one that restarts, with a moment to come back at', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => place.open(place.browser)))
    await vi.waitFor(() => expect(place.login.waiting()).toBe(20), patience)
    void place.login.drain()
    const closings = await Promise.all(sockets.map(({ closed }) => closed))
    const moments = closings.map(({ reason }) => JSON.parse(reason).poll_after)
    for (const { code } of closings) expect(code).toBe(1012)
    for (const moment of moments) expect(moment >= 0 && moment <= 3).toBe(true)
    expect(new Set(moments).size).toBeGreaterThan(10)
  })

  it('tells who comes late the ticket as it is, and sends them on', async () => {
    await place.login.drain()
    const socket = await place.open(place.browser)
    expect(await socket.next()).toMatchObject({ state: 'pending' })
    expect(await socket.closed).toMatchObject({ code: 1012 })
    const stream = await startRaw(place, 'stream')
    expect(await stream.all).toMatch(/"state":"pending"[\s\S]*\nretry: \d+\n\n/)
  })

  it('does not wait for browsers that do not answer the closing', async () => {
    const sockets = await Promise.all(Array.from({ length: 5 }, () => startRaw(place, 'socket')))
    await vi.waitFor(() => expect(place.login.waiting()).toBe(5), patience)
    await place.close()
    expect(place.login.waiting()).toBe(0)
    for (const { socket } of sockets) socket.destroy()
  })
})
