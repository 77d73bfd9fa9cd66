/**
 * The edge to `node:http`: a request becomes a call and an answer is written, without a Web `Request` or `Response` in
 * between. That is what keeps a fetch-shaped handler at the speed of a plain Node program.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Hangup } from '../core/waiting.ts'
import type { Answer, AnswerHeaders, Call, TextStream } from '../http/call.ts'
import { NodeCall } from './call.ts'

/** What of a handler is used here. */
export interface Answering {
  answer(call: Call): Promise<Answer>
}

export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void

export interface ListenerOptions {
  /** `true` ends the connection with each answer, as a server does that is going down. Default never. */
  closing?: () => boolean
  /** The number of this call in the host's log: the answer says it as `X-Request-Id`. Default: it has none. */
  requestId?: () => string | undefined
}

/** For `http.createServer`, and for frameworks that pass Node's own request and response. */
export function toNodeListener(handler: Answering, { closing, requestId }: ListenerOptions = {}): NodeListener {
  return (request, response) => {
    handler.answer(new NodeCall(request, new NodeHangup(response))).then(
      answer => send(response, answer, { last: closing?.() ?? false, requestId: requestId?.() }),
      () => response.destroy(),
    )
  }
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

interface Sending {
  /** The connection ends with this answer. */
  last: boolean
  requestId: string | undefined
}

function send(response: ServerResponse, { status, headers, body }: Answer, { last, requestId }: Sending): void {
  if (response.destroyed) return
  const fields = inARow(headers)
  if (requestId !== undefined) fields.push('x-request-id', requestId)
  // What is left of a body that is too large is not read: the connection ends with the answer.
  if (last || status === 413) fields.push('connection', 'close')
  if (typeof body === 'object') {
    response.writeHead(status, fields)
    stream(response, body).catch(() => response.destroy())
    return
  }
  const text = body ?? ''
  if (status !== 204 && status !== 304) fields.push('content-length', String(Buffer.byteLength(text)))
  response.writeHead(status, fields)
  response.end(text)
}

/** Name, value, name, value: Node writes these a fifth faster than an object of ten headers. */
function inARow(headers: AnswerHeaders): string[] {
  const fields: string[] = []
  for (const name in headers) {
    const value = headers[name] ?? ''
    if (typeof value === 'string') fields.push(name, value)
    else for (const one of value) fields.push(name, one)
  }
  return fields
}

async function stream(response: ServerResponse, pieces: TextStream): Promise<void> {
  const write = (piece: string) => {
    if (response.destroyed) return
    response.write(piece)
    // Events come when they come, whether or not anybody reads. Who does not read is let go before it costs memory.
    if (response.writableLength > unsentLimit) response.destroy()
  }
  response.flushHeaders()
  const rest = pieces.keepAlive(write)
  try {
    for await (const piece of pieces) {
      if (response.destroyed) return
      write(piece)
    }
  } finally {
    rest()
  }
  response.end()
}

/** Bytes of events that may be waiting for a slow reader, on a stream or a socket. */
export const unsentLimit = 65_536
