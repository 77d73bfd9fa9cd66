/** Deployments that tell or give something to who has no part in a ticket. */
import {
  answering,
  asOwner,
  type BrokenServer,
  bodyOf,
  placeOf,
  remembering,
  rewriting,
  secretOn,
  success,
  telling,
  withHeaders,
} from './spoiling.ts'
import { translating } from './translating.ts'

let counter = 0
const apiKey = 'an-api-key-of-the-tests-own-back-end'

export const seeing: readonly BrokenServer[] = [
  {
    flaw: 'lets any browser with any secret poll',
    check: 'unbound-ticket',
    breaking: remembering((fetch, births) => async request => {
      const reply = await fetch(request)
      const { id, verb } = placeOf(request)
      const owner = births.get(id)
      const anybody = [...births.values()].some(({ secret }) => secret === secretOn(request))
      if (reply.status !== 404 || request.method !== 'GET' || verb !== '' || !owner || !anybody) return reply
      return fetch(asOwner(request, owner.secret))
    }),
  },
  {
    flaw: 'lets any browser with any secret cancel',
    check: 'unbound-ticket',
    breaking: remembering((fetch, births) => async request => {
      const reply = await fetch(request)
      const owner = births.get(placeOf(request).id)
      const anybody = [...births.values()].some(({ secret }) => secret === secretOn(request))
      if (reply.status !== 404 || request.method !== 'DELETE' || !owner || !anybody) return reply
      return fetch(asOwner(request, owner.secret))
    }),
  },
  {
    flaw: 'lets any browser collect what a phone has confirmed',
    check: 'unbound-sign-in',
    breaking: remembering((fetch, births) => async request => {
      const reply = await fetch(request)
      const { id, verb } = placeOf(request)
      const owner = births.get(id)
      const anybody = [...births.values()].some(({ secret }) => secret === secretOn(request))
      if (reply.status !== 404 || verb !== 'redeem' || !owner || !anybody) return reply
      const second = await fetch(asOwner(request, owner.secret))
      return second.status === 200 ? second : reply
    }),
  },
  {
    flaw: 'takes the scan token of one ticket for another',
    check: 'unbound-decision',
    breaking: fetch => {
      const tokens = new Map<string, string>()
      return async request => {
        const asked = await bodyOf(request)
        const reply = await fetch(request.clone())
        const { id, verb } = placeOf(request)
        const told = await bodyOf(reply)
        const ticket = told.ticket as { id: string } | undefined
        if (ticket && typeof told.scan_token === 'string') tokens.set(ticket.id, told.scan_token)
        const [of] = [...tokens].find(([, token]) => token === asked.scan_token) ?? []
        if (verb !== 'confirm' || reply.status < 400 || of === undefined || of === id) return reply
        return fetch(telling(request, { scan_token: tokens.get(id) }))
      }
    },
  },
  {
    flaw: 'counts its ids',
    check: 'predictable-id',
    breaking: translating(({ id }) => {
      counter++
      return { real: id, shown: `${counter.toString(16).toUpperCase().padStart(8, '0')}${'0'.repeat(18)}` }
    }),
  },
  {
    flaw: 'counts its secrets',
    check: 'predictable-secret',
    breaking: translating(({ secret }) => {
      counter++
      return { real: secret, shown: `${'s'.repeat(35)}${String(counter).padStart(8, '0')}` }
    }),
  },
  {
    flaw: 'takes the id that it is sent',
    check: 'controllable-id',
    breaking: translating(
      ({ id }, { id: wanted }) => (typeof wanted === 'string' ? { real: id, shown: wanted } : undefined),
      ({ id: _, ...asked }) => asked,
    ),
  },
  {
    flaw: 'believes a user in the body',
    check: 'forged-user',
    breaking: fetch => async request => {
      const reply = await fetch(request.clone())
      const { qr, user } = await bodyOf(request)
      if (placeOf(request).path !== '/scan' || user === undefined || ![401, 403].includes(reply.status)) return reply
      const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
      return fetch(new Request(request.url, { method: 'POST', headers, body: JSON.stringify({ qr, user }) }))
    },
  },
  {
    flaw: 'believes a user in the confirm',
    check: 'swapped-user',
    breaking: fetch => {
      const named = new Map<string, unknown>()
      return async request => {
        const { id, verb } = placeOf(request)
        const { scan_token, user } = await bodyOf(request)
        if (verb === 'confirm' && user !== undefined) {
          named.set(id, user)
          return fetch(telling(request, { scan_token }))
        }
        const reply = await fetch(request)
        if (verb !== 'redeem' || reply.status !== 200 || !named.has(id)) return reply
        return success(reply, { ...(await bodyOf(reply)), user: named.get(id) })
      }
    },
  },
  {
    flaw: 'tells the user before the end',
    check: 'personal-fields',
    breaking: rewriting(body => (body.state === 'scanned' && 'poll_after' in body ? { ...body, user_id: '7' } : body)),
  },
  {
    flaw: 'does not mask who has scanned',
    check: 'personal-fields',
    breaking: rewriting(body => ('scanned_by' in body ? { ...body, scanned_by: { name: 'Quentin Auditor' } } : body)),
  },
  {
    flaw: 'takes the code below the QR code for the secret',
    check: 'observer',
    breaking: remembering((fetch, births) => async request => {
      const owner = births.get(placeOf(request).id)
      return fetch(owner && secretOn(request) === owner.body.user_code ? asOwner(request, owner.secret) : request)
    }),
  },
  {
    flaw: 'says in a header whether an id exists',
    check: 'enumeration',
    breaking: remembering((fetch, births) =>
      answering((reply, request) => {
        if (reply.status !== 404 || !births.has(placeOf(request).id)) return reply
        return withHeaders(reply, headers => headers.set('x-known', 'yes'))
      })(fetch),
    ),
  },
]
