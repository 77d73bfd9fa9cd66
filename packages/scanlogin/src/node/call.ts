/** A request of `node:http` as a call. */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { LoginError } from '../core/errors.ts'
import type { Hangup } from '../core/waiting.ts'
import type { Call } from '../http/call.ts'

/** A class for once, and internal: one is made per request, and methods on a prototype cost it no closures. */
export class NodeCall implements Call {
  readonly #incoming: IncomingMessage
  readonly #path: string
  readonly #queryAt: number
  readonly hangup: Hangup

  constructor(incoming: IncomingMessage, hangup: Hangup) {
    this.#incoming = incoming
    this.#path = incoming.url ?? '/'
    this.#queryAt = this.#path.indexOf('?')
    this.hangup = hangup
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
