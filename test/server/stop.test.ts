/** @see docs/configuration.md, "Behind a proxy": what a rolling restart relies on. */
import { Agent, get, type IncomingHttpHeaders } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { scriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { endServers, type RunningServer, startServer } from './server.ts'

afterEach(endServers)

// Shorter than the 22.5 s that an undisturbed wait of 25 s takes at least: within it, somebody has been let go early.
const early = 20_000

describe('a server that is told to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s', async signal => {
    const server = await startServer()
    server.signal(signal)
    expect(await server.exited).toBe(0)
  })

  it(
    'answers every browser that waits, and closes its connection',
    async () => {
      const server = await startServer()
      const waiting = await Promise.all(Array.from({ length: 50 }, () => wait(server)))
      server.signal('SIGTERM')
      for (const { status, headers, body } of await Promise.all(waiting.map(({ answer }) => answer))) {
        expect(status).toBe(200)
        expect(headers.connection).toBe('close')
        expect(JSON.parse(body)).toMatchObject({ state: 'pending', version: 1 })
      }
      expect(await server.exited).toBe(0)
    },
    early,
  )

  it(
    'ends an event stream without breaking it off',
    async () => {
      const server = await startServer()
      const browser = browserOf(server)
      await browser.create()
      const events = await ask(`${server.url}/v1/tickets/${browser.ticket.id}`, {
        authorization: `Bearer ${browser.secret}`,
        accept: 'text/event-stream',
      })
      await events.firstBytes
      server.signal('SIGTERM')
      const { status, body } = await events.answer
      expect(status).toBe(200)
      expect(body).toMatch(/^event: ticket\nid: 1\ndata: \{/)
      expect(await server.exited).toBe(0)
    },
    early,
  )

  it(
    'does not wait for connections that are kept open for nothing',
    async () => {
      const server = await startServer()
      const agent = new Agent({ keepAlive: true })
      const { answer } = await ask(`${server.url}/healthz/live`, {}, agent)
      expect((await answer).headers.connection).toBe('keep-alive')
      server.signal('SIGTERM')
      expect(await server.exited).toBe(0)
      agent.destroy()
    },
    early,
  )

  it('is alive but not ready while it drains, and still serves whoever comes', async () => {
    const server = await startServer({ SCANLOGIN_DRAIN_DELAY: '5' })
    const { browser, answer } = await wait(server)
    server.signal('SIGTERM')
    await server.written('"stopping"')
    expect((await once(`${server.url}/healthz/ready`)).status).toBe(503)
    expect((await once(`${server.url}/healthz/live`)).status).toBe(200)
    const late = browserOf(server)
    const created = await late.create()
    expect(created.status).toBe(201)
    expect(created.headers.get('connection')).toBe('close')
    // Who waits is let go at the end of the delay, and finds the same ticket.
    expect(JSON.parse((await answer).body)).toMatchObject({ id: browser.ticket.id, state: 'pending' })
    expect(await server.exited).toBe(0)
  })

  it('tells who waited to come back after a moment of their own', async () => {
    const server = await startServer()
    const waiting = await Promise.all(Array.from({ length: 20 }, () => wait(server)))
    server.signal('SIGTERM')
    const answers = await Promise.all(waiting.map(({ answer }) => answer))
    const moments = answers.map(({ body }) => Number(JSON.parse(body).poll_after))
    expect(new Set(moments).size).toBeGreaterThan(5)
    for (const moment of moments) expect(moment >= 0 && moment <= 3).toBe(true)
  })

  it('ends at once when it is told a second time', async () => {
    const server = await startServer({ SCANLOGIN_DRAIN_DELAY: '60' })
    server.signal('SIGTERM')
    await server.written('"stopping"')
    server.signal('SIGTERM')
    expect(await server.exited).toBe(1)
  })
})

function browserOf({ url, origin }: RunningServer) {
  return scriptedBrowser({ url: `${url}/v1`, origin, proof: 'bearer' })
}

/** A browser whose long poll the server holds. */
async function wait(server: RunningServer) {
  const browser = browserOf(server)
  await browser.create()
  const url = `${server.url}/v1/tickets/${browser.ticket.id}?since=1&wait=25`
  const { answer } = await ask(url, { authorization: `Bearer ${browser.secret}` })
  // The server takes requests in the order they come in: once this one is answered, the wait before it has begun.
  await browser.read()
  return { browser, answer }
}

async function once(url: string) {
  return (await ask(url, {})).answer
}

interface Whole {
  status: number | undefined
  headers: IncomingHttpHeaders
  body: string
}

/** Resolves once the request has been written. Without an agent every call has a connection of its own. */
function ask(url: string, headers: Record<string, string>, agent: Agent | false = false) {
  let heard = () => {}
  const firstBytes = new Promise<void>(resolve => {
    heard = resolve
  })
  const request = get(url, { headers, agent })
  const answer = new Promise<Whole>((resolve, reject) => {
    request.on('error', reject)
    request.on('response', response => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
        heard()
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
    })
  })
  return new Promise<{ answer: Promise<Whole>; firstBytes: Promise<void> }>(resolve => {
    request.on('finish', () => resolve({ answer, firstBytes }))
    // Whoever awaits the answer hears of an error; nobody else needs to.
    answer.catch(() => resolve({ answer, firstBytes }))
  })
}
