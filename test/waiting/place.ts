/** A scanlogin whose clock stands still, behind real connections: streams and sockets of a test, and whoever abuses them. */
import { expect, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type Serving, serve, toNodeListener, toNodeUpgrade } from '../../packages/scanlogin/src/node.ts'
import type { ScriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import type { ManualClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { type Started, type StartOptions, start } from '../start.ts'

export interface Place extends Started {
  readonly clock: ManualClock
  readonly port: number
  /** A socket for the browser's ticket, open or refused. */
  open(browser: ScriptedBrowser, options?: OpenOptions): Promise<Socket>
  /** Passes once nobody waits, and nothing of those who did is left. */
  quiet(): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  headers?: Readonly<Record<string, string>>
  protocols?: readonly string[]
  /** Answers the server's pings. Default `true`. */
  answers?: boolean
  /** Default: the browser's ticket. */
  id?: string
  query?: string
}

export interface Socket {
  /** 101, or what it was refused with. */
  readonly status: number
  /** Of a refusal. */
  readonly body: string
  readonly client: WebSocket
  /** The next text; `undefined` once it is closed. */
  next(): Promise<Record<string, unknown> | undefined>
  readonly closed: Promise<{ code: number; reason: string }>
}

/** ms; not how long it takes but when to give up, on a machine that has other things to do. */
export const patience = { timeout: 20_000, interval: 20 }

export async function startPlace(options: StartOptions = {}, heartbeat = 15): Promise<Place> {
  const place = start({ proof: 'bearer', ...options })
  const { handler, login, clock } = place
  const listener = toNodeListener(handler, { closing: login.draining })
  const upgrade = toNodeUpgrade(handler, WebSocketServer, { heartbeat })
  const serving: Serving = await serve({ listener, upgrade })
  const { port } = serving
  return {
    ...place,
    port,
    open: (browser, options) => openSocket(port, browser, options),
    quiet: () => vi.waitFor(() => expect([login.waiting(), clock.timers()]).toEqual([0, 0]), patience),
    async close() {
      void login.drain()
      await serving.close()
    },
  }
}

/** A socket for the browser's ticket at a server on this port. */
export async function openSocket(port: number, browser: ScriptedBrowser, options: OpenOptions = {}): Promise<Socket> {
  const { id = browser.ticket.id, query = '', protocols = [], answers = true } = options
  const { headers = { authorization: `Bearer ${browser.secret}` } } = options
  const client = new WebSocket(`ws://127.0.0.1:${port}/v1/tickets/${id}/socket${query}`, [...protocols], {
    headers: { ...headers },
    autoPong: answers,
  })
  client.on('error', () => {})
  const texts: string[] = []
  let heard = () => {}
  client.on('message', text => {
    texts.push(String(text))
    heard()
  })
  const closed = new Promise<{ code: number; reason: string }>(resolve => {
    client.on('close', (code, reason) => {
      heard()
      resolve({ code, reason: String(reason) })
    })
  })
  const { status, body } = await opened(client)
  return {
    status,
    body,
    client,
    closed,
    async next() {
      while (texts.length === 0 && client.readyState !== WebSocket.CLOSED) {
        await new Promise<void>(resolve => {
          heard = resolve
        })
      }
      const text = texts.shift()
      return text === undefined ? undefined : JSON.parse(text)
    },
  }
}

function opened(client: WebSocket): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    client.once('open', () => resolve({ status: 101, body: '' }))
    client.once('unexpected-response', (_request, response) => {
      let body = ''
      response.setEncoding('utf8').on('data', text => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    client.once('error', reject)
  })
}
