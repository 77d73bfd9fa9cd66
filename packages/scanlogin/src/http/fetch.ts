/** The edge to the Web: a `Request` as a call, an answer as a `Response`. */
import { LoginError } from '../core/errors.ts'
import type { Answer, Call } from './call.ts'

export function toCall(request: Request): Call {
  const url = new URL(request.url)
  return {
    method: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    header: name => request.headers.get(name) ?? undefined,
    text: limit => readText(request.body, limit),
    peer: undefined,
    hangup: request.signal,
    request,
  }
}

export function toResponse({ status, headers, body }: Answer): Response {
  const fields = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === 'string' ? [value] : value) fields.append(name, one)
  }
  const content = body === undefined || typeof body === 'string' ? (body ?? null) : streamOf(body)
  return new Response(content, { status, headers: fields })
}

async function readText(body: ReadableStream<Uint8Array> | null, limit: number): Promise<string> {
  if (!body) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const reader = body.getReader()
  let text = ''
  let size = 0
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return text + finish(decoder)
    size += value.byteLength
    if (size > limit) {
      await reader.cancel()
      throw new LoginError('payload_too_large')
    }
    text += finish(decoder, value)
  }
}

/** Decodes one piece, or what is left over; text that is not UTF-8 is a bad request. */
function finish(decoder: TextDecoder, piece?: Uint8Array): string {
  try {
    return decoder.decode(piece, { stream: piece !== undefined })
  } catch (cause) {
    throw new LoginError('invalid_request', { detail: 'The body is not UTF-8.', cause })
  }
}

function streamOf(pieces: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder()
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(utf8.encode(value))
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
