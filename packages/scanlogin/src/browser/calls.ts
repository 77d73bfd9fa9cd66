/**
 * The browser's calls of `docs/protocol.md`. Whatever comes back is one of four things, and nothing is thrown: an
 * answer of the expected shape, a refusal by our server, trouble (no answer, a proxy's page, bad JSON, an overloaded
 * server) that may be over in a moment, or nothing because the caller gave up.
 */
import { readRetryAfter } from '../core/expiry/retry-after.ts'
import { plainText } from '../core/plain-text.ts'
import type { CodeResource, CreateBody, CreatedResource, SignedInResource, TicketResource } from '../http/wire.ts'
import type { BrowserKey } from './key/browser-key.ts'
import type { Problem } from './state.ts'
import type { ClientClock } from './timing.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type Answer<T> = Success<T> | Refusal | Trouble | { readonly kind: 'aborted' }

export interface Success<T> {
  readonly kind: 'ok'
  readonly value: T
}

export interface Refusal {
  readonly kind: 'refused'
  readonly problem: Problem
}

export interface Trouble {
  readonly kind: 'trouble'
  readonly problem: Problem
  /** Seconds the server asked for. */
  readonly retryAfter: number | undefined
}

/** Which ticket, and the proof that it is ours where no cookie carries it. */
export interface TicketKey {
  readonly id: string
  readonly secret: string | undefined
  /** What the ticket was created with, where this browser has a key. */
  readonly browserKey: BrowserKey | undefined
}

export interface Collecting {
  readonly codeVerifier: string | undefined
  /** The mark of the account that nobody needs to be asked about; `undefined` asks about none. */
  readonly lastAccount: string | undefined
}

export interface Calls {
  /** With a key that the server does not take, it creates a ticket without one. */
  create(body: CreateBody, key: BrowserKey | undefined, signal: AbortSignal): Promise<Answer<CreatedResource>>
  read(key: TicketKey, signal: AbortSignal): Promise<Answer<TicketResource>>
  /** Answers once the version is above `since`, or after `seconds`. */
  wait(key: TicketKey, since: number, seconds: number, signal: AbortSignal): Promise<Answer<TicketResource>>
  verify(key: TicketKey, checkCode: string, signal: AbortSignal): Promise<Answer<TicketResource>>
  redeem(key: TicketKey, collecting: Collecting, signal: AbortSignal): Promise<Answer<SignedInResource | CodeResource>>
  cancel(key: TicketKey, signal: AbortSignal): Promise<Answer<undefined>>
}

export interface CallOptions {
  base: string
  fetch: Fetch
  clock: ClientClock
  /** Whether cookies travel to and from a base on another host of the same site. */
  credentials: RequestCredentials
}

export function createCalls({ base, fetch, clock, credentials }: CallOptions): Calls {
  async function call<T>(request: CallRequest<T>, signal: AbortSignal): Promise<Answer<T>> {
    if (signal.aborted) return { kind: 'aborted' }
    const cut = new AbortController()
    const giveUp = () => cut.abort()
    signal.addEventListener('abort', giveUp)
    // Without this a connection that has silently died would keep the page waiting for ever.
    const disarm = clock.after(((request.hold ?? 0) + patience) * 1000, giveUp)
    // The race is for a `fetch` that does not listen to its signal.
    const silence = new Promise<never>((_, reject) => cut.signal.addEventListener('abort', reject))
    try {
      return await Promise.race([exchange(request, cut.signal), silence])
    } catch {
      return signal.aborted ? { kind: 'aborted' } : trouble('unreachable', 0)
    } finally {
      disarm()
      signal.removeEventListener('abort', giveUp)
    }
  }

  /**
   * Once more where the server does not take the proof, because it has told how far the clock is off, or has seen that
   * proof before; and then without one: a browser that cannot be known is still one that people may sign in with.
   */
  async function callWithProof<T>(request: CallRequest<T>, key: BrowserKey | undefined, signal: AbortSignal) {
    const first = await call({ ...request, browserKey: key }, signal)
    if (!key || !isWrongProof(first)) return first
    key.setBack(first.problem.clockAhead ?? 0)
    const second = await call({ ...request, browserKey: key }, signal)
    return isWrongProof(second) ? call(request, signal) : second
  }

  async function exchange<T>(request: CallRequest<T>, signal: AbortSignal): Promise<Answer<T>> {
    const { method, path, key, body, narrow, browserKey } = request
    const url = `${base}/tickets${path}`
    const headers: Record<string, string> = { accept: 'application/json' }
    if (body) headers['content-type'] = 'application/json'
    if (key?.secret !== undefined) headers.authorization = `Bearer ${key.secret}`
    if (browserKey) headers.dpop = await browserKey.prove(method, new URL(url, globalThis.location?.href).href)
    const response = await fetch(url, {
      method,
      headers,
      signal,
      credentials,
      // Chromium lets requests for one address wait for each other unless the cache is out of play.
      cache: 'no-store',
      redirect: 'error',
      ...(method === 'DELETE' && { keepalive: true }),
      ...(body && { body: JSON.stringify(body) }),
    })
    return judge(response, await response.text(), narrow)
  }

  return {
    create: (body, browserKey, signal) =>
      callWithProof({ method: 'POST', path: '', body, narrow: asCreated }, browserKey, signal),
    read: (key, signal) => call({ method: 'GET', path: `/${key.id}`, key, narrow: asTicket }, signal),
    wait(key, since, seconds, signal) {
      const path = `/${key.id}?since=${since}&wait=${seconds}`
      return call({ method: 'GET', path, key, hold: seconds, narrow: asTicket }, signal)
    },
    verify(key, checkCode, signal) {
      const body = { check_code: checkCode }
      return call({ method: 'POST', path: `/${key.id}/verify`, key, body, narrow: asTicket }, signal)
    },
    redeem(key, { codeVerifier, lastAccount }, signal) {
      const body = {
        ...(codeVerifier !== undefined && { code_verifier: codeVerifier }),
        ...(lastAccount !== undefined && { last_account: lastAccount }),
      }
      const path = `/${key.id}/redeem`
      return callWithProof({ method: 'POST', path, key, body, narrow: asCollected }, key.browserKey, signal)
    },
    cancel: (key, signal) => call({ method: 'DELETE', path: `/${key.id}`, key, narrow: undefined }, signal),
  }
}

interface CallRequest<T> {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  key?: TicketKey
  body?: object
  /** Proved on this call. */
  browserKey?: BrowserKey | undefined
  /** Seconds the server may take before it has to answer. */
  hold?: number
  /** The expected answer, or `undefined` if this is another; absent where 204 is the answer. */
  narrow: ((json: unknown) => T | undefined) | undefined
}

function isWrongProof(answer: Answer<unknown>): answer is Refusal {
  return answer.kind === 'refused' && answer.problem.code === 'invalid_proof'
}

/** Seconds beyond the agreed hold after which no answer counts as none. */
const patience = 10

function judge<T>(response: Response, text: string, narrow: CallRequest<T>['narrow']): Answer<T> {
  const { status } = response
  // 204 to a question that has an answer comes from something in between.
  if (!narrow && status === 204) return { kind: 'ok', value: undefined as T }
  const json = parse(text)
  if (status === 200 || status === 201) {
    const value = narrow?.(json)
    return value === undefined ? trouble('bad_answer', status) : { kind: 'ok', value }
  }
  const problem = asProblem(json, status)
  if (problem && status < 500 && status !== 429 && status !== 408) return { kind: 'refused', problem }
  return { kind: 'trouble', problem: problem ?? ownProblem('bad_answer', status), retryAfter: retryAfter(response) }
}

function trouble(code: keyof typeof titles, status: number): Trouble {
  return { kind: 'trouble', problem: ownProblem(code, status), retryAfter: undefined }
}

/** A problem that the page finds itself, without a word from the server. */
export function ownProblem(code: keyof typeof titles, status = 0): Problem {
  return { code, status, title: titles[code] }
}

const titles = {
  unreachable: 'The server cannot be reached',
  bad_answer: 'The answer did not come from the sign-in server',
  code_not_drawn: 'The QR code could not be drawn',
} as const

/** Characters: more than that is no sentence to show to people. */
const longestDetail = 200

/** Seconds; none of them is no wish. */
function retryAfter({ headers }: Response): number | undefined {
  return readRetryAfter(headers.get('retry-after'), Date.now()) || undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  // An object that is not null can be read by any name; what is found stays unknown.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}

function asProblem(json: unknown, status: number): Problem | undefined {
  const { code, title, detail, attempts_left: attemptsLeft, clock_ahead: clockAhead } = asRecord(json) ?? {}
  if (typeof code !== 'string') return undefined
  const left = typeof attemptsLeft === 'number' ? { attemptsLeft } : {}
  const ahead = typeof clockAhead === 'number' ? { clockAhead } : {}
  const said = typeof detail === 'string' ? plainText(detail, longestDetail) : ''
  const inWords = said === '' ? {} : { detail: said }
  return { code, status, title: typeof title === 'string' ? title : code, ...inWords, ...left, ...ahead }
}

function asTicket(json: unknown): TicketResource | undefined {
  const record = asRecord(json)
  if (!record || typeof record.id !== 'string' || !states.includes(record.state)) return undefined
  if (![record.version, record.expires_in, record.poll_after].every(Number.isFinite)) return undefined
  // The fields that steer the client are checked; the rest is optional text that it only shows.
  return record as object as TicketResource
}

function asCreated(json: unknown): CreatedResource | undefined {
  const record = asRecord(json)
  const ticket = asTicket(json)
  const qr = asRecord(record?.qr)
  if (!ticket || typeof qr?.url !== 'string' || typeof record?.user_code !== 'string') return undefined
  const rotation = asRecord(qr.rotation)
  if (rotation && !(typeof rotation.key === 'string' && Number(rotation.step_seconds) > 0)) return undefined
  // Ticket, code and user code have just been checked.
  return json as CreatedResource
}

function asCollected(json: unknown): SignedInResource | CodeResource | undefined {
  const { user, code, iss } = asRecord(json) ?? {}
  // A user with an id is what makes this answer a sign-in; the session is the site's own.
  if (typeof asRecord(user)?.id === 'string') return json as SignedInResource
  // And a code and its issuer are what makes it one for another site.
  return typeof code === 'string' && typeof iss === 'string' ? (json as CodeResource) : undefined
}

/** A record, so that the compiler misses a state that is not in it. */
const known: Record<TicketResource['state'], true> = {
  pending: true,
  scanned: true,
  verifying: true,
  confirmed: true,
  redeemed: true,
  denied: true,
  cancelled: true,
  expired: true,
}
const states: unknown[] = Object.keys(known)
