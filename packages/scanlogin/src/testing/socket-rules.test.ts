/** The rules on sockets, tried on servers that are right but for one thing each. */
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Call, Handler, SocketOpening, SocketTexts } from '../http.ts'
import { createHandler } from '../http.ts'
import { createLogin, memoryStore } from '../index.ts'
import { type SocketPeer, serve, toNodeListener, toNodeUpgrade } from '../node.ts'
import { storedSessions } from '../session.ts'
import { findProtocolBreaches, type OpenServer } from './protocol-suite.ts'

const abilities = ['cookies', 'other origins', 'sockets'] as const
const apiKey = 'an-api-key-of-forty-characters-or-more-x'
const publicUrl = 'http://localhost:9'
const allowedOrigin = 'https://www.example.com'

describe('the protocol suite on sockets', () => {
  for (const [name, [rule, flaw]] of Object.entries(brokenServers())) {
    it(`rejects a server that ${name}`, async () => {
      const trial = { abilities, only: [rule], patience: 2 } as const
      expect(await findProtocolBreaches({ ...trial, open: () => open({}) })).toEqual([])
      const breaches = await findProtocolBreaches({ ...trial, open: () => open(flaw) })
      expect(breaches.map(breach => breach.rule)).toEqual([rule])
    })
  }

  it('finds nothing wrong with a server that is right', async () => {
    const only = [...new Set(Object.values(brokenServers()).map(([rule]) => rule))]
    expect(only.length).toBe(10)
    expect(await findProtocolBreaches({ abilities, only, open: () => open({}) })).toEqual([])
  })
})

/** One thing that is otherwise than it should be. */
interface Flaw {
  /** In who gets a socket, and what it tells. */
  opening?: (call: Call, open: Handler['openSocket']) => Promise<SocketOpening>
  /** In the frames. */
  peer?: (peer: SocketPeer) => SocketPeer
  /** In what is answered where nobody asks for an upgrade. */
  plain?: { status: number; body: string }
  /** Seconds between pings. */
  heartbeat?: number
}

function brokenServers(): Record<string, [rule: string, flaw: Flaw]> {
  const [changes, poll] = [
    'tells the ticket over a socket as it is, then every change, and closes with 1000 after the last',
    'tells over a socket what a poll tells, field by field',
  ]
  return {
    'tells nothing until something has changed': [changes, telling((text, at) => (at === 0 ? undefined : text))],
    'tells only how it began': [changes, telling((text, at) => (at === 0 ? text : undefined))],
    'tells a ticket in bytes': [
      changes,
      { peer: peer => ({ ...bound(peer), send: text => peer.send(asBytes(text)) }) },
    ],
    'never closes a socket': [changes, ending(() => new Promise(() => {}))],
    'closes as if it had been a mistake': [changes, ending(async () => ({ code: 1011, reason: '' }))],
    'tells more over a socket than in a poll': [
      poll,
      telling(text => JSON.stringify({ ...JSON.parse(text), user_id: 'alice' })),
    ],
    'has nothing to tell of what is over': [
      'tells over a socket the end of a ticket that has ended before, and closes',
      telling(text => (text.includes('"cancelled"') ? undefined : text)),
    ],
    'opens a socket for everybody, and then closes it': [
      'opens no socket for a stranger',
      {
        async opening(call, open) {
          const opening = await open(call)
          return 'texts' in opening ? opening : { texts: texts([], async () => ({ code: 1008, reason: '' })) }
        },
      },
    ],
    'takes a secret in the address': [
      'opens no socket by a secret that stands in the address',
      claiming(call => ({ authorization: `Bearer ${new URLSearchParams(call.query).get('token')}` })),
    ],
    'answers at the address of a socket as if there were something': [
      'refuses who asks at the address of a socket for something else',
      { plain: { status: 200, body: '{}' } },
    ],
    'listens to what a browser says': [
      'takes nothing from a browser over a socket',
      {
        peer: peer => ({
          ...bound(peer),
          on: (event, listener) => (event === 'message' ? peer : peer.on(event, listener)),
        }),
      },
    ],
    'never pings': ['breaks the silence of a socket by a ping, or keeps it without one', { heartbeat: 3600 }],
    'opens a socket for any page': [
      'opens no socket for a page of another origin, though the browser sends its cookie',
      claiming(() => ({ origin: publicUrl })),
    ],
    'opens a socket for no page but its own': [
      'opens a socket for a page of an allowed origin',
      claiming(call => (call.header('origin') === allowedOrigin ? { origin: 'https://evil.example' } : {})),
    ],
  }
}

async function open({ opening, peer, plain, heartbeat = 0.2 }: Flaw): Promise<OpenServer> {
  const store = memoryStore()
  const login = createLogin({ store, publicUrl })
  const handler = createHandler(login, {
    sessions: storedSessions({ store }),
    apiKeys: [apiKey],
    allowedOrigins: [allowedOrigin],
  })
  const openSocket = (call: Call) => (opening ? opening(call, handler.openSocket) : handler.openSocket(call))
  const answer = toNodeListener(handler)
  const serving = await serve({
    listener(request, response) {
      if (!plain || !request.url?.endsWith('/socket')) return answer(request, response)
      response.writeHead(plain.status, { 'content-type': 'application/json' }).end(plain.body)
    },
    upgrade: toNodeUpgrade({ openSocket }, peer ? withPeers(peer) : WebSocketServer, { heartbeat }),
  })
  return {
    url: `${serving.url}/v1`,
    apiKey,
    allowedOrigin,
    origin: publicUrl,
    WebSocket,
    async close() {
      void login.drain()
      await serving.close()
    },
  }
}

function withPeers(change: (peer: SocketPeer) => SocketPeer) {
  return class extends WebSocketServer {
    override handleUpgrade(...[request, socket, head, opened]: Parameters<WebSocketServer['handleUpgrade']>): void {
      // Only what this side uses of a socket is handed on.
      super.handleUpgrade(request, socket, head, peer => opened(change(peer) as WebSocket, request))
    }
  }
}

function bound(peer: SocketPeer): SocketPeer {
  return {
    get bufferedAmount() {
      return peer.bufferedAmount
    },
    send: text => peer.send(text),
    ping: () => peer.ping(),
    close: (code, reason) => peer.close(code, reason),
    terminate: () => peer.terminate(),
    on: (event, listener) => peer.on(event, listener),
  }
}

/** `ws` sends bytes as a binary frame. */
function asBytes(text: string): string {
  return Buffer.from(text) as unknown as string
}

/** Tells something else in place of a text, or nothing. */
function telling(change: (text: string, at: number) => string | undefined): Flaw {
  return retelling(async function* (real) {
    for (let at = 0; ; at++) {
      const { value, done } = await real.next()
      if (done) return value
      const text = change(value, at)
      if (text !== undefined) yield text
    }
  })
}

/** Ends in another way. */
function ending(end: () => Promise<SocketEnd>): Flaw {
  return retelling(async function* (real) {
    for (;;) {
      const { value, done } = await real.next()
      if (done) return await end()
      yield value
    }
  })
}

type SocketEnd = { code: number; reason: string }

function retelling(change: (real: SocketTexts) => SocketTexts): Flaw {
  return {
    async opening(call, open) {
      const opening = await open(call)
      return 'texts' in opening ? { texts: change(opening.texts) } : opening
    },
  }
}

async function* texts(all: readonly string[], end: () => Promise<SocketEnd>): SocketTexts {
  yield* all
  return await end()
}

/** Believes headers that nobody has sent. */
function claiming(headers: (call: Call) => Record<string, string>): Flaw {
  return {
    opening(call, open) {
      const claimed = headers(call)
      return open({
        method: call.method,
        path: call.path,
        query: call.query,
        peer: call.peer,
        hangup: call.hangup,
        request: call.request,
        text: limit => call.text(limit),
        header: name => claimed[name] ?? call.header(name),
      })
    },
  }
}
