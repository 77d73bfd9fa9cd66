/** Finds the call that a request means, and turns whatever it throws into an answer. */
import { LoginError } from '../core/errors.ts'
import type { Login } from '../core/login.ts'
import { type Answer, type Call, empty } from './call.ts'
import { cancelTicket, createTicket, readTicket, redeemTicket, verifyTicket } from './calls/browser.ts'
import { streamTicket } from './calls/event-stream.ts'
import { foreseeCodes } from './calls/foresee.ts'
import { forgetBrowser, forgetBrowsers, listBrowsers } from './calls/known-browsers.ts'
import { confirmTicket, denyTicket, scanCode } from './calls/phone.ts'
import { type Arriving, openArrived } from './calls/session/arrived.ts'
import { keysPath, readKeys } from './calls/session/keys.ts'
import { endSession, readSession, renewSession } from './calls/session/own.ts'
import { endApprovedSessions, endListedSession, endOtherSessions, listSessions } from './calls/session/records.ts'
import { exchangeCode, oauthRefusal } from './calls/session/token.ts'
import { openTicketSocket, refusePlainCall, type SocketTexts } from './calls/socket.ts'
import { type Route, tracedAnswer, tracedOpening } from './calls/traced.ts'
import { toCall, toResponse } from './fetch.ts'
import { readAlipayStatus } from './fronts/alipay-status.ts'
import { readWechatStatus } from './fronts/wechat-status.ts'
import { none } from './origin.ts'
import { methodNotAllowed, outage, problem } from './problem.ts'
import { createSite, type HandlerOptions, type Site } from './site.ts'

export interface Handler {
  /** For every framework that speaks `Request` and `Response`. Never rejects. */
  (request: Request): Promise<Response>
  /** The same below the Web's objects, for servers that count microseconds; `scanlogin/node` uses it. Never rejects. */
  answer(call: Call): Promise<Answer>
  /** What a WebSocket at the call's address tells, or the answer that refuses it before the upgrade. Never rejects. */
  openSocket(call: Call): Promise<SocketOpening>
  /**
   * The answer of redeem for somebody whom the host has recognised in another way, as by a connector: a session and its
   * cookies, or a refusal. For hosts with `sessions`. The host has made sure that this browser is theirs. Never rejects.
   */
  signIn(request: Request, arriving: Arriving): Promise<Response>
  /** Path the calls are mounted at. */
  readonly base: string
}

export type SocketOpening = { readonly texts: SocketTexts } | { readonly refusal: Answer }

/** All calls of `docs/protocol.md` over `login`. Throws `TypeError` for options that cannot be. */
export function createHandler(login: Login, options: HandlerOptions): Handler {
  const site = createSite(login, options)
  const { tracer } = site
  const answer = tracer
    ? (call: Call) => tracedAnswer(tracer, call, routeOf(site, call.path), () => answerCall(site, call))
    : (call: Call) => answerCall(site, call)
  const opening = tracer
    ? (call: Call) => tracedOpening(tracer, call, routeOf(site, call.path), () => openSocket(site, call))
    : (call: Call) => openSocket(site, call)
  const handler = async (request: Request) => {
    const call = toCall(request)
    return toResponse(await answer(call), () => call.hangup.leave())
  }
  return Object.assign(handler, {
    answer,
    openSocket: opening,
    signIn: (request: Request, arriving: Arriving) => signIn(site, request, arriving),
    base: site.base,
  })
}

async function signIn(site: Site, request: Request, arriving: Arriving): Promise<Response> {
  const call = toCall(request)
  const answer = await openArrived(site, call, arriving).catch(async error => {
    const address = site.clientAddress({ peer: arriving.peer, header: name => call.header(name) })
    return refusal(site, await site.login.turnedAway(error, { call: 'arrive', user: arriving.user.id, address }))
  })
  return toResponse(answer, () => {})
}

async function answerCall(site: Site, call: Call): Promise<Answer> {
  const answer = await answerOrRefusal(site, call)
  const cors = site.origins.cors(call)
  return cors === none ? answer : { ...answer, headers: { ...answer.headers, ...cors } }
}

async function answerOrRefusal(site: Site, call: Call): Promise<Answer> {
  try {
    return await route(site, call)
  } catch (error) {
    const told = await turnedAway(site, call, error)
    const asked = site.sessions && call.path === `${site.base}/token`
    const inOAuthsWords = asked && told instanceof LoginError ? oauthRefusal(told) : undefined
    return inOAuthsWords ?? refusal(site, told)
  }
}

/** Every refusal is an event; the query is left out of it, and an id stands there as its mark only. */
function turnedAway(site: Site, call: Call, error: unknown): Promise<unknown> {
  const [, resource = '', id, verb] = call.path.slice(site.base.length).split('/')
  const name = [resource, ...(id === undefined ? [] : ['…']), ...(verb === undefined ? [] : [verb])].join('/')
  const known = collections.has(resource) || resource === 'tickets'
  return site.login.turnedAway(error, {
    call: known ? `${call.method} ${name}` : 'elsewhere',
    id: resource === 'tickets' && ticketId.test(id ?? '') ? id : undefined,
    address: site.clientAddress(call),
  })
}

function route(site: Site, call: Call): Answer | Promise<Answer> {
  const [methods, id] = find(site, call.path)
  if (call.method === 'OPTIONS') {
    const headers = site.origins.preflight(call)
    if (headers) return empty(204, headers)
  }
  const action = methods.get(call.method)
  return action ? action(site, call, id) : methodNotAllowed([...methods.keys()].join(', '))
}

async function openSocket(site: Site, call: Call): Promise<SocketOpening> {
  try {
    const [methods, id] = find(site, call.path)
    if (methods !== socket) throw new LoginError('not_found')
    return { texts: await openTicketSocket(site, call, id) }
  } catch (error) {
    return { refusal: refusal(site, await turnedAway(site, call, error)) }
  }
}

type Action = (site: Site, call: Call, id: string) => Promise<Answer>
type Methods = ReadonlyMap<string, Action>

function find({ base }: Site, path: string): [Methods, id: string] {
  if (path === keysPath) return [keys, '']
  if (path.startsWith(`${base}/`)) {
    const [resource = '', id, verb, ...more] = path.slice(base.length + 1).split('/')
    const methods = methodsAt(resource, id, verb)
    if (methods && more.length === 0) return [methods, anyId.test(id ?? '') ? (id ?? '') : '']
  }
  throw new LoginError('not_found')
}

function methodsAt(resource: string, id: string | undefined, verb: string | undefined): Methods | undefined {
  if (id === undefined) return collections.get(resource)
  if (resource === 'tickets') return tickets.get(verb)
  if (verb !== undefined) return undefined
  if (resource === 'sessions') return id === 'end' ? approvedSessions : listedSession
  return resource === 'browsers' ? listedBrowser : undefined
}

/** For traces: words of ours, `{id}` for whatever stands in its place, and `*` for an address that is not there. */
function routeOf({ base }: Site, path: string): Route {
  if (path === keysPath) return { template: keysPath, ticketId: undefined }
  const [, resource = '', id, verb, ...more] = path.startsWith(`${base}/`) ? path.slice(base.length).split('/') : []
  const methods = more.length === 0 ? methodsAt(resource, id, verb) : undefined
  if (!methods) return { template: '*', ticketId: undefined }
  const place = id === undefined ? [] : [methods === approvedSessions ? 'end' : '{id}']
  const template = [base, resource, ...place, ...(verb === undefined ? [] : [verb])].join('/')
  return { template, ticketId: resource === 'tickets' && ticketId.test(id ?? '') ? id : undefined }
}

const readOrStream: Action = (site, call, id) =>
  call.header('accept')?.includes('text/event-stream') ? streamTicket(site, call, id) : readTicket(site, call, id)

// Maps, because an object also answers to names such as `__proto__`, in a path and as a method.
const post = (action: Action): Methods => new Map([['POST', action]])

const socket: Methods = new Map([['GET', refusePlainCall]])

const collections = new Map<string, Methods>([
  ['tickets', post(createTicket)],
  ['scan', post(scanCode)],
  ['codes', post(foreseeCodes)],
  [
    'session',
    new Map([
      ['GET', readSession],
      ['POST', renewSession],
      ['DELETE', endSession],
    ]),
  ],
  [
    'sessions',
    new Map([
      ['GET', listSessions],
      ['DELETE', endOtherSessions],
    ]),
  ],
  [
    'browsers',
    new Map([
      ['GET', listBrowsers],
      ['DELETE', forgetBrowsers],
    ]),
  ],
  ['token', post(exchangeCode)],
])

const listedSession: Methods = new Map([['DELETE', endListedSession]])
const listedBrowser: Methods = new Map([['DELETE', forgetBrowser]])
const approvedSessions = post(endApprovedSessions)
const keys: Methods = new Map([['GET', readKeys]])

const tickets = new Map<string | undefined, Methods>([
  [
    undefined,
    new Map([
      ['GET', readOrStream],
      ['DELETE', cancelTicket],
    ]),
  ],
  ['verify', post(verifyTicket)],
  ['redeem', post(redeemTicket)],
  ['confirm', post(confirmTicket)],
  ['deny', post(denyTicket)],
  ['socket', socket],
  ['wechat-status', new Map([['GET', readWechatStatus]])],
  ['alipay-status', new Map([['GET', readAlipayStatus]])],
])

const ticketId = /^[0-9A-HJKMNP-TV-Z]{26}$/
/** A ticket's, a session's, or a known browser's. */
const anyId = /^(?:[0-9A-HJKMNP-TV-Z]{26}|[\w-]{43}|[\w-]{22})$/

function refusal(site: Site, error: unknown): Answer {
  if (error instanceof LoginError) {
    if (error.code === 'store_unavailable') site.onError(error)
    return problem(error)
  }
  site.onError(error)
  return outage()
}
