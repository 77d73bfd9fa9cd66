/** What is counted of a ticket's way, by a clock that stands still. */
import { Registry } from 'prom-client'
import { describe, expect, it, vi } from 'vitest'
import { createHandler } from '../../packages/scanlogin/src/http.ts'
import { createLogin, memoryStore } from '../../packages/scanlogin/src/index.ts'
import { storedSessions } from '../../packages/scanlogin/src/session.ts'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { countEvents } from '../../packages/server/src/metrics/events.ts'
import { measureLogin } from '../../packages/server/src/metrics/login.ts'
import { apiKey } from '../start.ts'
import { exposed } from './exposition.ts'

describe('the funnel', () => {
  it('counts each step of a sign-in and how old the ticket was', async () => {
    const { browser, phone, clock, registry } = start()
    await browser.create()
    await clock.advance(7000)
    await phone.scan(await browser.draw(7))
    await clock.advance(3000)
    await phone.confirm()
    await browser.redeem()
    // A repeated call is answered once more, and is no second step.
    await browser.redeem()
    const { value } = await exposed(registry)
    for (const step of ['created', 'scanned', 'confirmed', 'redeemed']) expect(value(stepped(step))).toBe(1)
    for (const step of ['denied', 'cancelled', 'verifying']) expect(value(stepped(step))).toBe(0)
    expect(value('scanlogin_ticket_age_seconds_sum{step="scanned"}')).toBe(7)
    expect(value('scanlogin_ticket_age_seconds_sum{step="confirmed"}')).toBe(10)
  })

  it('counts who says no, on the phone and in the browser', async () => {
    const { newBrowser, phone, registry } = start()
    const [denied, cancelled] = [newBrowser(), newBrowser()]
    await Promise.all([denied.create(), cancelled.create()])
    await phone.scan(denied.ticket.qr.url)
    await phone.deny()
    await cancelled.cancel()
    const { value } = await exposed(registry)
    expect(value(stepped('denied'))).toBe(1)
    expect(value(stepped('cancelled'))).toBe(1)
  })

  it('counts the check code on its way', async () => {
    const { browser, phone, registry } = start({ checkCode: 4 })
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    const { body } = await phone.confirm()
    await browser.verify(body.check_code === '0000' ? '1111' : '0000')
    await browser.verify(String(body.check_code))
    const { value } = await exposed(registry)
    expect(value(stepped('verifying'))).toBe(1)
    expect(value('scanlogin_refusals_total{call="verify",code="check_code_mismatch"}')).toBe(1)
    expect(value(stepped('confirmed'))).toBe(1)
  })

  it('counts refusals by call and code', async () => {
    const { browser, stranger, phone, registry } = start()
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await stranger.phone.scan(browser.ticket.qr.url)
    await browser.redeem()
    const { value } = await exposed(registry)
    expect(value('scanlogin_refusals_total{call="scan",code="already_scanned"}')).toBe(1)
    expect(value('scanlogin_refusals_total{call="redeem",code="wrong_state"}')).toBe(1)
    expect(value('scanlogin_alarms_total{alarm="contended"}')).toBe(1)
  })
})

describe('an event', () => {
  it('adds no series for a path that somebody has made up', async () => {
    const registry = new Registry()
    const count = countEvents(registry)
    for (const call of ['GET /v1/a', 'GET /v1/b']) count({ type: 'refused', at: 0, call, code: 'not_found' })
    expect((await exposed(registry)).value('scanlogin_refusals_total{call="other",code="not_found"}')).toBe(2)
  })

  it('tells what policies have said, and why', async () => {
    const registry = new Registry()
    const count = countEvents(registry)
    count({ type: 'scanned', at: 0, verdict: 'allow' })
    count({ type: 'scanned', at: 0, verdict: 'require', reasons: ['new_browser'] })
    // The same verdict stands in each later step of the ticket.
    count({ type: 'confirmed', at: 0, verdict: 'require', reasons: ['new_browser'] })
    count({ type: 'refused', at: 0, call: 'scan', code: 'forbidden', verdict: 'deny', reasons: ['new_browser'] })
    const { value } = await exposed(registry)
    for (const verdict of ['allow', 'require', 'deny']) {
      expect(value(`scanlogin_policy_verdicts_total{verdict="${verdict}"}`)).toBe(1)
    }
    expect(value('scanlogin_policy_reasons_total{reason="new_browser"}')).toBe(2)
  })
})

describe('a waiting browser', () => {
  it('is shown while it waits, and what ended its wait afterwards', async () => {
    const { browser, phone, registry, login } = start()
    await browser.create()
    const heard = browser.wait(1, 25)
    await vi.waitFor(() => expect(login.waiting()).toBe(1))
    expect((await exposed(registry)).value('scanlogin_waiting_browsers')).toBe(1)
    await phone.scan(browser.ticket.qr.url)
    await heard
    const { value } = await exposed(registry)
    expect(value('scanlogin_waiting_browsers')).toBe(0)
    expect(value('scanlogin_waits_total{end="changed"}')).toBe(1)
    expect(value('scanlogin_hint_misses_total')).toBe(0)
  })

  it('hears of "sign in" after a time that is measured from what the ticket says', async () => {
    const { browser, phone, registry, login, clock } = start()
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    const heard = browser.wait(2, 25)
    await vi.waitFor(() => expect(login.waiting()).toBe(1))
    await clock.advance(4000)
    await phone.confirm()
    await heard
    const { value } = await exposed(registry)
    expect(value('scanlogin_wake_lag_seconds_count')).toBe(1)
    // The clock stands still between confirm and the answer.
    expect(value('scanlogin_wake_lag_seconds_sum')).toBe(0)
  })

  it('that comes after "sign in" has not waited for it', async () => {
    const { browser, phone, registry, clock } = start()
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    await clock.advance(5000)
    await browser.wait(2, 25)
    expect((await exposed(registry)).value('scanlogin_wake_lag_seconds_count')).toBe(0)
  })

  it('is told of the deadline, or of nothing', async () => {
    const { browser, registry, login, clock } = start()
    await browser.create()
    const nothing = browser.wait(1, 10)
    await vi.waitFor(() => expect(login.waiting()).toBe(1))
    await clock.advance(12_000)
    await nothing
    const late = browser.wait(1, 25)
    await vi.waitFor(() => expect(login.waiting()).toBe(1))
    await clock.advance(10_000)
    await clock.advance(110_000)
    await late
    const expired = await browser.wait(1, 25)
    expect(expired.body.state).toBe('expired')
    const { value } = await exposed(registry)
    expect(value('scanlogin_waits_total{end="unchanged"}')).toBeGreaterThan(0)
    expect(value('scanlogin_waits_total{end="expired"}')).toBeGreaterThan(0)
  })
})

describe('a server that drains', () => {
  it('says so', async () => {
    const { registry, login } = start()
    expect((await exposed(registry)).value('scanlogin_draining')).toBe(0)
    await login.drain()
    expect((await exposed(registry)).value('scanlogin_draining')).toBe(1)
  })
})

function stepped(step: string): string {
  return `scanlogin_ticket_steps_total{step="${step}"}`
}

function start({ checkCode = false }: { checkCode?: number | false } = {}) {
  const clock = createClock()
  const registry = new Registry()
  const store = memoryStore({ clock })
  const publicUrl = 'https://id.example.com'
  const onEvent = countEvents(registry)
  const login = measureLogin(createLogin({ store, clock, publicUrl, checkCode, onEvent }), registry)
  const handler = createHandler(login, { sessions: storedSessions({ store, clock }), apiKeys: [apiKey] })
  return { ...createActors({ url: `${publicUrl}/v1`, apiKey, fetch: handler }), login, clock, registry }
}
