/** One request to a simulated service, and what comes of it: bytes, silence, or a connection that breaks. */

export interface Call {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** The caller's IP address, IPv4 in its short form. */
  readonly address: string
  /** Aborted when the caller has left. */
  readonly hangup: AbortSignal
}

export interface Answer {
  readonly status: number
  /** Exactly these are sent: where no content type is named, none is. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** `hang` never answers; `reset` breaks the connection instead of answering. */
export type Outcome = Answer | 'hang' | 'reset'

/** `parts` are the path's variable segments, by the names that the route gives them. */
export type Endpoint = (call: Call, parts: Readonly<Record<string, string>>) => Outcome | Promise<Outcome>

/** Endpoints by path. A segment such as `:uuid` stands for any one. */
export type Routes = Readonly<Record<string, Endpoint>>

export function json(body: unknown, { status = 200, type = 'application/json; charset=utf-8' } = {}): Answer {
  return { status, headers: { 'content-type': type }, body: JSON.stringify(body) }
}

export function text(body: string, { status = 200, type = 'text/plain; charset=utf-8' } = {}): Answer {
  return { status, headers: { 'content-type': type }, body }
}

export const nothingHere = text('There is nothing here.\n', { status: 404 })
