/** What can be put together from the log of the server: a line, its call, its ticket and its trace. */
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { markOf } from '../../packages/scanlogin/src/core/events/events.ts'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { endServers, type RunningServer, startServer } from '../server/server.ts'
import { apiKey } from '../start.ts'

afterEach(async () => {
  await endServers()
  await endRedis()
})

describe('a line about a call', () => {
  it('has the number that the answer has, and the mark of the ticket', async () => {
    const { server, browser, phone } = await startPeople()
    const created = await browser.create()
    const scanned = await phone.scan(await browser.draw())
    const confirmed = await phone.confirm()
    const ticket = await markOf(browser.ticket.id)
    const expected = [
      { event: 'created', ticket, request_id: created.headers.get('x-request-id') },
      { event: 'scanned', ticket, request_id: scanned.headers.get('x-request-id') },
      { event: 'confirmed', ticket, request_id: confirmed.headers.get('x-request-id') },
    ]
    await server.written('"event":"confirmed"')
    expect(linesOf(server).filter(({ event }) => event)).toMatchObject(expected)
    expect(new Set(expected.map(line => line.request_id)).size).toBe(3)
    expect(created.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
  })

  it('has the mark of the ticket also where the call has failed', async () => {
    const redis = await startRedis()
    const { server, browser } = await startPeople({ SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}` })
    await browser.create()
    await redis.crash()
    const refused = await browser.read()
    expect(refused.status).toBe(503)
    await server.written('a call failed')
    const [failed] = linesOf(server).filter(({ msg }) => msg === 'a call failed')
    const request_id = refused.headers.get('x-request-id')
    expect(failed).toMatchObject({ ticket: await markOf(browser.ticket.id), request_id })
    expect(server.output()).not.toContain(browser.ticket.id)
  })

  it('has none where numbers are off, nor has the answer', async () => {
    const { server, browser } = await startPeople({ SCANLOGIN_REQUEST_IDS: 'off' })
    expect((await browser.create()).headers.get('x-request-id')).toBeNull()
    expect((await fetch(server.url)).headers.get('x-request-id')).toBeNull()
    await server.written('"event":"created"')
    expect(server.output()).not.toContain('request_id')
  })

  it('has no number where it is about no call', async () => {
    const { server } = await startPeople()
    await server.written('live in this process')
    expect(linesOf(server)).toEqual([expect.not.objectContaining({ request_id: expect.anything() })])
  })

  it('has the number of the proxy in front, where that is one', async () => {
    const { server, browser } = await startPeople({ SCANLOGIN_TRUSTED_PROXIES: '1' })
    const { headers } = await browser.call('POST', '/tickets', { body: {}, headers: { 'x-request-id': 'edge.7_F-1' } })
    expect(headers.get('x-request-id')).toBe('edge.7_F-1')
    await server.written('"request_id":"edge.7_F-1"')
  })

  it.each(['', 'a'.repeat(65), 'two words', '{"level":60}', 'a,b', 'é'])(
    'never has %j of anybody as its number',
    async sent => {
      const { browser } = await startPeople({ SCANLOGIN_TRUSTED_PROXIES: '1' })
      const headers = { 'x-request-id': sent }
      const answer = await browser.call('GET', '/session', { headers })
      expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
    },
  )

  it('has a number of the server’s own where nobody stands in front', async () => {
    const { server, browser } = await startPeople()
    const answer = await browser.call('POST', '/tickets', {
      body: {},
      headers: { 'x-request-id': 'chosen-by-a-browser' },
    })
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
    await server.written('"event":"created"')
    expect(server.output()).not.toContain('chosen-by-a-browser')
  })

  it('has the trace of its call, with the file that the example gives', async () => {
    const example = fileURLToPath(new URL('../../examples/tracing/tracing.mjs', import.meta.url))
    const { server, browser, phone } = await startPeople({ NODE_OPTIONS: `--import ${example}` })
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
    await browser.call('POST', '/tickets', { body: {}, headers })
    await server.written('"event":"created"')
    expect(linesOf(server).find(({ event }) => event === 'created')).toMatchObject({ trace_id: traceId })
    await server.written(`traceId: '${traceId}'`)
    await browser.create()
    await phone.scan(await browser.draw())
    await server.written('"event":"scanned"')
    await server.written("name: 'POST /v1/scan'")
    const { trace_id } = linesOf(server).find(({ event }) => event === 'scanned') ?? {}
    expect(server.output()).toContain(`traceId: '${trace_id}'`)
    for (const secret of [browser.ticket.id, browser.secret]) expect(server.output()).not.toContain(secret)
  })
})

describe('a page', () => {
  it('has a number, too', async () => {
    const { server } = await startPeople()
    for (const path of ['/', '/nowhere', '/healthz/live']) {
      const { headers } = await fetch(server.url + path)
      expect(headers.get('x-request-id'), path).toMatch(/^[\da-f-]{36}$/)
    }
  })
})

async function startPeople(env: Record<string, string> = {}) {
  const base = { SCANLOGIN_API_KEY: apiKey, SCANLOGIN_LOG_LEVEL: 'debug', SCANLOGIN_REQUEST_IDS: 'on' }
  const server = await startServer({ ...base, ...env })
  return { server, ...createActors({ url: `${server.url}/v1`, apiKey, origin: server.origin }) }
}

/** Those that are JSON. */
function linesOf(server: RunningServer): Record<string, unknown>[] {
  const lines = server.output().split('\n')
  return lines.filter(line => line.startsWith('{"level"')).map(line => JSON.parse(line))
}
