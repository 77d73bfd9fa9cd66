import { describe, expect, it } from 'vitest'
import { createHandler } from '../http.ts'
import { createLogin, memoryStore } from '../index.ts'
import { storedSessions } from '../session.ts'
import type { Fetch } from './caller.ts'
import { createClock } from './clock.ts'
import { findProtocolBreaches, type OpenServer, protocolSuite } from './protocol-suite.ts'

const abilities = ['cookies', 'time'] as const
const apiKey = 'an-api-key-of-forty-characters-or-more-x'

describe('the protocol suite', () => {
  for (const [name, [rule, breaking]] of Object.entries(brokenServers())) {
    it(`rejects a server that ${name}`, async () => {
      const trial = { abilities, only: [rule], patience: 2 } as const
      expect(await findProtocolBreaches({ ...trial, open: () => open(fetch => fetch) })).toEqual([])
      const breaches = await findProtocolBreaches({ ...trial, open: () => open(breaking) })
      expect(breaches.map(breach => breach.rule)).toEqual([rule])
    })
  }

  it('finds nothing wrong with a server that is right', async () => {
    expect(await findProtocolBreaches({ open: () => open(fetch => fetch), abilities })).toEqual([])
  })

  it('looks at every answer, whatever the rule is about', async () => {
    const breaches = await findProtocolBreaches({
      open: () => open(fetch => async request => without(await fetch(request), 'cache-control')),
      abilities: [],
      patience: 2,
    })
    expect(breaches.length).toBeGreaterThan(50)
    expect(String(breaches[0]?.cause)).toContain('the header cache-control')
  })

  it('leaves out a rule only for a reason', () => {
    const rule = 'makes every id and every secret anew'
    expect(titles({})).toContain(rule)
    expect(titles({ [rule]: 'It has only one.' })).not.toContain(rule)
    expect(() => titles({ [rule]: ' ' })).toThrow(TypeError)
    expect(() => titles({ 'is fast': 'It is not.' })).toThrow(TypeError)
  })

  it('closes the server after each rule, also when the rule was broken', async () => {
    let running = 0
    const refuse = async () => new Response('no', { status: 500 })
    await findProtocolBreaches({
      open() {
        running++
        const close = async () => {
          running--
        }
        return { url: 'https://id.example.com/v1', apiKey, fetch: refuse, pass: async () => {}, close }
      },
    })
    expect(running).toBe(0)
  })
})

type Breaking = (fetch: Fetch) => Fetch

/** What is wrong, the rule that notices, and how it is made. */
function brokenServers(): Record<string, [rule: string, breaking: Breaking]> {
  return {
    'tells a ticket to everybody': [
      'answers a stranger about a ticket as about one that never was',
      fetch => {
        let proof = ''
        return async request => {
          const reply = await fetch(request.clone())
          const [cookie] = reply.headers.getSetCookie()
          if (cookie && proof === '') proof = `Bearer ${cookie.split(/[=;]/)[1]}`
          if (reply.status !== 404) return reply
          return fetch(withHeaders(request, headers => headers.set('authorization', proof)))
        }
      },
    ],
    'says whether an id exists': [
      'answers a stranger about a ticket as about one that never was',
      answering((reply, { url }) =>
        url.includes('0123456789') ? changed(reply, { headers: { 'x-known': 'no' } }) : reply,
      ),
    ],
    'believes every origin': [
      'changes nothing for a page of another origin',
      fetch => request => fetch(withHeaders(request, headers => headers.set('sec-fetch-site', 'same-origin'))),
    ],
    'lets any page read its refusals': [
      'changes nothing for a page of another origin',
      answering(reply => changed(reply, { headers: { 'access-control-allow-origin': '*' } })),
    ],
    'asks for no JSON': [
      'changes nothing by what a form can send',
      fetch => request => fetch(withHeaders(request, headers => headers.set('content-type', 'application/json'))),
    ],
    'tells scripts its secret': [
      'gives the secret as a cookie that scripts cannot read and other sites cannot send',
      answering(reply => {
        const headers = new Headers(reply.headers)
        const cookies = headers.getSetCookie().map(cookie => cookie.replace('HttpOnly; ', ''))
        headers.delete('set-cookie')
        for (const cookie of cookies) headers.append('set-cookie', cookie)
        return changed(reply, { headers })
      }),
    ],
    'tells the user before the end': [
      'says no more than the protocol allows in any state',
      rewriting(body => ('poll_after' in body ? { ...body, user_id: 'alice' } : body)),
    ],
    'does not mask who scanned': [
      'says no more than the protocol allows in any state',
      rewriting(body => ('scanned_by' in body ? { ...body, scanned_by: { name: 'Alice Example' } } : body)),
    ],
    'does not count its versions': [
      'raises the version by one with every change, and with nothing else',
      rewriting(body => ('version' in body ? { ...body, version: 1 } : body)),
    ],
    'never waits': [
      'answers a long poll when the phone scans, confirms and denies',
      fetch => request => fetch(new Request(request.url.replace(/wait=\w+/, 'wait=0'), request)),
    ],
    'waits to the end whatever happens': [
      'answers a long poll at once where it knows more than the browser',
      fetch => request => (/wait=25/.test(request.url) ? new Promise(() => {}) : fetch(request)),
    ],
    'has no ETag': [
      'tells the state, with an ETag that saves a second telling',
      answering(reply => without(reply, 'etag')),
    ],
    'repeats what it refuses': [
      'repeats nothing of what it refuses',
      fetch => async request => {
        const sent = await request.clone().text()
        const reply = await fetch(request)
        return reply.status < 400
          ? reply
          : changed(reply, { headers: { 'x-sent': encodeURIComponent(sent).slice(0, 200) } })
      },
    ],
    'fails at what is not JSON': [
      'takes a JSON object and nothing else',
      answering(reply => (reply.status === 400 ? changed(reply, { status: 500 }) : reply)),
    ],
    'names no methods': [
      'names the methods of an address to who uses another',
      answering(reply => without(reply, 'allow')),
    ],
    'hides the code in a query': [
      'keeps what the QR code says behind the #',
      rewriting(body => (hasQr(body) ? { ...body, qr: { ...body.qr, url: body.qr.url.replace('#', '?id=') } } : body)),
    ],
    'confirms in two ways': [
      'answers a repeated confirm as the first',
      rewriting(body => (Object.keys(body).join() === 'state' ? { ...body, at: Math.random() } : body)),
    ],
    'knows no end of an undo': [
      'lets nobody take back what was collected',
      answering((reply, { url }) =>
        url.endsWith('/deny') ? Response.json({ state: 'denied' }, always(reply)) : reply,
      ),
    ],
    'gives each redeem a session of its own': [
      'gives the same session when the answer was lost',
      rewriting(body => ('session' in body ? { ...body, session: { id: Math.random() } } : body)),
    ],
    'lets a guesser try for ever': [
      'stops a user who guesses codes after five tries, and nobody else',
      fetch => async request => {
        if (!request.url.endsWith('/scan')) return fetch(request)
        const body = (await request.text()).replace(/"mallory-[^"]*"/, () => `"${crypto.randomUUID()}"`)
        return fetch(new Request(request.url, { method: 'POST', headers: request.headers, body }))
      },
    ],
    'lives in another time': [
      'ends a code that nobody scans, and says so',
      rewriting(body => ('expires_in' in body && body.state === 'pending' ? { ...body, expires_in: 90 } : body)),
    ],
  }
}

function open(breaking: Breaking): OpenServer {
  const clock = createClock()
  const store = memoryStore({ clock })
  const login = createLogin({ store, clock, publicUrl: 'https://id.example.com' })
  const handler = createHandler(login, { sessions: storedSessions({ store, clock }), apiKeys: [apiKey] })
  return { url: 'https://id.example.com/v1', apiKey, fetch: breaking(handler), pass: clock.advance }
}

type JsonObject = Record<string, unknown>

function rewriting(rewrite: (body: JsonObject) => JsonObject): Breaking {
  return fetch => async request => {
    const reply = await fetch(request)
    if (reply.headers.get('content-type') !== 'application/json') return reply
    return new Response(JSON.stringify(rewrite(await reply.json())), { status: reply.status, headers: reply.headers })
  }
}

function answering(change: (reply: Response, request: Request) => Response): Breaking {
  return fetch => async request => change(await fetch(request), request)
}

function changed(reply: Response, { status = reply.status, headers = {} }: { status?: number; headers?: HeadersInit }) {
  const fields = headers instanceof Headers ? headers : new Headers([...reply.headers, ...Object.entries(headers)])
  return new Response(reply.body, { status, headers: fields })
}

function without(reply: Response, name: string): Response {
  const headers = new Headers(reply.headers)
  headers.delete(name)
  return changed(reply, { headers })
}

function withHeaders(request: Request, change: (headers: Headers) => void): Request {
  const headers = new Headers(request.headers)
  change(headers)
  return new Request(request, { headers })
}

function always(reply: Response): ResponseInit {
  const headers = new Headers(reply.headers)
  headers.set('content-type', 'application/json')
  return { headers }
}

function hasQr(body: JsonObject): body is JsonObject & { qr: { url: string } } {
  return typeof body.qr === 'object'
}

/** The titles that a run registers. */
function titles(exceptions: Record<string, string>): string[] {
  const registered: string[] = []
  protocolSuite('some server', {
    describe: (_, body) => body(),
    it: title => registered.push(title),
    open: () => expect.unreachable(),
    exceptions,
  })
  return registered
}
