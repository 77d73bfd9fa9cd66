/** A deployment with names of its own for what is secret or public: one text stands for another, both ways. */
import type { Fetch } from '../../../packages/scanlogin/src/testing.ts'
import type { Breaking } from '../site.ts'
import { bodyOf, type JsonObject } from './spoiling.ts'

/** What `create` makes, and what it is to be called instead; `undefined` leaves it as it is. */
export type Naming = (
  created: { id: string; secret: string },
  asked: JsonObject,
) => { real: string; shown: string } | undefined

/** `prepare` makes of a create call one that the real deployment takes. */
export function translating(name: Naming, prepare: (asked: JsonObject) => JsonObject = asked => asked): Breaking {
  return fetch => {
    const names: { real: string; shown: string }[] = []
    const translate = (text: string, from: 'real' | 'shown', to: 'real' | 'shown') =>
      names.reduce((rest, one) => replaced(replaced(rest, one[from], one[to]), start(one[from]), start(one[to])), text)
    const broken: Fetch = async request => {
      const isCreate = request.method === 'POST' && new URL(request.url).pathname === '/v1/tickets'
      const asked = await bodyOf(request)
      const text = request.body ? await request.text() : undefined
      const body = isCreate && Object.keys(asked).length > 0 ? JSON.stringify(prepare(asked)) : text
      const inward = (value: string) => translate(value, 'shown', 'real')
      const reply = await fetch(
        new Request(inward(request.url), {
          method: request.method,
          headers: [...request.headers].map(([header, value]): [string, string] => [header, inward(value)]),
          signal: request.signal,
          ...(body !== undefined && { body: isCreate ? body : inward(body) }),
        }),
      )
      if (isCreate && reply.status === 201) {
        const created = await bodyOf(reply)
        const secret = created.secret ?? /=([^;]*)/.exec(reply.headers.getSetCookie()[0] ?? '')?.[1]
        const pair = name({ id: String(created.id), secret: String(secret) }, asked)
        if (pair) names.unshift(pair)
      }
      return outward(reply, value => translate(value, 'real', 'shown'))
    }
    return broken
  }
}

async function outward(reply: Response, translate: (text: string) => string): Promise<Response> {
  const { status } = reply
  const headers = [...reply.headers].map(([header, value]): [string, string] => [header, translate(value)])
  if (reply.headers.get('content-type')?.startsWith('text/event-stream')) return reply
  return new Response([204, 304].includes(status) ? null : translate(await reply.text()), { status, headers })
}

/** Cookies are named after the first letters of an id. */
function start(text: string): string {
  return `scanlogin-${text.slice(0, 8)}=`
}

function replaced(text: string, from: string, to: string): string {
  return text.replaceAll(from, to)
}
