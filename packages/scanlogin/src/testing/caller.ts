/**
 * Calls to a server as a program makes them, with every header in its own hands: what a browser would forbid a script
 * (`Origin`, `Cookie`) is exactly what has to be tried out. For Node, Deno and Bun, not for a page.
 */
import type { ProblemResource } from '../http/wire.ts'

/** `fetch`, or a handler that is called without a network. */
export type Fetch = (request: Request) => Promise<Response>

export interface CallerOptions {
  /** Where the calls are mounted, such as `http://127.0.0.1:8787/v1`. */
  url: string
  /** Default: the runtime's. */
  fetch?: Fetch
}

export interface CallOptions {
  /** Sent as it is where it is text or bytes, else as JSON. */
  body?: unknown
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
}

export interface Reply<Body = object> {
  readonly status: number
  readonly headers: Headers
  /** The JSON, `{}` where there is none. Whether the server keeps to these names is for the test to say. */
  readonly body: Partial<Body & ProblemResource>
  readonly text: string
}

export interface Caller {
  /** `path` is what follows the mount, such as `/tickets`. */
  call<Body>(method: string, path: string, options?: CallOptions): Promise<Reply<Body>>
  /** The same, with the body still to come. */
  open(method: string, path: string, options?: CallOptions): Promise<Response>
}

export function createCaller({ url, fetch = request => globalThis.fetch(request) }: CallerOptions): Caller {
  const open: Caller['open'] = (method, path, { body, headers = {}, signal } = {}) => {
    const content = body === undefined ? {} : contentOf(body)
    const fields = { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers }
    return fetch(new Request(url + path, { method, headers: fields, ...content, ...(signal && { signal }) }))
  }
  return {
    open,
    async call<Body>(method: string, path: string, options?: CallOptions): Promise<Reply<Body>> {
      const { status, headers, ...response } = await answered(open(method, path, options))
      return { status, headers, text: response.text, body: bodyOf<Body>(response.text) }
    },
  }
}

async function answered(opening: Promise<Response>) {
  const response = await opening
  return { status: response.status, headers: response.headers, text: await response.text() }
}

function contentOf(body: unknown): { body: string | Uint8Array<ArrayBuffer> } {
  if (typeof body === 'string' || body instanceof Uint8Array) return { body: body as string | Uint8Array<ArrayBuffer> }
  return { body: JSON.stringify(body) }
}

function bodyOf<Body>(text: string): Partial<Body & ProblemResource> {
  try {
    const parsed: unknown = JSON.parse(text)
    // Every field is optional in the type: nothing is claimed but that it is an object.
    return typeof parsed === 'object' && parsed !== null ? (parsed as Partial<Body & ProblemResource>) : {}
  } catch {
    return {}
  }
}
