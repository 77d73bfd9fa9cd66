/**
 * The edge to `node:http`: a request becomes a call and an answer is written, without a Web `Request` or `Response` in
 * between. That is what keeps a fetch-shaped handler at the speed of a plain Node program.
 */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { LoginError } from '../core/errors.ts'
import type { Hangup } from '../core/waiting.ts'
import type { Answer, Call } from '../http/call.ts'

/** What of a handler is used here. */
export interface Answering {
  answer(call: Call): Promise<Answer>
}

export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void

export interface ListenerOptions {
  /** `true` ends the connection with each answer, as a server does that is going down. Default never. */
  closing?: () => boolean
}

/** For `http.createServer`, and for frameworks that pass Node's own request and response. */
export function toNodeListener(handler: Answering, { closing }: ListenerOptions = {}): NodeListener {
  return (request, response) => {
    handler
      .answer(new NodeCall(request, response))
      .then(answer => send(response, answer, closing?.() ?? false))
      .catch(() => response.destroy())
  }
}

/** A class for once, and internal: one is made per request, and methods on a prototype cost it no closures. */
class NodeCall implements Call {
  readonly #incoming: IncomingMessage
  readonly #path: string
  readonly #queryAt: number
  readonly hangup: Hangup

  constructor(incoming: IncomingMessage, response: ServerResponse) {
    this.#incoming = incoming
    this.#path = incoming.url ?? '/'
    this.#queryAt = this.#path.indexOf('?')
    this.hangup = new NodeHangup(response)
  }

  get method(): string {
    return this.#incoming.method ?? 'GET'
  }

  get path(): string {
    return this.#queryAt < 0 ? this.#path : this.#path.slice(0, this.#queryAt)
  }

  get query(): string {
    return this.#queryAt < 0 ? '' : this.#path.slice(this.#queryAt + 1)
  }

  get peer(): string | undefined {
    return this.#incoming.socket.remoteAddress
  }

  header(name: string): string | undefined {
    const value = this.#incoming.headers[name]
    return typeof value === 'string' ? value : value?.join(', ')
  }

  async text(limit: number): Promise<string> {
    return readText(this.#incoming, limit)
  }

  get request(): Request {
    const { method, headers, rawHeaders } = this.#incoming
    const fields = new Headers()
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) fields.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '')
    // The path may be hostile ("//evil"): behind a given origin it cannot become another host.
    const url = new URL(originOf(headers.host) + this.#path.replace(/^\/*/, '/'))
    return new Request(url, { method: method ?? 'GET', headers: fields })
  }
}

/** As the client names the host, if that is a host at all. The handler itself never relies on it. */
function originOf(host: string | undefined): string {
  const origin = `http://${host ?? ''}`
  return URL.canParse(origin) ? new URL(origin).origin : 'http://localhost'
}

/**
 * The client leaving, as the part of an `AbortSignal` that waiting needs, for a tenth of its memory.
 *
 * A request that was pipelined behind one that is still being answered has no socket yet, and would never hear that its
 * client has left. It counts as left from the start, so that it is answered without waiting.
 */
class NodeHangup implements Hangup {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get aborted(): boolean {
    return this.#response.destroyed || this.#response.socket === null
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#response.once('close', listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#response.off('close', listener)
  }
}

function readText(incoming: IncomingMessage, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let size = 0
    incoming.on('data', (piece: Buffer) => {
      size += piece.length
      if (size <= limit) pieces.push(piece)
      else reject(new LoginError('payload_too_large'))
    })
    incoming.on('end', () => {
      const whole = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
      if (isUtf8(whole)) resolve(whole.toString())
      else reject(new LoginError('invalid_request', { detail: 'The body is not UTF-8.' }))
    })
    incoming.on('error', cause => reject(new LoginError('invalid_request', { detail: 'The body broke off.', cause })))
  })
}

async function send(response: ServerResponse, { status, headers, body }: Answer, last: boolean): Promise<void> {
  if (response.destroyed) return
  // What is left of a body that is too large is not read: the connection ends with the answer.
  const ends = last || status === 413
  const text = typeof body === 'object' ? undefined : (body ?? '')
  const length =
    text === undefined || status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(text) }
  response.writeHead(status, { ...headers, ...length, ...(ends && { connection: 'close' }) } as OutgoingHttpHeaders)
  if (text !== undefined) response.end(text)
  else if (typeof body === 'object') await stream(response, body)
}

async function stream(response: ServerResponse, pieces: AsyncIterable<string>): Promise<void> {
  response.flushHeaders()
  for await (const piece of pieces) {
    if (response.destroyed) return
    if (!response.write(piece)) await drained(response)
  }
  response.end()
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.once('drain', done).once('close', done)
  })
}
