/** `/metrics` of the real server. */
import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { freePort } from '../free-port.ts'
import { quietPort, until } from '../redis/servers/child.ts'
import { endServers, type RunningServer, runServer, startServer } from '../server/server.ts'
import { openSocket } from '../waiting/place.ts'
import { scrape } from './exposition.ts'

const apiKey = 'the-api-key-of-the-back-end-of-the-tests'

afterEach(endServers)

describe('/metrics', () => {
  it('is nowhere unless an address is set', async () => {
    const server = await startServer()
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
  })

  it('has a port of its own, and is not shown where browsers come in', async () => {
    const { server, metricsPort } = await startWithMetrics()
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
    const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    expect((await fetch(`http://127.0.0.1:${metricsPort}/`)).status).toBe(404)
  })

  it('is what Prometheus takes and finds no fault with', async () => {
    const { server, metricsPort } = await startWithMetrics()
    await signIn(server)
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    const ours = text.split('\n\n').filter(block => block.includes('# HELP scanlogin_'))
    expect(ours.length).toBeGreaterThan(10)
    expect(execFileSync('promtool', ['check', 'metrics'], { input: `${ours.join('\n')}\n`, encoding: 'utf8' })).toBe('')
  })

  it('tells the way of a sign-in, call by call', async () => {
    const { server, metricsPort } = await startWithMetrics()
    await signIn(server)
    const { value, sum } = await scrape(metricsPort)
    for (const step of ['created', 'scanned', 'confirmed', 'redeemed']) {
      expect(value(`scanlogin_ticket_steps_total{step="${step}"}`)).toBe(1)
    }
    expect(value('scanlogin_http_requests_total{method="POST",route="/v1/tickets",status="201"}')).toBe(1)
    expect(value('scanlogin_http_requests_total{method="POST",route="/v1/scan",status="200"}')).toBe(1)
    expect(value('scanlogin_http_requests_total{method="GET",route="/v1/tickets/{id}",status="200"}')).toBe(1)
    expect(value('scanlogin_http_hold_duration_seconds_count{by="long_poll"}')).toBe(1)
    expect(value('scanlogin_http_request_duration_seconds_count{route="/v1/tickets/{id}/redeem"}')).toBe(1)
    expect(value('scanlogin_http_requests_in_flight')).toBe(0)
    expect(sum('scanlogin_store_operation_duration_seconds_count')).toBeGreaterThan(4)
    expect(sum('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
    expect(sum('process_resident_memory_bytes')).toBeGreaterThan(0)
    expect(sum('scanlogin_build_info')).toBe(1)
  })

  it('counts who waits, by whatever way, until they leave', async () => {
    const { server, metricsPort } = await startWithMetrics()
    const [poller, reader, listener] = [people(server), people(server), people(server)].map(({ browser }) => browser)
    if (!poller || !reader || !listener) throw new Error('There are three')
    await Promise.all([poller, reader, listener].map(browser => browser.create()))
    const held = poller.wait(1, 25)
    const events = await reader.stream()
    await events.next()
    const socket = await openSocket(server.port, listener)
    await until('three wait', async () => (await scrape(metricsPort)).value('scanlogin_waiting_browsers') === 3)
    const waiting = await scrape(metricsPort)
    expect(waiting.value('scanlogin_sockets_open')).toBe(1)
    expect(waiting.value('scanlogin_http_requests_in_flight')).toBe(0)
    await poller.cancel()
    await held
    await events.close()
    socket.client.terminate()
    await until('nobody waits', async () => {
      const { value } = await scrape(metricsPort)
      return value('scanlogin_waiting_browsers') === 0 && value('scanlogin_sockets_open') === 0
    })
  })

  it('has no more series after a thousand addresses that are made up', async () => {
    const { server, metricsPort } = await startWithMetrics()
    const ask = async (from: number) => {
      for (let index = from; index < from + 250; index++) {
        await fetch(`${server.url}/v1/tickets/${index}`)
        await fetch(`${server.url}/v1/${index}?${index}`, { method: index % 2 ? 'PATCH' : 'GET' })
        await fetch(`${server.url}/${index}`, { headers: { 'user-agent': String(index) } })
        await fetch(`${server.url}/v1/tickets/x/${index}`, { method: 'POST' })
      }
    }
    await ask(0)
    // Node's own series come with its kinds of garbage collection.
    const ours = async () =>
      [...(await scrape(metricsPort)).samples.keys()].filter(name => name.startsWith('scanlogin_'))
    const before = await ours()
    await ask(1000)
    expect(await ours()).toEqual(before)
  })

  it('can be read until the server is gone', async () => {
    const { server, metricsPort } = await startWithMetrics({ SCANLOGIN_DRAIN_DELAY: '2' })
    server.signal('SIGTERM')
    await server.written('"stopping"')
    expect((await scrape(metricsPort)).value('scanlogin_draining')).toBe(0)
    expect(await server.exited).toBe(0)
  })

  it('on a port that is taken ends the start', async () => {
    const { metricsPort } = await startWithMetrics()
    const { code, stderr } = await runServer({
      PORT: String(await freePort()),
      SCANLOGIN_METRICS: `127.0.0.1:${metricsPort}`,
    })
    expect(code).toBe(1)
    expect(stderr).toContain('That port is taken')
  })
})

async function startWithMetrics(env: Record<string, string> = {}) {
  const metricsPort = await quietPort()
  const server = await startServer({ SCANLOGIN_METRICS: String(metricsPort), SCANLOGIN_API_KEY: apiKey, ...env })
  return { server, metricsPort }
}

function people({ url, origin }: RunningServer) {
  return createActors({ url: `${url}/v1`, apiKey, origin, proof: 'bearer' })
}

async function signIn(server: RunningServer): Promise<void> {
  const { browser, phone } = people(server)
  await browser.create()
  await phone.scan(browser.ticket.qr.url)
  const heard = browser.wait(2, 25)
  await phone.confirm()
  await heard
  expect((await browser.redeem()).status).toBe(200)
}
