/** Moments in which much comes together for those who wait: a deadline, and a process that stood still. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startRaw } from './connections.ts'
import { type Place, patience, startPlace } from './place.ts'

let place: Place

beforeEach(async () => {
  place = await startPlace()
  await place.browser.create()
})

afterEach(() => place.close())

describe('a deadline that is reached while browsers wait', () => {
  it('ends every wait at that moment, on time of its own', async () => {
    const { browser, clock, login } = place
    await clock.advance(110_000)
    const polls = Array.from({ length: 10 }, () => browser.wait(1, 25))
    const stream = await browser.stream()
    await stream.next()
    await vi.waitFor(() => expect(login.waiting()).toBe(11), patience)
    await clock.advance(9999)
    expect(login.waiting()).toBe(11)
    await clock.advance(1)
    for (const { body } of await Promise.all(polls)) expect(body).toMatchObject({ state: 'expired', version: 2 })
    expect(await stream.next()).toMatchObject({ ticket: { state: 'expired' } })
    expect(await stream.next()).toBeUndefined()
    await place.quiet()
  })
})

describe('a process that stands still for two seconds', () => {
  it('answers all who wait once, late, and goes on', async () => {
    const { browser, phone, login } = place
    const waits = await Promise.all(Array.from({ length: 300 }, () => startRaw(place, 'poll')))
    await vi.waitFor(() => expect(login.waiting()).toBe(300), patience)
    const scan = phone.scan(browser.ticket.qr.url)
    for (const end = Date.now() + 2000; Date.now() < end; );
    expect((await scan).status).toBe(200)
    await vi.waitFor(() => expect(waits.every(({ answers }) => answers() > 0)).toBe(true), patience)
    await place.quiet()
    expect(waits.filter(({ answers }) => answers() !== 1)).toEqual([])
    for (const { socket } of waits) socket.destroy()
    expect((await browser.wait(1, 25)).body.state).toBe('scanned')
  })
})
