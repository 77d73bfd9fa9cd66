/** The ways in which a deployment that is right is spoiled: one answer changed, one call changed, or what it has told kept. */
import type { Fetch } from '../../../packages/scanlogin/src/testing.ts'
import type { Breaking } from '../site.ts'

/** A deployment with one thing wrong, and the one check that has to say so. */
export interface BrokenServer {
  /** How "a server that …" goes on. */
  readonly flaw: string
  readonly check: string
  readonly breaking: Breaking
}

export type JsonObject = Record<string, unknown>

/** Changes answers. */
export function answering(change: (reply: Response, request: Request) => Response | Promise<Response>): Breaking {
  return fetch => async request => change(await fetch(request.clone()), request)
}

/** Changes what JSON answers say. */
export function rewriting(rewrite: (body: JsonObject, request: Request, reply: Response) => unknown): Breaking {
  return answering(async (reply, request) => {
    if (reply.headers.get('content-type') !== 'application/json') return reply
    return withBody(reply, JSON.stringify(rewrite((await reply.json()) as JsonObject, request, reply)))
  })
}

export function withBody({ status, headers }: Response, body: BodyInit): Response {
  return new Response(body, { status, headers })
}

export function withHeaders(reply: Response, change: (headers: Headers) => void): Response {
  const headers = new Headers(reply.headers)
  change(headers)
  const { status } = reply
  return new Response(status === 204 || status === 304 ? null : reply.body, { status, headers })
}

/** The same call with other headers. */
export function asking(request: Request, change: (headers: Headers) => void): Request {
  const headers = new Headers(request.headers)
  change(headers)
  return new Request(request, { headers })
}

/** The same call with another body, always as JSON. */
export function telling({ url, method, headers }: Request, body: JsonObject): Request {
  const fields = new Headers(headers)
  fields.set('content-type', 'application/json')
  return new Request(url, { method, headers: fields, body: JSON.stringify(body) })
}

export function success(reply: Response, body: unknown): Response {
  const headers = new Headers(reply.headers)
  headers.set('content-type', 'application/json')
  return new Response(JSON.stringify(body), { status: 200, headers })
}

/** What is no JSON, such as a stream without end, is not read. */
export async function bodyOf(message: Request | Response): Promise<JsonObject> {
  if (!message.headers.get('content-type')?.includes('json')) return {}
  const body: unknown = await message
    .clone()
    .json()
    .catch(() => ({}))
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as JsonObject) : {}
}

/** The id in the path, and the verb after it. */
export function placeOf({ url }: Request): { path: string; id: string; verb: string } {
  const { pathname } = new URL(url)
  const [, id = '', verb = ''] = /^\/v1\/tickets\/([^/]*)\/?(.*)$/.exec(pathname) ?? []
  return { path: pathname.replace(/^\/v1/, ''), id, verb }
}

export function isPage(reply: Response): boolean {
  return reply.headers.get('content-type')?.startsWith('text/html') ?? false
}

/** Everything that was told about a ticket when it was created, under its id. */
export interface Birth {
  readonly secret: string
  readonly body: JsonObject
  readonly request: Request
}

export type Births = ReadonlyMap<string, Birth>

/** Spoils a deployment with what create has told. */
export function remembering(breaking: (fetch: Fetch, births: Births) => Fetch): Breaking {
  return fetch => {
    const births = new Map<string, Birth>()
    const watched: Fetch = async request => {
      const reply = await fetch(request.clone())
      const body = reply.status === 201 ? await bodyOf(reply) : {}
      const secret = body.secret ?? /=([^;]*)/.exec(reply.headers.getSetCookie()[0] ?? '')?.[1]
      if (typeof body.id === 'string') births.set(body.id, { secret: String(secret), body, request })
      return reply
    }
    return breaking(watched, births)
  }
}

/** The secret on a call, by cookie or Bearer. */
export function secretOn(request: Request): string {
  const bearer = /^Bearer (.*)/.exec(request.headers.get('authorization') ?? '')?.[1]
  return bearer ?? /scanlogin-[0-9A-Z]{8}=([^;]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''
}

/** The call as the ticket's own browser would make it. */
export function asOwner(request: Request, secret: string): Request {
  return asking(request, headers => headers.set('authorization', `Bearer ${secret}`))
}
