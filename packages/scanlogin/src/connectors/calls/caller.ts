/**
 * One call to a provider, bounded in everything: it ends at its deadline, it reads so many bytes and no more, and it
 * follows no redirect, because the address that a secret is sent to is ours to choose.
 */
import { type Clock, systemClock } from '../../core/clock.ts'
import type { Tracer } from '../../tracing/tracer.ts'
import type { ProviderCall } from '../event.ts'
import { ConnectorError } from '../refusal.ts'
import { parseAnswer } from './answer.ts'
import { watched } from './watched.ts'

/** The runtime's `fetch`, or one that goes through a proxy. */
export type Fetch = (address: string, init: RequestInit) => Promise<Response>

export interface CallerOptions {
  /** Default: the runtime's. */
  fetch?: Fetch | undefined
  /** Seconds for a call and its whole answer. Default 5. */
  deadline?: number | undefined
  clock?: Pick<Clock, 'now' | 'after'> | undefined
  /** Hears of every call, for metrics. Default: nobody does. */
  onCall?: ((call: ProviderCall) => void) | undefined
  /** Each call as a span, with neither parameters nor bodies. Default: none. */
  tracer?: Tracer | undefined
}

export interface Outgoing {
  readonly address: string
  /** What metrics and traces call it, where the path does not say what is asked. Default: the path. */
  readonly name?: string
  /** Default `GET`. */
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Bytes. Default 262,144. */
  readonly largest?: number
}

export interface ProviderAnswer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
  /** As UTF-8 whatever the headers say, with U+FFFD for what is none. */
  text(): string
  /** The object that the answer is. Throws `ConnectorError('provider_unintelligible')`. */
  json(): Readonly<Record<string, unknown>>
}

/**
 * `read` makes of the answer what the caller needs: what it throws is the provider's refusal, and is counted as such. Throws
 * `ConnectorError`: `provider_silent`, `provider_unreachable`, `provider_unintelligible`, or what `read` throws.
 */
export type Caller = <T>(outgoing: Outgoing, read: (answer: ProviderAnswer) => T | Promise<T>) => Promise<T>

export function createCaller(provider: string, options: CallerOptions = {}): Caller {
  const { fetch = systemFetch, deadline = 5, clock = systemClock, onCall, tracer } = options
  if (!(deadline > 0)) throw new TypeError('deadline must be a number of seconds above 0')
  return (outgoing, read) => {
    const call = outgoing.name ?? new URL(outgoing.address).pathname
    return watched({ provider, call }, { clock, onCall, tracer }, async answered => {
      const answer = await bounded({ fetch, clock, ms: deadline * 1000 }, outgoing).catch(error => {
        throw error instanceof ConnectorError ? error : new ConnectorError('provider_unreachable', named(error))
      })
      answered(answer.status)
      return read(answer)
    })
  }
}

interface Bounds {
  readonly fetch: Fetch
  readonly clock: Pick<Clock, 'after'>
  readonly ms: number
}

function bounded({ fetch, clock, ms }: Bounds, outgoing: Outgoing): Promise<ProviderAnswer> {
  const ending = new AbortController()
  return new Promise((resolve, reject) => {
    // The deadline ends the wait even where a fetch does not listen to its signal.
    const cancel = clock.after(ms, () => {
      reject(new ConnectorError('provider_silent'))
      ending.abort()
    })
    ask(fetch, outgoing, ending.signal).then(resolve, reject).finally(cancel)
  })
}

async function ask(fetch: Fetch, outgoing: Outgoing, signal: AbortSignal): Promise<ProviderAnswer> {
  const { address, method = 'GET', headers = {}, body, largest = 262_144 } = outgoing
  const response = await fetch(address, {
    method,
    headers,
    signal,
    redirect: 'manual',
    ...(body !== undefined && { body }),
  })
  // A browser's fetch hides a redirect behind status 0.
  if (response.status === 0 || (response.status >= 300 && response.status < 400)) {
    await response.body?.cancel()
    throw new ConnectorError('provider_unintelligible', { detail: `a redirect (${response.status})` })
  }
  const bytes = await readUpTo(largest, response)
  const text = () => utf8.decode(bytes)
  return { status: response.status, headers: response.headers, bytes, text, json: () => parseAnswer(text(), response) }
}

async function readUpTo(largest: number, { body }: Response): Promise<Uint8Array> {
  const reader = body?.getReader()
  const pieces: Uint8Array[] = []
  let length = 0
  for (;;) {
    // Ends with the body, or at the deadline, which makes the read reject.
    const piece = await reader?.read()
    if (!piece?.value) return joined(pieces, length)
    length += piece.value.length
    if (length > largest) {
      await reader?.cancel()
      throw new ConnectorError('provider_unintelligible', { detail: `more than ${largest} bytes` })
    }
    pieces.push(piece.value)
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** A failed fetch says in words what it was asked for; its code, such as `ECONNREFUSED`, does not. */
function named(error: unknown): { detail: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return { detail: typeof code === 'string' ? code : 'no connection' }
}

// Looked up at each call: a runtime's fetch may be replaced, and must not be called as a method of ours.
const systemFetch: Fetch = (address, init) => fetch(address, init)
const utf8 = new TextDecoder()
