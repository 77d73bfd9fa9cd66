/**
 * What an audit leaves behind, it takes away: every ticket that any call of it has opened, meant or not, and every
 * session it was given.
 */
import type { Fetch } from 'scanlogin/testing'

export interface Leftovers {
  /** `fetch`, watched for what it opens. */
  readonly fetch: Fetch
  /** Cancels the tickets and ends the sessions. What the deployment has forgotten already stays forgotten. */
  remove(): Promise<void>
}

/** `url` is where the calls are mounted, `origin` the page that may cancel. */
export function watchLeftovers(fetch: Fetch, url: string, origin: string): Leftovers {
  const proofs = new Map<string, Record<string, string>>()

  async function watch(request: Request): Promise<Response> {
    const response = await fetch(request)
    const { pathname } = new URL(request.url)
    const cookie = response.headers
      .getSetCookie()
      .map(line => line.split(';')[0])
      .join('; ')
    if (response.status === 201 && pathname.endsWith('/tickets')) {
      const { id, secret } = await ticketIn(response)
      if (id !== undefined)
        proofs.set(`/tickets/${encodeURIComponent(id)}`, secret ? { authorization: `Bearer ${secret}` } : { cookie })
    }
    // One session at a time would be one too few: checks that race are given several.
    if (response.status === 200 && pathname.endsWith('/redeem') && cookie) proofs.set(`/session#${cookie}`, { cookie })
    return response
  }

  return {
    fetch: watch,
    async remove() {
      for (const [path, proof] of proofs) {
        const gone = new Request(url + path, { method: 'DELETE', headers: { origin, ...proof } })
        await fetch(gone).catch(() => {})
      }
      proofs.clear()
    },
  }
}

async function ticketIn(response: Response): Promise<{ id?: string; secret?: string }> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  if (typeof body !== 'object' || body === null) return {}
  const id = 'id' in body && typeof body.id === 'string' ? { id: body.id } : {}
  return { ...id, ...('secret' in body && typeof body.secret === 'string' && { secret: body.secret }) }
}
