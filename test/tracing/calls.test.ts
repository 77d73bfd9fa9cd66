/** What somebody sees who follows a sign-in with the real OpenTelemetry: every call, what it asked of the store, no secret. */
import { context, SpanStatusCode } from '@opentelemetry/api'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  LoginError,
  type LoginEvent,
  memoryStore,
  type Tracer,
  tracedStore,
} from '../../packages/scanlogin/src/index.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { apiKey, type StartOptions, start } from '../start.ts'
import { arrivingWith, openRecorder } from './recorder.ts'

const recorder = openRecorder()
beforeEach(() => recorder.forget())

describe('a sign-in that is traced', () => {
  it('is one span for each call, with what it asked of the store below', async () => {
    const { browser, phone } = startTraced()
    await browser.create()
    await browser.read()
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    await browser.redeem()
    const calls = recorder.tree().filter(line => !line.startsWith(' '))
    expect(calls).toEqual([
      'POST /v1/tickets',
      'GET /v1/tickets/{id}',
      'POST /v1/scan',
      'POST /v1/tickets/{id}/confirm',
      'POST /v1/tickets/{id}/redeem',
    ])
    const [begun] = recorder.tree().slice(1)
    expect(begun).toBe('  store put')
    expect(recorder.tree().filter(line => line.startsWith('  store '))).not.toHaveLength(0)
    expect(recorder.span('GET /v1/tickets/{id}').attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/v1/tickets/{id}',
      'http.response.status_code': 200,
    })
  })

  it('can be found by the mark that its events have', async () => {
    const events: LoginEvent[] = []
    const { browser, phone } = startTraced({ onEvent: event => events.push(event) })
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await phone.deny()
    const marks = recorder.spans().flatMap(({ attributes }) => attributes['scanlogin.ticket'] ?? [])
    expect(marks).toEqual([events[0]?.ticket, events[0]?.ticket, events[0]?.ticket])
    expect(marks[0]).toMatch(/^[\w-]{12}$/)
  })

  it('shows no id, secret, code, token or user', async () => {
    const { browser, phone } = startTraced({ checkCode: 4 })
    const created = await browser.create()
    const scanned = await phone.scan(browser.ticket.qr.url)
    const confirmed = await phone.confirm()
    await browser.verify(String(confirmed.body.check_code))
    const redeemed = await browser.redeem()
    const { id, user_code: typed, qr } = created.body
    const hidden = [id, typed, typed?.replace('-', ''), qr?.url, qr?.rotation?.key, browser.secret, apiKey]
    const session = [...browser.cookies.values()]
    const { user } = redeemed.body
    for (const secret of [...hidden, ...session, scanned.body.scan_token, user?.id]) {
      expect(secret).toMatch(/^.{8,}$/)
      expect(recorder.text()).not.toContain(secret)
    }
    // Four digits may stand in a time or a mark by chance: as a value of its own they may not.
    expect(recorder.text()).not.toContain(`"${confirmed.body.check_code}"`)
    expect(recorder.text()).toContain('scanlogin.ticket')
  })

  it('goes on with the trace that the caller has begun', async () => {
    const { browser } = startTraced()
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
    await context.with(arrivingWith(headers), () => browser.create())
    for (const span of recorder.spans()) expect(span.spanContext().traceId).toBe(traceId)
    expect(recorder.span('POST /v1/tickets').parentSpanContext?.spanId).toBe('b7ad6b7169203331')
  })

  it('is the same sign-in where the tracer is out of order', async () => {
    for (const tracer of broken) {
      const { browser, phone, failures } = startTraced({}, tracer)
      await browser.create()
      await phone.scan(browser.ticket.qr.url)
      await phone.confirm()
      expect((await browser.redeem()).status).toBe(200)
      expect(failures).toEqual([])
    }
  })
})

describe('the span of a call', () => {
  it.each([
    ['GET', '/v1/tickets/01ARZ3NDEKTSV4RRFFQ69G5FAV', 'GET /v1/tickets/{id}'],
    ['GET', '/v1/tickets/secret-of-somebody', 'GET /v1/tickets/{id}'],
    ['POST', '/v1/tickets/01ARZ3NDEKTSV4RRFFQ69G5FAV/explode', 'POST *'],
    ['GET', '/v1/tickets/a/socket/b', 'GET *'],
    ['POST', '/v1/sessions/end', 'POST /v1/sessions/end'],
    ['DELETE', '/v1/sessions/YWxpY2VhbGljZWFsaWNlYWw', 'DELETE /v1/sessions/{id}'],
    ['GET', '/.well-known/jwks.json', 'GET /.well-known/jwks.json'],
    ['GET', '/wp-login.php', 'GET *'],
    ['SECRET', '/v1/session', '_OTHER /v1/session'],
  ])('for %s %s is %s', async (method, path, name) => {
    const { fetch } = startTraced()
    await fetch(path, { method })
    expect(recorder.spans().map(span => span.name)[0]).toBe(name)
  })

  it('tells which refusal it was, and that a refusal is no failure', async () => {
    const { browser, stranger, phone } = startTraced()
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    recorder.forget()
    await stranger.phone.scan(browser.ticket.qr.url)
    const { attributes, status } = recorder.span('POST /v1/scan')
    expect(attributes).toMatchObject({ 'http.response.status_code': 409, 'scanlogin.error_code': 'already_scanned' })
    expect(attributes).not.toHaveProperty('error.type')
    expect(status.code).toBe(SpanStatusCode.UNSET)
  })

  it('has failed with the store that it asked, and says no more of that than its code', async () => {
    const store = memoryStore()
    const away = async () => {
      throw new LoginError('store_unavailable', { cause: new Error('redis://user:password@host is away') })
    }
    const { browser } = startTraced({ store: tracedStore({ ...store, put: away }, recorder.tracer) })
    await browser.create()
    for (const name of ['POST /v1/tickets', 'store put']) {
      const { attributes, status, events } = recorder.span(name)
      expect(attributes['error.type']).toBe('store_unavailable')
      expect(status).toEqual({ code: SpanStatusCode.ERROR })
      expect(events).toEqual([])
    }
  })

  it('shows a race for the ticket as a write that came second', async () => {
    const store = tracedStore(memoryStore(), recorder.tracer)
    const entry = { version: 1, expiresAt: Date.now() + 60_000, value: 'x' }
    await store.put('t:A', entry)
    expect(await store.put('t:A', entry)).toBe(false)
    const refused = recorder.spans().map(({ attributes }) => attributes['scanlogin.store.refused'])
    expect(refused).toEqual([undefined, 'true'])
  })

  it('lasts as long as the browser is kept waiting, and the watch below it until it has begun', async () => {
    const { browser, phone, login } = startTraced()
    await browser.create()
    recorder.forget()
    const heard = browser.wait(1, 25)
    await vi.waitFor(() => expect(login.waiting()).toBe(1))
    expect(recorder.tree()).not.toContain('GET /v1/tickets/{id}')
    expect(recorder.spans().map(({ name }) => name)).toContain('store watch')
    await phone.scan(browser.ticket.qr.url)
    await heard
    const { spanId } = recorder.span('GET /v1/tickets/{id}').spanContext()
    expect(recorder.span('store watch').parentSpanContext?.spanId).toBe(spanId)
  })
})

function startTraced(login: StartOptions['login'] = {}, tracer: Tracer = recorder.tracer) {
  const clock = createClock()
  const store = tracedStore(memoryStore({ clock }), tracer)
  return start({ login: { clock, store, ...login }, handler: { tracer } })
}

/** One for each moment at which a tracer can throw. */
const broken: readonly Tracer[] = [
  {
    startActiveSpan() {
      throw new Error('no spans today')
    },
  },
  {
    startActiveSpan(_name, _options, work) {
      work(throwing)
      throw new Error('no spans today')
    },
  },
  { startActiveSpan: (_name, _options, work) => work(throwing) },
]

const refuse = () => {
  throw new Error('not this')
}
const throwing = { setAttribute: refuse, setStatus: refuse, isRecording: () => true, end: refuse }
