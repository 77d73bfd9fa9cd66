/** The standalone server as it is built, under OpenTelemetry, in this process, with a Redis of its own. */
import { SpanKind } from '@opentelemetry/api'
import { type App, readConfig, startApp } from '@scanlogin/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { createLog } from '../../packages/server/src/log.ts'
import { freePort } from '../free-port.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { apiKey } from '../start.ts'
import { openSocket } from '../waiting/place.ts'
import { openRecorder } from './recorder.ts'

const recorder = openRecorder()
let app: App
let people: Actors

beforeAll(async () => {
  const redis = await startRedis()
  const config = readConfig({
    PORT: String(await freePort()),
    SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}`,
    SCANLOGIN_API_KEY: apiKey,
  })
  app = await startApp({ config, log: createLog('silent') })
  people = createActors({ url: `${app.url}/v1`, apiKey, origin: app.publicUrl })
})

beforeEach(() => recorder.forget())

afterAll(async () => {
  await app?.stop()
  await endRedis()
})

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

describe('the server, where OpenTelemetry was set up before it', () => {
  it('shows a sign-in as its calls, and below each what it asked of Redis', async () => {
    const { browser, phone } = people
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    expect((await browser.redeem()).status).toBe(200)
    const tree = recorder.tree()
    const calls = ['POST /v1/tickets', 'POST /v1/scan', 'POST /v1/tickets/{id}/confirm', 'POST /v1/tickets/{id}/redeem']
    expect(tree.filter(line => !line.startsWith(' '))).toEqual(calls)
    for (const call of calls) expect(tree[tree.indexOf(call) + 1]).toMatch(/^ {2}store (get|put|watch)$/)
    for (const secret of [browser.ticket.id, browser.secret, phone.scanned.scan_token, phone.user?.id]) {
      expect(secret).toMatch(/^.{8,}$/)
      expect(recorder.text()).not.toContain(secret)
    }
  })

  it('goes on with the trace of the page that calls', async () => {
    const browser = people.newBrowser({ headers: { traceparent } })
    await browser.create()
    const { kind, parentSpanContext } = recorder.span('POST /v1/tickets')
    expect(kind).toBe(SpanKind.SERVER)
    expect(parentSpanContext).toMatchObject({ traceId: traceparent.split('-')[1], spanId: 'b7ad6b7169203331' })
    for (const span of recorder.spans()) expect(span.spanContext().traceId).toBe(parentSpanContext?.traceId)
  })

  it('begins a trace of its own where what was sent is none', async () => {
    const browser = people.newBrowser({ headers: { traceparent: `${traceparent.slice(0, 20)}, ${traceparent}` } })
    await browser.create()
    expect(recorder.span('POST /v1/tickets').parentSpanContext).toBeUndefined()
  })

  it('shows the opening of a WebSocket, and who was not let in', async () => {
    const { browser, stranger } = people
    await browser.create()
    const port = Number(new URL(app.url).port)
    const socket = await openSocket(port, browser)
    await socket.next()
    await browser.cancel()
    await socket.closed
    const { attributes } = recorder.span('GET /v1/tickets/{id}/socket')
    expect(attributes).toMatchObject({ 'http.response.status_code': 101, 'scanlogin.ticket': expect.any(String) })
    recorder.forget()
    await stranger.browser.create()
    expect((await openSocket(port, stranger.browser, { id: browser.ticket.id })).status).toBe(404)
    const { attributes: refused } = recorder.span('GET /v1/tickets/{id}/socket')
    expect(refused).toMatchObject({ 'http.response.status_code': 404, 'scanlogin.error_code': 'not_found' })
  })

  it('makes no trace of a question after its health', async () => {
    expect((await fetch(`${app.url}/healthz/ready`)).status).toBe(200)
    expect(recorder.spans()).toEqual([])
  })
})
