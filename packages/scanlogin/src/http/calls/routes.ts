/**
 * What an address means. It is taken apart once: for the answer, for the event of a refusal, and for the name of a trace.
 */
import type { Answer, Call } from '../call.ts'
import { readAlipayStatus } from '../fronts/alipay-status.ts'
import { readWechatStatus } from '../fronts/wechat-status.ts'
import type { Site } from '../site.ts'
import { cancelTicket, createTicket, readTicket, redeemTicket, verifyTicket } from './browser.ts'
import { streamTicket } from './event-stream.ts'
import { foreseeCodes } from './foresee.ts'
import { forgetBrowser, forgetBrowsers, listBrowsers } from './known-browsers.ts'
import { confirmTicket, denyTicket, scanCode } from './phone.ts'
import { keysPath, readKeys } from './session/keys.ts'
import { endSession, readSession, renewSession } from './session/own.ts'
import { endApprovedSessions, endListedSession, endOtherSessions, listSessions } from './session/records.ts'
import { exchangeCode } from './session/token.ts'
import { refusePlainCall } from './socket.ts'

export interface Route {
  /** What may be done there; `undefined` where there is nothing. */
  readonly methods: Methods | undefined
  /** Of the ticket, session or browser, or empty where what stands in its place can be none of theirs. */
  readonly id: string
  /** What stands below the base: a resource, and then what it is named by, and a verb. */
  readonly words: readonly string[]
}

export type Methods = ReadonlyMap<string, Action>
type Action = (site: Site, call: Call, id: string) => Promise<Answer>

export function routeOf(base: string, path: string): Route {
  if (path === keysPath) return wellKnownKeys
  if (!path.startsWith(`${base}/`)) return nowhere
  const words = path.slice(base.length + 1).split('/')
  const [resource = '', id, verb] = words
  const methods = words.length <= 3 ? methodsAt(resource, id, verb) : undefined
  return { methods, id: id !== undefined && anyId.test(id) ? id : '', words }
}

/** For traces: words of ours, `{id}` for whatever stands in its place, and `*` for an address that is not there. */
export function templateOf(base: string, { methods, words }: Route): string {
  if (methods === keys) return keysPath
  if (!methods) return '*'
  const [resource, id, ...verb] = words
  const place = id === undefined ? [] : [methods === approvedSessions ? 'end' : '{id}']
  return [base, resource, ...place, ...verb].join('/')
}

/** For events, which tell what was asked for also where it is not there. An id is left out. */
export function callAt({ words }: Route, method: string): string {
  const [resource = '', id, verb] = words
  if (!collections.has(resource)) return 'elsewhere'
  return `${method} ${[resource, ...(id === undefined ? [] : ['…']), ...(verb === undefined ? [] : [verb])].join('/')}`
}

export function ticketIdIn({ words: [resource, id = ''] }: Route): string | undefined {
  return resource === 'tickets' && ticketId.test(id) ? id : undefined
}

function methodsAt(resource: string, id: string | undefined, verb: string | undefined): Methods | undefined {
  if (id === undefined) return collections.get(resource)
  if (resource === 'tickets') return tickets.get(verb)
  if (verb !== undefined) return undefined
  if (resource === 'sessions') return id === 'end' ? approvedSessions : listedSession
  return resource === 'browsers' ? listedBrowser : undefined
}

const readOrStream: Action = (site, call, id) =>
  call.header('accept')?.includes('text/event-stream') ? streamTicket(site, call, id) : readTicket(site, call, id)

// Maps, because an object also answers to names such as `__proto__`, in a path and as a method.
const post = (action: Action): Methods => new Map([['POST', action]])

export const socket: Methods = new Map([['GET', refusePlainCall]])

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
const wellKnownKeys: Route = { methods: keys, id: '', words: [] }
const nowhere: Route = { methods: undefined, id: '', words: [] }

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
