/** Finds the call that a request means, and turns whatever it throws into an answer. */
import { LoginError } from '../core/errors.ts'
import type { Login } from '../core/login.ts'
import { type Answer, type Call, empty } from './call.ts'
import { callAt, type Route, routeOf, socket, templateOf, ticketIdIn } from './calls/routes.ts'
import { type Arriving, openArrived } from './calls/session/arrived.ts'
import { oauthRefusal } from './calls/session/token.ts'
import { openTicketSocket, type SocketTexts } from './calls/socket.ts'
import { tracedAnswer, tracedOpening } from './calls/traced.ts'
import { toCall, toResponse } from './fetch.ts'
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
  const named = (route: Route) => ({ template: templateOf(site.base, route), ticketId: ticketIdIn(route) })
  const answer = (call: Call) => {
    const route = routeOf(site.base, call.path)
    if (!tracer) return answerCall(site, call, route)
    return tracedAnswer(tracer, call, named(route), () => answerCall(site, call, route))
  }
  const opening = (call: Call) => {
    const route = routeOf(site.base, call.path)
    if (!tracer) return openSocket(site, call, route)
    return tracedOpening(tracer, call, named(route), () => openSocket(site, call, route))
  }
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

async function answerCall(site: Site, call: Call, route: Route): Promise<Answer> {
  const answer = await answerOrRefusal(site, call, route)
  const cors = site.origins.cors(call)
  return cors === none ? answer : { ...answer, headers: { ...answer.headers, ...cors } }
}

async function answerOrRefusal(site: Site, call: Call, route: Route): Promise<Answer> {
  try {
    return await act(site, call, route)
  } catch (error) {
    const told = await turnedAway(site, call, route, error)
    const asked = site.sessions && call.path === `${site.base}/token`
    const inOAuthsWords = asked && told instanceof LoginError ? oauthRefusal(told) : undefined
    return inOAuthsWords ?? refusal(site, told)
  }
}

/** Every refusal is an event; the query is left out of it, and an id stands there as its mark only. */
function turnedAway(site: Site, call: Call, route: Route, error: unknown): Promise<unknown> {
  const address = site.clientAddress(call)
  return site.login.turnedAway(error, { call: callAt(route, call.method), id: ticketIdIn(route), address })
}

function act(site: Site, call: Call, { methods, id }: Route): Answer | Promise<Answer> {
  if (!methods) throw new LoginError('not_found')
  if (call.method === 'OPTIONS') {
    const headers = site.origins.preflight(call)
    if (headers) return empty(204, headers)
  }
  const action = methods.get(call.method)
  return action ? action(site, call, id) : methodNotAllowed([...methods.keys()].join(', '))
}

async function openSocket(site: Site, call: Call, route: Route): Promise<SocketOpening> {
  try {
    if (route.methods !== socket) throw new LoginError('not_found')
    return { texts: await openTicketSocket(site, call, route.id) }
  } catch (error) {
    return { refusal: refusal(site, await turnedAway(site, call, route, error)) }
  }
}

function refusal(site: Site, error: unknown): Answer {
  if (error instanceof LoginError) {
    if (error.code === 'store_unavailable') site.onError(error)
    return problem(error)
  }
  site.onError(error)
  return outage()
}
