/**
 * What a line of the log says of the call it is about: the number that the proxy, the answer and the log have in common,
 * the trace it belongs to, and the mark of its ticket. It comes along by itself through everything that a call waits for.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { NodeListener, NodeUpgrade } from 'scanlogin/node'
import type { Tracing } from './opentelemetry.ts'

export interface Arrivals {
  listener(listener: NodeListener): NodeListener
  upgrade(upgrade: NodeUpgrade): NodeUpgrade
}

export interface ArrivalsOptions {
  /** How many proxies of the host's own stand in front: from one on, their `X-Request-Id` is taken. */
  proxies: number
  /** Whether calls have numbers. */
  numbered: boolean
  tracing: Pick<Tracing, 'arrive'>
}

/**
 * What comes along with a call is free from Node 24 on. Before that it is a hook on every promise, and a busy server
 * answers a fifth fewer sign-ins and takes a quarter more memory for a browser that waits: there it is asked for. Who
 * traces pays for it already.
 */
export function numbersCalls(choice: 'auto' | 'on' | 'off', { tracer }: Pick<Tracing, 'tracer'>): boolean {
  if (choice !== 'auto') return choice === 'on'
  return tracer !== undefined || Number(process.versions.node.split('.')[0]) >= 24
}

export function openArrivals({ proxies, numbered, tracing }: ArrivalsOptions): Arrivals {
  const arrive = (request: IncomingMessage, work: () => void) => {
    const { headers, url = '' } = request
    if (!numbered) return tracing.arrive(headers, work)
    const requestId = proxies > 0 ? requestIdIn(headers['x-request-id']) : undefined
    calls.run({ requestId: requestId ?? randomUUID(), url, traceId: undefined }, () => tracing.arrive(headers, work))
  }
  return {
    listener: listener => (request, response) => arrive(request, () => listener(request, response)),
    upgrade: upgrade => (request, socket, head) => arrive(request, () => upgrade(request, socket, head)),
  }
}

/** Of the call that is being answered, where calls have numbers. */
export function currentRequestId(): string | undefined {
  return calls.getStore()?.requestId
}

/** What is traced belongs to the call that is being answered. */
export function noteTrace(traceId: string): void {
  const call = calls.getStore()
  if (call) call.traceId = traceId
}

/** Fields of every line that is written while a call is being answered. */
export function aboutCall(): Record<string, string> {
  const call = calls.getStore()
  if (!call) return {}
  const { requestId, traceId, url } = call
  const [, ticketId] = ticketUrl.exec(url) ?? []
  return {
    request_id: requestId,
    ...(traceId !== undefined && { trace_id: traceId }),
    ...(ticketId !== undefined && { ticket: markOf(ticketId) }),
  }
}

interface CallScope {
  readonly requestId: string
  readonly url: string
  traceId: string | undefined
}

const calls = new AsyncLocalStorage<CallScope>()

/** Anything else could forge lines, or be somebody's secret at length. */
function requestIdIn(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.-]{1,64}$/.test(header) ? header : undefined
}

const ticketUrl = /^\/v1\/tickets\/([0-9A-HJKMNP-TV-Z]{26})(?![^/?])/

/** The same as in events. */
function markOf(ticketId: string): string {
  return createHash('sha256').update(ticketId).digest('base64url').slice(0, 12)
}
