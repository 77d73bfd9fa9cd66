import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryStore } from '../stores/memory.ts'
import { createClock, type ManualClock } from '../testing/clock.ts'
import { createFaultyStore, type FaultyStore } from '../testing/faulty-store.ts'
import { type Created, createLogin, type Login } from './login.ts'
import { stateAt, type Ticket } from './ticket.ts'
import type { Hangup } from './waiting.ts'

const alice = { id: 'alice' }
const origin = { ip: undefined, browser: 'Firefox', os: 'Linux' }

let clock: ManualClock
let store: FaultyStore
let login: Login
let browser: Created

beforeEach(async () => {
  clock = createClock()
  store = createFaultyStore(memoryStore({ clock }))
  login = createLogin({ store, publicUrl: 'https://id.example.com', clock })
  browser = await login.create({ origin })
})

afterEach(() => {
  // Whatever ended a wait, nothing of it stays behind.
  expect({ watchers: store.watchers(), timers: clock.timers(), waiting: login.waiting() }).toEqual({
    watchers: 0,
    timers: 0,
    waiting: 0,
  })
})

describe('a waiting browser', () => {
  it('is answered at once when it has missed something', async () => {
    await login.scan({ qr: browser.qrUrl }, alice)
    expect(await wait({ since: 1 })).toMatchObject({ state: 'scanned', version: 2 })
    expect(await wait({ since: 0 })).toMatchObject({ version: 2 })
  })

  it('is answered as soon as the ticket changes, without any time passing', async () => {
    const answer = wait({ since: 1 })
    await clock.advance(1000)
    expect(login.waiting()).toBe(1)
    await login.scan({ qr: browser.qrUrl }, alice)
    expect(await answer).toMatchObject({ state: 'scanned', version: 2 })
  })

  it('hears of a contending scan as of any other change', async () => {
    await login.scan({ qr: browser.qrUrl }, alice)
    const answer = wait({ since: 2 })
    await clock.advance(1000)
    await login.scan({ qr: browser.qrUrl }, { id: 'bob' }).catch(() => {})
    expect(await answer).toMatchObject({ contended: true, version: 3 })
  })

  it('is answered with what it knows when its time is over', async () => {
    const answer = watched(wait({ since: 1, seconds: 25 }))
    await clock.advance(24_999)
    expect(answer.value).toBeUndefined()
    await clock.advance(1)
    expect(answer.value).toMatchObject({ state: 'pending', version: 1 })
  })

  it('is not kept at all when it does not want to wait', async () => {
    expect(await wait({ since: 1, seconds: 0 })).toMatchObject({ state: 'pending', version: 1 })
  })

  it('hears at the deadline that the ticket has expired', async () => {
    // No look of the regular ones falls on the deadline.
    await clock.advance(108_000)
    const answer = watched(wait({ since: 1, seconds: 25 }))
    await clock.advance(11_999)
    expect(answer.value).toBeUndefined()
    await clock.advance(1)
    expect(answer.value).toEqual(browser.ticket)
    expect(clock.now()).toBe(browser.ticket.deadline)
  })

  it('is answered at once, whatever it claims to have seen, when the ticket has ended', async () => {
    await login.cancel(browser.ticket.birth.id, browser.secret)
    expect(await wait({ since: 1_000_000 })).toMatchObject({ state: 'cancelled' })
    const other = await login.create({ origin })
    await clock.advance(120_000)
    const since = 1_000_000
    expect(await login.wait(other.ticket.birth.id, other.secret, { since, seconds: 25 })).toEqual(other.ticket)
  })

  it('hears of a change within 5 s though every ring is lost', async () => {
    store.deafen()
    const answer = watched(wait({ since: 1 }))
    await clock.advance(7000)
    await login.scan({ qr: browser.qrUrl }, alice)
    expect(answer.value).toBeUndefined()
    await clock.advance(2999)
    expect(answer.value).toBeUndefined()
    await clock.advance(1)
    expect(answer.value).toMatchObject({ state: 'scanned' })
  })

  it('goes on waiting when it is rung for nothing', async () => {
    const answer = watched(wait({ since: 1 }))
    await clock.advance(1000)
    for (let i = 0; i < 3; i++) {
      store.ringAll()
      await clock.advance(100)
    }
    expect(answer.value).toBeUndefined()
    await login.scan({ qr: browser.qrUrl }, alice)
    await clock.advance(0)
    expect(answer.value).toMatchObject({ state: 'scanned' })
  })

  it('that hangs up is let go at once', async () => {
    const hangup = new AbortController()
    const answer = watched(wait({ since: 1, hangup: hangup.signal }))
    await clock.advance(1000)
    hangup.abort()
    await clock.advance(0)
    expect(answer.value).toMatchObject({ state: 'pending' })
  })

  it('costs the store no read when it hangs up, nor when the server drains', async () => {
    const hangup = new AbortController()
    const answers = [wait({ since: 1, hangup: hangup.signal }), wait({ since: 1 })]
    await clock.advance(1000)
    const before = store.reads()
    hangup.abort()
    await answers[0]
    login.drain()
    await answers[1]
    expect(store.reads()).toBe(before)
  })

  it('that has hung up before it came is not kept', async () => {
    expect(await wait({ since: 1, hangup: AbortSignal.abort() })).toMatchObject({ state: 'pending' })
  })

  it('leaves no listener on what tells of its hanging up', async () => {
    const hangup = countingHangup()
    const answer = wait({ since: 1, hangup })
    await clock.advance(1000)
    expect(hangup.listeners()).toBe(1)
    await login.scan({ qr: browser.qrUrl }, alice)
    await answer
    expect(hangup.listeners()).toBe(0)
  })

  it('is answered when the server drains, and so is who comes later', async () => {
    const answers = [wait({ since: 1 }), wait({ since: 1 }), wait({ since: 1 })]
    await clock.advance(1000)
    expect(login.waiting()).toBe(3)
    login.drain()
    for (const answer of answers) expect(await answer).toMatchObject({ state: 'pending' })
    expect(await wait({ since: 1 })).toMatchObject({ state: 'pending' })
  })

  it('hears that its ticket has expired when the store loses it meanwhile', async () => {
    const answer = wait({ since: 1 })
    await clock.advance(1000)
    store.lose()
    await clock.advance(5000)
    expect(stateAt(await answer, clock.now())).toBe('expired')
  })

  it('hears of an outage when the store fails while it waits', async () => {
    const answer = wait({ since: 1 }).catch(error => error)
    await clock.advance(1000)
    store.fail()
    await clock.advance(5000)
    expect(await answer).toMatchObject({ message: 'out of order' })
  })

  it('with a wrong secret does not wait', async () => {
    const { id } = browser.ticket.birth
    const answer = login.wait(id, 'x'.repeat(43), { since: 1, seconds: 25 })
    await expect(answer).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is one of a thousand that a change of its own ticket alone wakes', async () => {
    const others = await Promise.all(Array.from({ length: 999 }, () => login.create({ origin })))
    const waits = others.map(({ ticket, secret }) => {
      return watched(login.wait(ticket.birth.id, secret, { since: 1, seconds: 25 }))
    })
    const answer = watched(wait({ since: 1 }))
    await clock.advance(1)
    expect(login.waiting()).toBe(1000)
    await login.scan({ qr: browser.qrUrl }, alice)
    await clock.advance(0)
    expect(answer.value).toMatchObject({ state: 'scanned' })
    expect(waits.filter(({ value }) => value)).toEqual([])
    expect(login.waiting()).toBe(999)
    login.drain()
    await clock.advance(0)
  })
})

describe('the count of missed hints', () => {
  it('goes up by a change that a waiter found by looking again', async () => {
    store.deafen()
    const answer = wait({ since: 1 })
    await login.scan({ qr: browser.qrUrl }, alice)
    await clock.advance(5000)
    expect(await answer).toMatchObject({ version: 2 })
    expect(login.hintMisses()).toBe(1)
  })

  it('goes up by a change that a waiter found when its time was over', async () => {
    store.deafen()
    const answer = wait({ since: 1, seconds: 3 })
    await login.scan({ qr: browser.qrUrl }, alice)
    await clock.advance(3000)
    expect(await answer).toMatchObject({ version: 2 })
    expect(login.hintMisses()).toBe(1)
  })

  it('stays where it is while every change rings, with an entry or without', async () => {
    const answer = wait({ since: 1 })
    await clock.advance(12_000)
    await login.scan({ qr: browser.qrUrl }, alice)
    expect(await answer).toMatchObject({ version: 2 })
    store.mute()
    const next = wait({ since: 2 })
    await clock.advance(12_000)
    await login.cancel(browser.ticket.birth.id, browser.secret)
    expect(await next).toMatchObject({ version: 3 })
    expect(login.hintMisses()).toBe(0)
  })

  it('stays where it is when a waiter looks again and finds nothing new', async () => {
    const answer = wait({ since: 1 })
    await clock.advance(25_000)
    await answer
    expect(login.hintMisses()).toBe(0)
  })

  it('stays where it is when a waiter finds on its way in what it has missed', async () => {
    await login.scan({ qr: browser.qrUrl }, alice)
    await wait({ since: 1 })
    expect(login.hintMisses()).toBe(0)
  })
})

interface WaitRequest {
  since: number
  seconds?: number
  hangup?: Hangup
}

function wait({ since, seconds = 25, hangup }: WaitRequest): Promise<Ticket> {
  return login.wait(browser.ticket.birth.id, browser.secret, { since, seconds, hangup })
}

/** What a promise has brought so far, for a test that must not wait for it. */
function watched<T>(promise: Promise<T>): { value?: T } {
  const seen: { value?: T } = {}
  void promise.then(value => {
    seen.value = value
  })
  return seen
}

function countingHangup(): Hangup & { listeners(): number } {
  const listeners = new Set<() => void>()
  return {
    aborted: false,
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
    listeners: () => listeners.size,
  }
}
