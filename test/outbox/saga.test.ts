/** What a sign-in takes along: set aside at the scan, taken with the session, given back however else it ends. */
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../packages/scanlogin/src/index.ts'
import { createSaga, type SagaOptions, SagaRefused, startRelay } from '../../packages/scanlogin/src/outbox.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { start } from '../start.ts'

function open(steps: Partial<SagaOptions> = {}) {
  const clock = createClock()
  const store = memoryStore({ clock })
  const log: string[] = []
  const note = (name: string) => async () => void log.push(name)
  const saga = createSaga({
    name: 'orders',
    store,
    clock,
    reserve: note('reserve'),
    commit: note('commit'),
    compensate: note('compensate'),
    onRefused: () => log.push('told'),
    ...steps,
  })
  const login = { store, clock, keepEvents: 'every', policies: [saga.policy] } as const
  const relay = startRelay({ store, clock, to: [saga.listener] })
  return { ...start({ login }), clock, log, relay }
}

describe('a saga', () => {
  it('reserves at the scan, and commits when the browser has collected', async () => {
    const { browser, phone, clock, log } = open()
    await browser.create()
    await clock.advance(500)
    expect(log).toEqual([])
    await phone.scan(browser.ticket.qr.url)
    await clock.advance(500)
    expect(log).toEqual(['reserve'])
    await phone.confirm()
    expect((await browser.redeem()).status).toBe(200)
    await clock.advance(500)
    expect(log).toEqual(['reserve', 'commit'])
  })

  it.each(['denied', 'cancelled', 'expired'])('gives back what was reserved when the sign-in is %s', async end => {
    const { browser, phone, clock, log } = open()
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    if (end === 'denied') await phone.deny()
    if (end === 'cancelled') await browser.cancel()
    await clock.advance(end === 'expired' ? 125_000 : 500)
    expect(log).toEqual(['reserve', 'compensate'])
  })

  it('has nothing to do with a sign-in that nobody has scanned', async () => {
    const { browser, clock, log } = open()
    await browser.create()
    await clock.advance(125_000)
    expect(log).toEqual([])
  })

  it('lets nobody in whose reservation was refused', async () => {
    const reserve = async () => {
      throw new SagaRefused('sold out')
    }
    const { browser, phone, clock, log } = open({ reserve })
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await clock.advance(500)
    expect(log).toEqual(['compensate'])
    const { status, body } = await phone.confirm()
    expect([status, body]).toMatchObject([403, { reasons: ['reservation_refused'] }])
  })

  it('lets nobody in while the reservation has not been heard of, and then lets them in', async () => {
    let held = true
    const reserve = async () => {
      if (held) throw new Error('out of order')
    }
    const { browser, phone, clock } = open({ reserve })
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    const early = phone.confirm()
    await clock.advance(450)
    expect((await early).status).toBe(429)
    held = false
    await clock.advance(10_000)
    expect((await phone.confirm()).status).toBe(200)
    expect((await browser.redeem()).status).toBe(200)
  })

  it('tries a step again until it succeeds, with the same key', async () => {
    const keys: string[] = []
    const commit = async ({ key, user }: { key: string; user: { id: string } }) => {
      keys.push(`${key} ${user.id}`)
      if (keys.length < 3) throw new Error('out of order')
    }
    const { browser, phone, clock } = open({ commit })
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await clock.advance(500)
    await phone.confirm()
    await browser.redeem()
    await clock.advance(30_000)
    expect(keys).toEqual(Array(3).fill(`${browser.ticket.id} ${phone.user?.id}`))
  })

  it('gives back what cannot be taken, and says so', async () => {
    const commit = async () => {
      throw new SagaRefused('the card was declined')
    }
    const { browser, phone, clock, log } = open({ commit })
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await clock.advance(500)
    await phone.confirm()
    await browser.redeem()
    await clock.advance(500)
    expect(log).toEqual(['reserve', 'compensate', 'told'])
  })

  it('has a name that can stand in a key', () => {
    expect(() => open({ name: 'Orders!' })).toThrow(TypeError)
  })
})
