/**
 * What a rule plays on: a server, a browser, a phone and a stranger. Whatever a rule is about, each answer on the way
 * is looked at as well: the headers that belong on every answer, the shape of a refusal, and never a 5xx.
 */
import type { CreatedResource } from '../../http/wire.ts'
import { type Actors, type ActorsOptions, createActors } from '../actors.ts'
import type { ScriptedBrowser } from '../browser.ts'
import { type Caller, createCaller, type Fetch, type Reply } from '../caller.ts'
import { openTicketSocket, type SocketClass, type TicketSocket } from '../ticket-socket.ts'
import { answered, holds, same } from './claims.ts'

export interface OpenServer extends ActorsOptions {
  /** An origin that the server lets call besides its own, for the rules on `other origins`. */
  allowedOrigin?: string
  /** An address on the site's own list, for the rules on `return addresses`. */
  returnTo?: string
  /** For the rules on `sockets`: a class that takes headers. Default: the runtime's, where it has one. */
  WebSocket?: SocketClass
  /** Where sockets are opened, where that is not `url`. */
  socketUrl?: string
  /** Lets at least this much time pass for the server. Default: waits. */
  pass?: (ms: number) => Promise<void>
  /** Called after each rule. */
  close?: () => Promise<void>
}

export interface Stage extends Actors {
  readonly server: OpenServer
  /** Calls with no more than the headers that are given. */
  readonly nobody: Caller
  /** Alice's phone has scanned what `browser` shows. */
  scanned(): Promise<CreatedResource>
  /** … and she has said "sign in"; the check code, if there is one, has been typed. */
  confirmed(): Promise<CreatedResource>
  /** … and the browser has collected. */
  redeemed(): Promise<CreatedResource>
  /** A socket for the browser's ticket, open or refused. */
  socket(browser: ScriptedBrowser, options?: SocketOptions): Promise<TicketSocket>
  pass(ms: number): Promise<void>
  /** Lets time pass until the promise has settled. */
  patiently<T>(promise: Promise<T>): Promise<T>
  /** Throws what was wrong with answers that no rule looked at. */
  review(): void
}

export interface SocketOptions {
  /** Default: the browser's ticket. */
  id?: string
  /** With its question mark. */
  query?: string
  /** Headers that prove who asks. Default: what the browser has. */
  proof?: Readonly<Record<string, string>>
  /** Headers that say which page asks. Default: the sign-in page. */
  page?: Readonly<Record<string, string>>
}

export type Rule = (stage: Stage) => Promise<void>
export type Rules = Readonly<Record<string, Rule>>

export function createStage(server: OpenServer): Stage {
  const flaws: unknown[] = []
  const fetch = watched(server.fetch ?? (request => globalThis.fetch(request)), flaw => flaws.push(flaw))
  const actors = createActors({ ...server, fetch })
  const { browser, phone } = actors
  const { pass = sleep } = server

  async function scanned(): Promise<CreatedResource> {
    answered(await browser.create(), 201)
    answered(await phone.scan(browser.ticket.qr.url))
    return browser.ticket
  }

  async function confirmed(): Promise<CreatedResource> {
    const ticket = await scanned()
    const { body } = answered(await phone.confirm())
    if (body.check_code !== undefined) answered(await browser.verify(body.check_code))
    return ticket
  }

  async function socket(browser: ScriptedBrowser, options: SocketOptions = {}): Promise<TicketSocket> {
    const { id = browser.ticket.id, query = '', proof = proofOf(browser) } = options
    const { page = { origin: server.origin ?? new URL(server.url).origin } } = options
    // Those of Node, Deno and Bun take headers, which no page can set; their types are those of a page.
    const Class = server.WebSocket ?? (globalThis.WebSocket as unknown as SocketClass | undefined)
    if (!Class) throw new TypeError('WebSocket: this runtime has none; pass the one of "ws"')
    const url = `${server.socketUrl ?? server.url}/tickets/${id}/socket${query}`
    return openTicketSocket(Class, url.replace(/^http/, 'ws'), { ...proof, ...page })
  }

  return {
    ...actors,
    server,
    socket,
    nobody: createCaller({ url: server.url, fetch }),
    scanned,
    confirmed,
    async redeemed() {
      const ticket = await confirmed()
      answered(await browser.redeem())
      return ticket
    },
    pass,
    async patiently(promise) {
      let settled = false
      const done = () => {
        settled = true
      }
      promise.then(done, done)
      for (let rounds = 0; !settled && rounds < 600; rounds++) await pass(100)
      holds(settled, 'the server does not answer')
      return promise
    },
    review() {
      if (flaws.length > 0) throw flaws[0]
    },
  }
}

/** By the cookies it has, or by its secret. */
export function proofOf(browser: ScriptedBrowser): Record<string, string> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return cookie ? { cookie } : { authorization: `Bearer ${browser.secret}` }
}

function watched(fetch: Fetch, report: (flaw: unknown) => void): Fetch {
  return async request => {
    const response = await fetch(request)
    try {
      await review(response, request.method)
    } catch (flaw) {
      report(flaw)
    }
    return response
  }
}

async function review(response: Response, method: string): Promise<void> {
  const { status, headers } = response
  holds(status < 500, `no call is answered ${status}`)
  for (const [name, value] of always) same(headers.get(name), value, `the header ${name} of an answer ${status}`)
  if (status < 400) return
  same(headers.get('content-type'), 'application/problem+json', `the content type of an answer ${status}`)
  if (method === 'HEAD') return
  const problem = (await response.clone().json()) as Partial<Reply['body']>
  same(problem.status, status, 'the status within a problem')
  for (const name of ['type', 'title', 'code'] as const) {
    holds(typeof problem[name] === 'string' && problem[name] !== '', `a problem has a ${name}`)
  }
}

const always = [
  ['cache-control', 'no-store'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
] as const

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
