/** Deployments that decide wrongly: twice, for the wrong person, after the end, or on old pictures. */
import { makePayload } from '../../../packages/scanlogin/src/core/codes/qr-payload.ts'
import {
  answering,
  type BrokenServer,
  bodyOf,
  type JsonObject,
  placeOf,
  remembering,
  rewriting,
  success,
  telling,
  withHeaders,
} from './spoiling.ts'

export const deciding: readonly BrokenServer[] = [
  {
    flaw: 'gives no session',
    check: 'sign-in',
    breaking: rewriting(({ session, ...body }) =>
      session === undefined || !('user' in body) ? { ...body, ...(session !== undefined && { session }) } : body,
    ),
  },
  {
    flaw: 'gives a second session to who asks again',
    check: 'replayed-redeem',
    breaking: fetch => {
      const collected = new Set<string>()
      return async request => {
        const { id, verb } = placeOf(request)
        const again = collected.has(id)
        const reply = await fetch(request)
        if (verb !== 'redeem' || reply.status !== 200) return reply
        collected.add(id)
        return again ? success(reply, { ...(await bodyOf(reply)), session: { id: crypto.randomUUID() } }) : reply
      }
    },
  },
  {
    flaw: 'lets a code be scanned again after it was collected',
    check: 'replayed-redeem',
    breaking: scanningAgain('already_redeemed'),
  },
  {
    flaw: 'lets everybody scan',
    check: 'scan-race',
    breaking: scanningAgain('already_scanned'),
  },
  {
    flaw: 'lets a cancelled code be scanned',
    check: 'cancel-is-final',
    breaking: scanningAgain('ticket_cancelled'),
  },
  {
    flaw: 'never ends a scan token',
    check: 'confirm-race',
    breaking: fetch => {
      const tokens = new Map<string, string[]>()
      return async request => {
        const asked = await bodyOf(request)
        const reply = await fetch(request.clone())
        const told = await bodyOf(reply)
        const ticket = told.ticket as { id: string } | undefined
        if (ticket) tokens.set(ticket.id, [String(told.scan_token), ...(tokens.get(ticket.id) ?? [])])
        const { id, verb } = placeOf(request)
        const [newest, ...old] = tokens.get(id) ?? []
        if (verb !== 'confirm' || reply.status < 400 || !old.includes(String(asked.scan_token))) return reply
        return fetch(telling(request, { scan_token: newest }))
      }
    },
  },
  {
    flaw: 'says that it has denied while it confirms',
    check: 'deny-race',
    breaking: atOnce('confirm', 'deny', async reply => success(reply, { state: 'denied' })),
  },
  {
    flaw: 'gives a session to each of those who collect at once',
    check: 'redeem-race',
    breaking: atOnce('redeem', 'redeem', async reply =>
      reply.status === 200 ? success(reply, { ...(await bodyOf(reply)), session: { id: crypto.randomUUID() } }) : reply,
    ),
  },
  {
    flaw: 'lets a person confirm after "not me"',
    check: 'deny-is-final',
    breaking: answering(async (reply, request) => {
      if (placeOf(request).verb !== 'confirm' || (await bodyOf(reply)).code !== 'ticket_denied') return reply
      return success(reply, { state: 'confirmed' })
    }),
  },
  {
    flaw: 'makes the secret of the ticket the session',
    check: 'fresh-session',
    breaking: remembering((fetch, births) =>
      answering((reply, request) => {
        const { id, verb } = placeOf(request)
        if (verb !== 'redeem' || reply.status !== 200) return reply
        const value = `=${births.get(id)?.secret};`
        const [cookie = ''] = reply.headers.getSetCookie()
        return withHeaders(reply, headers => headers.set('set-cookie', cookie.replace(/=[^;]*;/, value)))
      })(fetch),
    ),
  },
  {
    flaw: 'does not look at the MAC of a code',
    check: 'forged-code',
    breaking: remembering((fetch, births) => async request => {
      const { qr, ...rest } = await bodyOf(request)
      const drawn = [...births.values()].map(({ body }) => (body.qr as { url: string }).url)
      const original = drawn.find(url => url.replace(/\w+$/, '') === String(qr).replace(/\w+$/, ''))
      return fetch(original && original !== qr ? telling(request, { ...rest, qr: original }) : request)
    }),
  },
  {
    flaw: 'takes a photo of the code as long as the ticket lives',
    check: 'stale-code',
    breaking: remembering((fetch, births) => async request => {
      const { qr, ...rest } = await bodyOf(request)
      const reply = await fetch(request)
      const birth = [...births.values()].find(({ body }) => (body.qr as { url: string }).url === qr)
      if (reply.status !== 422 || !birth) return reply
      const { url, rotation } = birth.body.qr as { url: string; rotation: { key: string } }
      const now = await makePayload(String(birth.body.id), rotation.key, 20_000)
      return fetch(telling(request, { ...rest, qr: `${url.split('#')[0]}#${now}` }))
    }),
  },
  {
    flaw: 'gives the session again for ever',
    check: 'redeem-window',
    breaking: fetch => {
      const given = new Map<string, JsonObject>()
      return async request => {
        const reply = await fetch(request)
        const { id, verb } = placeOf(request)
        const body = await bodyOf(reply)
        if (verb === 'redeem' && reply.status === 200) given.set(id, body)
        return verb === 'redeem' && body.code === 'already_redeemed' ? success(reply, given.get(id)) : reply
      }
    },
  },
  {
    flaw: 'never ends a ticket',
    check: 'expiry',
    breaking: rewriting(body => (body.state === 'expired' ? { ...body, state: 'pending' } : body)),
  },
  {
    flaw: 'shows the address that the browser writes into a header',
    check: 'forged-address',
    breaking: showing((context, { headers }) => {
      const { observed } = context as { observed: JsonObject }
      const ip = headers.get('x-forwarded-for') ?? observed.ip
      return { ...context, observed: { ...observed, ip } }
    }),
  },
  {
    flaw: 'shows the browser’s own words',
    check: 'context-text',
    breaking: showing((context, { headers }) => {
      const bytes = Uint8Array.from(headers.get('user-agent') ?? '', letter => letter.charCodeAt(0))
      return { ...context, claimed: { browser: new TextDecoder().decode(bytes), os: '' } }
    }),
  },
]

/** Answers a scan that is refused with this code as the one that succeeded. */
function scanningAgain(code: string): BrokenServer['breaking'] {
  return fetch => {
    const scans = new Map<unknown, JsonObject>()
    return async request => {
      const { qr } = await bodyOf(request)
      const reply = await fetch(request)
      if (placeOf(request).path !== '/scan') return reply
      const body = await bodyOf(reply)
      if (reply.status === 200) scans.set(qr, body)
      return body.code === code ? success(reply, scans.get(qr) ?? { ticket: {}, scan_token: 'x' }) : reply
    }
  }
}

/** Changes the answer to the `second` call of a ticket while a `first` one is under way. */
function atOnce(
  first: string,
  second: string,
  change: (reply: Response) => Promise<Response>,
): BrokenServer['breaking'] {
  return fetch => {
    const underWay = new Map<string, number>()
    return async request => {
      const { id, verb } = placeOf(request)
      const racing = verb === second && (underWay.get(id) ?? 0) > 0
      if (verb === first) underWay.set(id, (underWay.get(id) ?? 0) + 1)
      // A race that is decided wrongly is decided without asking: the deny never gets to the ticket.
      const reply = racing && first !== second ? new Response() : await fetch(request)
      if (verb === first) underWay.set(id, (underWay.get(id) ?? 1) - 1)
      return racing ? change(reply) : reply
    }
  }
}

/** Changes what the phone is shown, by the call that created the ticket. */
function showing(change: (context: JsonObject, birth: Request) => JsonObject): BrokenServer['breaking'] {
  return remembering((fetch, births) =>
    rewriting(body => {
      const { ticket, context } = body as { ticket?: { id: string }; context?: JsonObject }
      const birth = births.get(ticket?.id ?? '')
      return context && birth ? { ...body, context: change(context, birth.request) } : body
    })(fetch),
  )
}
