/** Events in the memory of one process: written with the step, delivered at least once, and due by themselves. */
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../packages/scanlogin/src/index.ts'
import {
  type RelayOptions,
  startRelay,
  type TicketEvent,
  type TicketEventListener,
} from '../../packages/scanlogin/src/outbox.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { type StartOptions, start } from '../start.ts'

function open(
  listener: TicketEventListener,
  options: StartOptions['login'] = {},
  relaying: Partial<RelayOptions> = {},
) {
  const clock = createClock()
  const store = memoryStore({ clock })
  const started = start({ login: { store, clock, keepEvents: 'final', ...options } })
  const failures: unknown[] = []
  const relay = startRelay({ store, clock, to: [listener], onFailure: failure => failures.push(failure), ...relaying })
  return { ...started, clock, store, relay, failures }
}

function listen(options?: StartOptions['login']) {
  const events: TicketEvent[] = []
  return { events, ...open(event => void events.push(event), options) }
}

describe('the end of a ticket', () => {
  it('is told once, with who it was and nothing that opens anything', async () => {
    const { browser, phone, clock, events } = listen()
    await browser.create()
    const { id } = browser.ticket
    const { body: scan } = await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    const { body: redeemed } = await browser.redeem()
    await clock.advance(1000)
    expect(events).toEqual([
      {
        id: `evt_${id}_4`,
        type: 'ticket.redeemed',
        timestamp: '2030-01-01T00:00:00.000Z',
        data: { ticket: id, version: 4, created_at: '2030-01-01T00:00:00.000Z', user: { id: phone.user?.id } },
      },
    ])
    const text = JSON.stringify(events)
    for (const secret of [browser.secret, scan.scan_token, JSON.stringify(redeemed.session)]) {
      expect(text).not.toContain(secret)
    }
    await clock.advance(60_000)
    expect(events).toHaveLength(1)
  })

  it('is told with the reason when somebody has said no, and when the browser has given up', async () => {
    const { newBrowser, newPhone, clock, events } = listen()
    const [denied, cancelled] = [newBrowser(), newBrowser()]
    for (const browser of [denied, cancelled]) await browser.create()
    const phone = newPhone('Bob')
    await phone.scan(denied.ticket.qr.url)
    await phone.deny()
    await cancelled.cancel()
    await clock.advance(1000)
    expect(events.map(({ type, data: { ticket, reason } }) => [type, ticket, reason])).toEqual([
      ['ticket.denied', denied.ticket.id, 'denied_on_phone'],
      ['ticket.cancelled', cancelled.ticket.id, undefined],
    ])
  })

  it('is told at the deadline though nobody calls, with the version that a reader sees', async () => {
    const { browser, phone, clock, events } = listen()
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await clock.advance(119_000)
    expect(events).toEqual([])
    await clock.advance(2000)
    const [event] = events
    expect(event).toMatchObject({ type: 'ticket.expired', timestamp: '2030-01-01T00:02:00.000Z' })
    const { body } = await browser.read()
    expect(body).toMatchObject({ state: 'expired', version: event?.data.version })
    expect(event?.data.user).toEqual({ id: phone.user?.id })
    await clock.advance(60_000)
    expect(events).toHaveLength(1)
  })

  it('is told of every one of a crowd that ends together', async () => {
    const { newBrowser, clock, events } = listen()
    for (let count = 0; count < 500; count++) await newBrowser().create()
    await clock.advance(125_000)
    expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 500 }, () => 'ticket.expired'))
    expect(new Set(events.map(({ id }) => id)).size).toBe(500)
  })
})

describe('every step', () => {
  it('is told by choice, in the order in which they were taken', async () => {
    const { browser, phone, clock, events } = listen({ keepEvents: 'every' })
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    // The same phone once more: another token, and no other state.
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    await browser.redeem()
    await clock.advance(1000)
    const types = ['ticket.created', 'ticket.scanned', 'ticket.confirmed', 'ticket.redeemed']
    expect(events.map(({ type }) => type)).toEqual(types)
    expect(events.map(({ data }) => data.version)).toEqual([1, 2, 4, 5])
  })
})

describe('a listener', () => {
  it('that fails gets the event again, and what follows it waits', async () => {
    const heard: string[] = []
    let failing = true
    const { newBrowser, clock, failures } = open(({ data }) => {
      heard.push(data.ticket)
      if (failing) throw new Error('out of order')
    })
    const [one, other] = [newBrowser(), newBrowser()]
    for (const browser of [one, other]) {
      await browser.create()
      await browser.cancel()
    }
    await clock.advance(10_000)
    expect(new Set(heard)).toEqual(new Set([one.ticket.id]))
    expect(heard.length).toBeGreaterThan(2)
    expect(failures).toHaveLength(heard.length)
    failing = false
    await clock.advance(60_000)
    expect(heard.slice(-2)).toEqual([one.ticket.id, other.ticket.id])
  })

  it('that never takes an event loses it in the end, and whoever runs it is told so', async () => {
    const heard: TicketEvent[] = []
    const { newBrowser, clock, failures } = open(
      event => {
        if (event.data.ticket === poison) throw new Error('out of order')
        heard.push(event)
      },
      {},
      { giveUpAfter: 20 },
    )
    const [one, other] = [newBrowser(), newBrowser()]
    for (const browser of [one, other]) await browser.create()
    const poison = one.ticket.id
    for (const browser of [one, other]) await browser.cancel()
    await clock.advance(90_000)
    expect(heard.map(({ data }) => data.ticket)).toEqual([other.ticket.id])
    expect(failures.at(-1)).toMatchObject({ givenUp: true, event: { data: { ticket: poison } } })
  })

  it('hears nothing more once the relay has stopped', async () => {
    const { browser, clock, events, relay, store } = listen()
    await browser.create()
    await relay.stop()
    await browser.cancel()
    await clock.advance(1000)
    expect(events).toEqual([])
    expect(await store.outbox?.depth(0)).toBe(1)
  })
})

describe('a login', () => {
  it('does not promise events that its store cannot keep', () => {
    const { outbox, ...without } = memoryStore()
    expect(outbox).toBeDefined()
    expect(() => start({ login: { store: without, keepEvents: 'final' } })).toThrow(TypeError)
    expect(() => startRelay({ store: without, to: [] })).toThrow(TypeError)
  })

  it('writes no events unless it is asked to', async () => {
    const { browser, store } = listen({ keepEvents: undefined } as object)
    await browser.create()
    await browser.cancel()
    expect(await store.outbox?.depth(0)).toBe(0)
  })
})
