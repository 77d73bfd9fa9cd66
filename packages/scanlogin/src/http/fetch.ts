/** The edge to the Web: a `Request` as a call, an answer as a `Response`. */
import { LoginError } from '../core/errors.ts'
import type { Hangup } from '../core/waiting.ts'
import type { Answer, Call, TextStream } from './call.ts'

export interface FetchCall extends Call {
  readonly hangup: Departure
}

export function toCall(request: Request): FetchCall {
  const url = new URL(request.url)
  return {
    method: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    header: name => request.headers.get(name) ?? undefined,
    text: limit => readText(request.body, limit),
    peer: undefined,
    hangup: new Departure(request),
    get request() {
      const { url, method, headers, signal } = request
      return new Request(url, { method, headers, signal })
    },
  }
}

/** `leave` is called when nobody reads the answer's stream any more. */
export function toResponse({ status, headers, body }: Answer, leave: () => void): Response {
  const fields = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === 'string' ? [value] : value) fields.append(name, one)
  }
  const content = body === undefined || typeof body === 'string' ? (body ?? null) : streamOf(body, leave)
  return new Response(content, { status, headers: fields })
}

/** The client leaving: its request is aborted, or the stream of its answer cancelled. Runtimes differ in which they do. */
class Departure implements Hangup {
  readonly #request: Request
  readonly #listeners = new Set<() => void>()
  #left = false

  constructor(request: Request) {
    this.#request = request
  }

  get aborted(): boolean {
    return this.#left || this.#request.signal.aborted
  }

  addEventListener(type: 'abort', listener: () => void): void {
    this.#listeners.add(listener)
    this.#request.signal.addEventListener(type, listener)
  }

  removeEventListener(type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener)
    this.#request.signal.removeEventListener(type, listener)
  }

  leave(): void {
    this.#left = true
    for (const listener of this.#listeners) listener()
  }
}

async function readText(body: ReadableStream<Uint8Array> | null, limit: number): Promise<string> {
  if (!body) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const reader = body.getReader()
  let text = ''
  let size = 0
  for (;;) {
    const { value, done } = await reader.read().catch(brokenOff)
    if (done) return text + finish(decoder)
    size += value.byteLength
    if (size > limit) {
      await reader.cancel()
      throw new LoginError('payload_too_large')
    }
    text += finish(decoder, value)
  }
}

function brokenOff(cause: unknown): never {
  throw new LoginError('invalid_request', { detail: 'The body broke off.', cause })
}

/** Decodes one piece, or what is left over; text that is not UTF-8 is a bad request. */
function finish(decoder: TextDecoder, piece?: Uint8Array): string {
  try {
    return decoder.decode(piece, { stream: piece !== undefined })
  } catch (cause) {
    throw new LoginError('invalid_request', { detail: 'The body is not UTF-8.', cause })
  }
}

function streamOf(pieces: TextStream, leave: () => void): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder()
  const iterator = pieces[Symbol.asyncIterator]()
  let rest = () => {}
  return new ReadableStream({
    start(controller) {
      rest = pieces.keepAlive(text => {
        // For a reader who is behind with what there is, the line is not idle.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(utf8.encode(text))
      })
    },
    async pull(controller) {
      const { value, done } = await iterator.next()
      if (!done) return controller.enqueue(utf8.encode(value))
      rest()
      controller.close()
    },
    async cancel() {
      rest()
      // The generator may be waiting, and hears of its end only once that is over.
      leave()
      await iterator.return?.()
    },
  })
}
