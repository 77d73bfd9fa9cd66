/** Deployments that get the Web wrong: origins, cookies, headers, methods, bodies and addresses. */
import {
  answering,
  asking,
  type BrokenServer,
  bodyOf,
  isPage,
  placeOf,
  rewriting,
  telling,
  withBody,
  withHeaders,
} from './spoiling.ts'

export const web: readonly BrokenServer[] = [
  {
    flaw: 'redeems by GET',
    check: 'get-side-effects',
    breaking: fetch => async request => {
      if (request.method !== 'GET' || placeOf(request).verb !== 'redeem') return fetch(request)
      return fetch(telling(new Request(request, { method: 'POST' }), {}))
    },
  },
  {
    flaw: 'takes a method from a header',
    check: 'get-side-effects',
    breaking: fetch => async request => {
      const method = request.headers.get('x-http-method-override')
      if (method !== 'DELETE') return fetch(request)
      return fetch(new Request(request.url, { method, headers: request.headers }))
    },
  },
  {
    flaw: 'believes a sandboxed page',
    check: 'csrf-origin',
    breaking: fetch => async request => {
      if (request.headers.get('origin') !== 'null') return fetch(request)
      return fetch(asking(request, headers => headers.set('sec-fetch-site', 'same-origin')))
    },
  },
  {
    flaw: 'asks nobody who has a cookie where it comes from',
    check: 'csrf-origin',
    breaking: fetch => async request => {
      if (request.headers.has('origin') || !request.headers.has('cookie')) return fetch(request)
      return fetch(asking(request, headers => headers.set('sec-fetch-site', 'same-origin')))
    },
  },
  {
    flaw: 'takes JSON under any name',
    check: 'csrf-form',
    breaking: fetch => async request => {
      if (!request.headers.get('content-type')?.startsWith('text/plain')) return fetch(request)
      return fetch(asking(request, headers => headers.set('content-type', 'application/json')))
    },
  },
  {
    flaw: 'lets every site read its answers',
    check: 'cors',
    breaking: answering((reply, request) => {
      const origin = request.headers.get('origin')
      if (request.method !== 'GET' || !origin) return reply
      return withHeaders(reply, headers => {
        headers.set('access-control-allow-origin', origin)
        headers.set('access-control-allow-credentials', 'true')
      })
    }),
  },
  {
    flaw: 'answers as a script',
    check: 'script-include',
    breaking: answering(async (reply, request) => {
      const name = new URL(request.url).searchParams.get('callback')
      return name ? withBody(reply, `${name}(${await reply.text()})`) : reply
    }),
  },
  {
    flaw: 'lets scripts read the secret',
    check: 'ticket-cookie',
    breaking: cookieWithout('HttpOnly', 201),
  },
  {
    flaw: 'sends the session on open lines',
    check: 'session-cookie',
    breaking: cookieWithout('Secure', 200),
  },
  {
    flaw: 'lets browsers guess the type of a refusal',
    check: 'answer-headers',
    breaking: answering(reply => {
      if (reply.status !== 404) return reply
      return withHeaders(reply, headers => headers.delete('x-content-type-options'))
    }),
  },
  {
    flaw: 'lets polls be kept',
    check: 'caching',
    breaking: answering((reply, { method }) => {
      if (method !== 'GET' || isPage(reply)) return reply
      return withHeaders(reply, headers => headers.set('cache-control', 'max-age=60'))
    }),
  },
  {
    flaw: 'keeps a poll and gives it to the next who asks',
    check: 'caching',
    breaking: fetch => {
      const kept = new Map<string, Response>()
      return async request => {
        const reply = await fetch(request)
        const { id, verb } = placeOf(request)
        // As a content network's cache does: it goes by the address, and not by who asks.
        if (request.method !== 'GET' || verb !== '' || request.headers.has('authorization')) return reply
        if (reply.status === 200 && reply.headers.get('content-type') === 'application/json')
          kept.set(id, reply.clone())
        const hit = reply.status === 404 && !request.headers.has('origin')
        return hit ? (kept.get(id)?.clone() ?? reply) : reply
      }
    },
  },
  {
    flaw: 'lets its page be framed',
    check: 'page-framing',
    breaking: answering(reply =>
      isPage(reply)
        ? withHeaders(reply, headers => {
            headers.delete('x-frame-options')
            const policy = headers.get('content-security-policy') ?? ''
            headers.set('content-security-policy', policy.replace("frame-ancestors 'none'; ", ''))
          })
        : reply,
    ),
  },
  {
    flaw: 'lets code in the HTML run',
    check: 'page-scripts',
    breaking: answering(reply =>
      isPage(reply)
        ? withHeaders(reply, headers => {
            const policy = headers.get('content-security-policy') ?? ''
            headers.set('content-security-policy', policy.replace('script-src', "script-src 'unsafe-inline'"))
          })
        : reply,
    ),
  },
  {
    flaw: 'tells other sites which page a person comes from',
    check: 'page-headers',
    breaking: answering(reply =>
      isPage(reply) ? withHeaders(reply, headers => headers.delete('referrer-policy')) : reply,
    ),
  },
  {
    flaw: 'sends a browser to any address without a scheme',
    check: 'return-address',
    breaking: fetch => async request => {
      const { return_to: returnTo, ...body } = await bodyOf(request)
      return fetch(String(returnTo).startsWith('//') ? telling(request, body) : request)
    },
  },
  {
    flaw: 'has its code open the host that a header names',
    check: 'forwarded-host',
    breaking: rewriting((body, { headers }) => {
      const host = headers.get('x-forwarded-host')
      if (!host || !('qr' in body)) return body
      const qr = body.qr as { url: string }
      return { ...body, qr: { ...qr, url: qr.url.replace('id.example.com', host) } }
    }),
  },
  {
    flaw: 'has a shape of its own for some refusals',
    check: 'error-shape',
    breaking: answering(reply =>
      reply.status === 409 ? withHeaders(reply, headers => headers.set('content-type', 'application/json')) : reply,
    ),
  },
  {
    flaw: 'fails at deep nesting',
    check: 'bad-input',
    breaking: fetch => async request => {
      const body = await request.clone().text()
      return body.startsWith('[[') ? new Response('RangeError', { status: 500 }) : fetch(request)
    },
  },
  {
    flaw: 'repeats what it refuses',
    check: 'echo',
    breaking: fetch => async request => {
      const sent = encodeURIComponent(await request.clone().text()).slice(0, 200)
      const reply = await fetch(request)
      return reply.status === 400 ? withHeaders(reply, headers => headers.set('x-sent', sent)) : reply
    },
  },
  {
    flaw: 'reads bodies of any size',
    check: 'limits',
    breaking: fetch => async request => {
      const body = await request.clone().text()
      return fetch(body.length > 16_384 && body.trim() === '{}' ? telling(request, {}) : request)
    },
  },
  {
    flaw: 'has its code open an address without TLS',
    check: 'transport',
    breaking: fetch => async request => {
      const { qr, ...body } = await bodyOf(request)
      const reply = await fetch(
        typeof qr === 'string' ? telling(request, { ...body, qr: qr.replace('http:', 'https:') }) : request,
      )
      if (reply.status !== 201) return reply
      return withBody(reply, (await reply.text()).replace('"url":"https:', '"url":"http:'))
    },
  },
]

function cookieWithout(attribute: string, status: number): BrokenServer['breaking'] {
  return answering(reply => {
    const [cookie, ...more] = reply.headers.getSetCookie()
    if (cookie === undefined || more.length > 0 || reply.status !== status) return reply
    return withHeaders(reply, headers => headers.set('set-cookie', cookie.replace(`; ${attribute}`, '')))
  })
}
