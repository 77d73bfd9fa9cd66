/** Names for what was asked: a fixed list, so that nobody can make up series by asking for addresses that are not there. */
import type { IncomingMessage } from 'node:http'

/** `/v1/tickets/{id}/confirm`; `other` for what is not in the list. */
export function routeOf(url: string): string {
  const path = url.split('?', 1)[0] ?? ''
  if (fixed.has(path)) return path
  const [, verb] = /^\/v1\/tickets\/[^/]+(?:\/([a-z]+))?$/.exec(path) ?? [undefined, 'no verb']
  if (verb === undefined) return '/v1/tickets/{id}'
  if (verbs.has(verb)) return `/v1/tickets/{id}/${verb}`
  const [, way] = /^\/connect\/[a-z-]{1,32}(\/start|\/access-token)?$/.exec(path) ?? [undefined, 'no way']
  if (way !== 'no way') return `/connect/{provider}${way ?? ''}`
  if (/^\/connect\/wechat-account\/question\/c\/[^/]+$/.test(path)) return '/connect/wechat-account/question/c/{link}'
  return path.startsWith('/assets/') ? '/assets/{file}' : 'other'
}

const fixed = new Set([
  '/',
  '/s',
  '/v1/tickets',
  '/v1/scan',
  '/v1/session',
  '/healthz/live',
  '/healthz/ready',
  '/console/events',
  '/connect/wechat-account/code',
  '/connect/wechat-account/push',
  '/connect/wechat-account/question',
  '/connect/wechat-mini/code',
  '/connect/wechat-mini/session',
  '/connect/wechat-mini/scan',
])
const verbs = new Set(['confirm', 'deny', 'verify', 'redeem', 'socket'])

export function methodOf(method: string | undefined): string {
  return method !== undefined && methods.has(method) ? method : 'other'
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])

/** Kept back on purpose, whoever it is for. */
export function isHeld(request: IncomingMessage): boolean {
  const route = routeOf(request.url ?? '')
  return route === '/console/events' || (route === '/v1/tickets/{id}' && heldBy(request) !== undefined)
}

/** How the answer to a ticket's GET is kept back, if it is. */
export function heldBy({ method, url = '', headers }: IncomingMessage): 'long_poll' | 'event_stream' | undefined {
  if (method !== 'GET') return undefined
  if (headers.accept?.includes('text/event-stream')) return 'event_stream'
  return /[?&]wait=0*[1-9]/.test(url) ? 'long_poll' : undefined
}
