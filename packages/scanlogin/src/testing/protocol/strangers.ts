/** Who has no part in a ticket learns nothing of it, not even that it is there. */
import type { CallOptions, Reply } from '../caller.ts'
import { answered, holds, refused, same } from './claims.ts'
import type { Rules } from './stage.ts'

export const strangers = {
  async 'answers a stranger about a ticket as about one that never was'({ scanned, stranger, nobody, server }) {
    const { id } = await scanned()
    answered(await stranger.browser.create(), 201)
    const { secret } = stranger.browser
    const origin = server.origin ?? new URL(server.url).origin
    const cookie = (of: string) => `__Host-scanlogin-${of.slice(0, 8)}=${secret}; scanlogin-${of.slice(0, 8)}=${secret}`
    const proofs: ((of: string) => Record<string, string>)[] = [
      () => ({}),
      () => ({ authorization: `Bearer ${secret}` }),
      () => ({ authorization: 'Bearer x' }),
      () => ({ authorization: `Bearer ${'A'.repeat(43)}` }),
      of => ({ cookie: cookie(of) }),
      of => ({ cookie: cookie(of).replaceAll(secret, '') }),
      of => ({ cookie: cookie(of).replaceAll(secret, 'x'.repeat(8000)) }),
    ]
    const unknown = '0123456789ABCDEFGHJKMNPQRS'
    for (const proof of proofs) {
      for (const [method, rest, body] of calls) {
        const options = (of: string): CallOptions => ({
          headers: { origin, ...proof(of) },
          ...(body !== undefined && { body }),
        })
        const here = await nobody.call(method, `/tickets/${id}${rest}`, options(id))
        const nowhere = await nobody.call(method, `/tickets/${unknown}${rest}`, options(unknown))
        refused(here, 404, 'not_found')
        same(face(here), face(nowhere), `what ${method} ${rest} tells a stranger`)
      }
    }
  },

  async 'answers ids that cannot be as ids that are not'({ browser, phone }) {
    answered(await browser.create(), 201)
    const known = browser.ticket.id
    const unknown = await browser.call('GET', '/tickets/0123456789ABCDEFGHJKMNPQRS')
    for (const id of strangeIds(known)) {
      const reply = await browser.call('GET', `/tickets/${id}`)
      same(face(reply), face(refused(unknown, 404, 'not_found')), `the answer to the id ${id.slice(0, 40)}`)
      const decided = await phone.call('POST', `/tickets/${id}/confirm`, { body: { scan_token: 'A'.repeat(43) } })
      refused(decided, 404, 'not_found')
    }
  },

  async 'knows its calls by their exact path'({ browser, nobody }) {
    answered(await browser.create(), 201)
    const { id } = browser.ticket
    for (const path of [
      '/',
      '/ticket',
      '/Tickets',
      `/tickets/${id}/`,
      `/tickets/${id}/read`,
      `/tickets/${id}/verify/`,
      `/tickets/${id}/__proto__`,
      `/tickets/${id}/constructor`,
      `/tickets/${id}/verify/x`,
      `/tickets//${id}`,
      `//tickets/${id}`,
      `/tickets%2F${id}`,
      `/tickets/${id}%2Fverify`,
      `/tickets/${id};a=b`,
      '/__proto__',
      '/constructor',
      '/scan/',
      '/scan/x',
    ]) {
      const reply = await browser.call('GET', path)
      holds([404, 405].includes(reply.status), `GET ${path} is answered ${reply.status}`)
      holds(!reply.text.includes(id), `GET ${path} does not tell the ticket`)
    }
    refused(await nobody.call('GET', '/no-such-call'), 404, 'not_found')
  },

  async 'cannot be made to believe a cookie that is there twice'({ browser, nobody }) {
    answered(await browser.create(), 201)
    const { id } = browser.ticket
    const prefix = id.slice(0, 8)
    for (const name of [`scanlogin-${prefix}`, `__Host-scanlogin-${prefix}`]) {
      const both = [`${name}=${browser.secret}`, `${name}=${'A'.repeat(43)}`]
      for (const cookie of [both.join('; '), both.toReversed().join('; ')]) {
        refused(await nobody.call('GET', `/tickets/${id}`, { headers: { cookie } }), 404, 'not_found')
      }
    }
  },
} satisfies Rules

export const methods = {
  async 'names the methods of an address to who uses another'({ browser }) {
    answered(await browser.create(), 201)
    const { id } = browser.ticket
    for (const [path, allowed] of [
      ['/tickets', 'POST'],
      ['/scan', 'POST'],
      [`/tickets/${id}`, 'DELETE, GET'],
      [`/tickets/${id}/verify`, 'POST'],
      [`/tickets/${id}/redeem`, 'POST'],
      [`/tickets/${id}/confirm`, 'POST'],
      [`/tickets/${id}/deny`, 'POST'],
    ] as const) {
      for (const method of ['GET', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'PROPFIND'].filter(isNot(allowed))) {
        const reply = await browser.call(method, path)
        refused(reply, 405, 'method_not_allowed')
        const allow = reply.headers.get('allow')?.split(/,\s*/) ?? []
        same(allow.sort().join(', '), allowed, `Allow of ${path}`)
      }
      const head = await browser.call('HEAD', path)
      same([head.status, head.headers.get('allow') !== null], [405, true], `status and Allow of HEAD ${path}`)
    }
    same(answered(await browser.read()).body.state, 'pending', 'the state')
  },
} satisfies Rules

const calls: readonly (readonly [method: string, rest: string, body?: object])[] = [
  ['GET', ''],
  ['GET', '?since=0&wait=1'],
  ['DELETE', ''],
  ['POST', '/verify', { check_code: '0000' }],
  ['POST', '/redeem', {}],
]

function strangeIds(known: string): string[] {
  return [
    '0',
    known.toLowerCase(),
    known.slice(1),
    `${known}0`,
    `${known}%00`,
    `${known}%0a`,
    `%20${known}`,
    known.replace(/.$/, 'U'),
    known.replace(/.$/, 'I'),
    '%00',
    '%2e%2e%2f',
    '..%2f..%2fetc%2fpasswd',
    '%EF%BC%90'.repeat(26),
    '%FF%FE',
    '%',
    '%zz',
    '0'.repeat(7000),
    '__proto__',
    'constructor',
    '*',
  ]
}

/** All that a caller can see of an answer, but for the date. */
function face({ status, headers, text }: Reply): unknown {
  const shown = [...headers].filter(([name]) => !['date', 'keep-alive', 'connection'].includes(name))
  return [status, shown, text]
}

function isNot(allowed: string): (method: string) => boolean {
  return method => !allowed.split(', ').includes(method)
}
