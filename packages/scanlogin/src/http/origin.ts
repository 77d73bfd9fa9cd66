/**
 * Which pages may call. A change needs proof that no foreign page sent it: an allowed `Origin`, `Sec-Fetch-Site`, or
 * a credential that no browser adds by itself.
 */
import { LoginError } from '../core/errors.ts'
import type { AnswerHeaders, Call } from './call.ts'

/** `ambient` is a credential that a browser adds by itself (a cookie); `none` is a call without any. */
export type Credential = 'explicit' | 'ambient' | 'none'

export interface Origins {
  /** Throws `forbidden` where a foreign page may have sent the call, or nothing shows that none did. */
  check(call: Call, credential: Credential): void
  /** What lets an allowed page on another origin read the answer. */
  cors(call: Call): AnswerHeaders
  /** Headers for an allowed page that asks before it calls; `undefined` for a foreign one. */
  preflight(call: Call): AnswerHeaders | undefined
  /** The origin of the other site whose page calls. */
  visitor(call: Call): string | undefined
}

/**
 * `allowed` are origins such as `https://www.example.com`, the first of them the site's own: their pages may do what its
 * own may. `visitors` are the origins of other sites, whose pages bring all that they prove themselves by along: a cookie
 * of this host is not theirs to use.
 */
export function createOrigins(allowed: readonly string[], visitors: readonly string[] = []): Origins {
  const known = new Set(allowed)
  const visiting = new Set(visitors.filter(origin => !known.has(origin)))
  const [own] = allowed

  function cors(call: Call): AnswerHeaders {
    const origin = call.header('origin')
    if (origin === undefined || origin === own || !(known.has(origin) || visiting.has(origin))) return none
    return {
      vary: 'Origin',
      'access-control-allow-origin': origin,
      ...(known.has(origin) && { 'access-control-allow-credentials': 'true' }),
      'access-control-expose-headers': 'ETag, Retry-After',
      'cross-origin-resource-policy': 'cross-origin',
    }
  }

  return {
    check(call, credential) {
      const origin = call.header('origin')
      if (call.header('sec-fetch-site') === 'same-origin') return
      if (origin !== undefined && known.has(origin)) return
      if (origin !== undefined && visiting.has(origin) && credential !== 'ambient') return
      if (origin !== undefined) throw new LoginError('forbidden', { detail: 'This origin is not allowed.' })
      const site = call.header('sec-fetch-site')
      if (site !== undefined && site !== 'none') throw new LoginError('forbidden', { detail: 'A foreign page asked.' })
      if (credential === 'ambient') {
        throw new LoginError('forbidden', { detail: 'A call with a cookie needs an Origin header.' })
      }
    },
    cors,
    visitor(call) {
      const origin = call.header('origin')
      return origin !== undefined && visiting.has(origin) ? origin : undefined
    },
    preflight(call) {
      const headers = cors(call)
      if (!headers['access-control-allow-origin']) return undefined
      return {
        ...headers,
        'access-control-allow-methods': 'GET, POST, DELETE',
        'access-control-allow-headers': 'Authorization, Content-Type, DPoP, If-None-Match, Last-Event-ID',
        'access-control-max-age': '600',
      }
    },
  }
}

/** For callers that can tell at a glance that there is nothing to add. */
export const none: AnswerHeaders = {}
