/**
 * A request and its answer, as plain as the handler needs them. Two thin edges make them: `fetch.ts` from a Web
 * `Request`, `node/listener.ts` from `node:http`. A `Request` and a `Response` for every poll would cost two thirds of
 * the speed on Node, so a `Request` is only made when a hook of the host asks for it.
 */
import type { Hangup } from '../core/waiting.ts'

export interface Call {
  readonly method: string
  /** Without the query, still percent-encoded. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** `name` in lower case. */
  header(name: string): string | undefined
  /** The whole body as text. Throws `payload_too_large` beyond `limit` bytes, before reading on. */
  text(limit: number): Promise<string>
  /** The address at the other end of the connection. */
  readonly peer: string | undefined
  readonly hangup: Hangup
  /** For the host's hooks; without the body. */
  readonly request: Request
}

export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: AnswerHeaders
  readonly body?: string | TextStream
}

/** Pieces of text as they come. */
export interface TextStream extends AsyncIterable<string> {
  /** Writes now and then, so that no proxy finds the line idle, until the returned function is called. */
  keepAlive(write: (text: string) => void): () => void
}

export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>

/** On every answer. */
export const always = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const

const jsonHeaders: AnswerHeaders = { ...always, 'content-type': 'application/json' }

export function json(status: number, body: unknown, headers?: AnswerHeaders): Answer {
  return { status, headers: headers ? { ...jsonHeaders, ...headers } : jsonHeaders, body: JSON.stringify(body) }
}

export function empty(status: number, headers: AnswerHeaders = {}): Answer {
  return { status, headers: { ...always, ...headers } }
}
