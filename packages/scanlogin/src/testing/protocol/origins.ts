/** Foreign pages, and bodies that a foreign page can send without being asked. */
import type { Reply } from '../caller.ts'
import { answered, holds, refused, same } from './claims.ts'
import { proofOf, type Rules } from './stage.ts'

export const foreignPages = {
  async 'changes nothing for a page of another origin'({ confirmed, browser, newBrowser, server }) {
    const { id } = await confirmed()
    const { host, protocol } = new URL(server.origin ?? server.url)
    for (const origin of [
      'https://evil.example',
      'null',
      `${protocol}//${host}.evil.example`,
      `${protocol}//evil-${host}`,
      `${protocol}//${host}:1`,
      `${protocol === 'https:' ? 'http:' : 'https:'}//${host}`,
      `${protocol}//${host}/`,
      `${protocol}//${host}@evil.example`,
      'file://',
    ]) {
      refused(await newBrowser({ origin }).create(), 403, 'forbidden')
      for (const [method, path, body] of changes(id)) {
        const reply = await browser.call(method, path, { headers: { origin }, ...(body !== undefined && { body }) })
        refused(reply, 403, 'forbidden')
        same(reply.headers.get('access-control-allow-origin'), null, 'what lets the page read the answer')
      }
    }
    same(answered(await browser.read()).body.state, 'confirmed', 'the state')
    answered(await browser.redeem())
  },

  async 'changes nothing where the browser says that a foreign page asks'({ confirmed, browser, nobody }) {
    const { id } = await confirmed()
    for (const site of ['cross-site', 'same-site', 'same-origin, cross-site', 'SAME-ORIGIN', 'x']) {
      const foreign = { 'sec-fetch-site': site }
      refused(await nobody.call('POST', '/tickets', { body: {}, headers: foreign }), 403, 'forbidden')
      for (const [method, path, body] of changes(id)) {
        const proof = proofOf(browser)
        const reply = await nobody.call(method, path, {
          headers: { ...proof, ...foreign },
          ...(body !== undefined && { body }),
        })
        refused(reply, 403, 'forbidden')
      }
    }
    same(answered(await browser.read()).body.state, 'confirmed', 'the state')
  },

  async 'changes something for its own page, by either sign'({ newBrowser, server }) {
    const origin = server.origin ?? new URL(server.url).origin
    for (const browser of [newBrowser({ origin }), newBrowser({ headers: { 'sec-fetch-site': 'same-origin' } })]) {
      answered(await browser.create(), 201)
      same((await browser.cancel()).status, 204, 'cancel')
    }
  },

  async 'lets no page call as a phone without its credentials'({ scanned, phone, nobody, server }) {
    const { id, qr } = await scanned()
    const own = server.origin ?? new URL(server.url).origin
    for (const origin of ['https://evil.example', 'null', own]) {
      const calls = [
        ['/scan', { qr: qr.url }],
        [`/tickets/${id}/confirm`, { scan_token: phone.scanned.scan_token }],
        [`/tickets/${id}/deny`, { scan_token: phone.scanned.scan_token }],
      ] as const
      for (const [path, body] of calls) {
        const reply = await nobody.call('POST', path, { body, headers: { origin } })
        if (origin === own) refused(reply, 401, 'unauthenticated')
        else refused(reply, 403, 'forbidden')
      }
    }
  },

  async 'changes nothing by what a form can send'({ confirmed, browser }) {
    const { id } = await confirmed()
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json']
    for (const type of [
      ...types,
      'text/plain; application/json',
      'application/json, text/plain',
      'application/jsonp',
    ]) {
      const call = { body: '{}', headers: { 'content-type': type } }
      refused(await browser.call('POST', `/tickets/${id}/redeem`, call), 400, 'invalid_request')
      refused(await browser.call('POST', '/tickets', call), 400, 'invalid_request')
    }
    same(answered(await browser.read()).body.state, 'confirmed', 'the state')
  },

  async 'gives no answer as a script'({ browser }) {
    answered(await browser.create(), 201)
    for (const query of ['?callback=steal', '?jsonp=steal', '?_callback=x&format=js']) {
      const reply = await browser.call('GET', `/tickets/${browser.ticket.id}${query}`)
      same(answered(reply).headers.get('content-type')?.split(';')[0], 'application/json', 'the content type')
      same(typeof JSON.parse(reply.text), 'object', 'the body')
    }
  },
} satisfies Rules

/** For servers whose browsers have cookies, as `proof: 'cookie'` says. */
export const ambientProof = {
  async 'changes nothing for a cookie that nothing shows the page of'({ confirmed, browser, nobody }) {
    const { id } = await confirmed()
    for (const headers of [{}, { 'sec-fetch-site': 'none' }, { referer: new URL(browser.ticket.qr.url).origin }]) {
      for (const [method, path, body] of changes(id)) {
        const call = { headers: { ...proofOf(browser), ...headers }, ...(body !== undefined && { body }) }
        refused(await nobody.call(method, path, call), 403, 'forbidden')
      }
    }
    same(answered(await browser.read()).body.state, 'confirmed', 'the state')
  },

  async 'changes something for a Bearer secret that comes from no page'({ newBrowser }) {
    const browser = newBrowser({ proof: 'bearer', origin: undefined })
    answered(await browser.create(), 201)
    same((await browser.cancel()).status, 204, 'cancel')
  },
} satisfies Rules

/** Needs a server that lets one other origin call. */
export const otherOrigins = {
  async 'lets a page of an allowed origin call and read'({ newBrowser, server }) {
    const { allowedOrigin: origin = '' } = server
    const browser = newBrowser({ proof: 'bearer', origin })
    for (const reply of [
      await browser.create(),
      await browser.read(),
      await browser.redeem(),
      await browser.cancel(),
    ]) {
      same(reply.headers.get('access-control-allow-origin'), origin, `who may read an answer ${reply.status}`)
      holds(/\borigin\b/i.test(reply.headers.get('vary') ?? ''), 'the answer varies by Origin')
    }
  },

  async 'tells an allowed page what it may send, and a foreign one nothing'({ nobody, server, browser }) {
    answered(await browser.create(), 201)
    const ask = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
    for (const path of ['/tickets', '/scan', `/tickets/${browser.ticket.id}/redeem`]) {
      const { allowedOrigin: origin = '' } = server
      const reply = answered(await nobody.call('OPTIONS', path, { headers: { ...ask, origin } }), 204)
      same(reply.headers.get('access-control-allow-origin'), origin, 'the origin that is allowed')
      holds(/\bPOST\b/.test(reply.headers.get('access-control-allow-methods') ?? ''), 'POST is allowed')
      holds(/authorization/i.test(reply.headers.get('access-control-allow-headers') ?? ''), 'Authorization is allowed')
      for (const foreign of ['https://evil.example', 'null', `${origin}.evil.example`]) {
        readable(await nobody.call('OPTIONS', path, { headers: { ...ask, origin: foreign } }))
      }
    }
  },
} satisfies Rules

export const bodies = {
  async 'takes a JSON object and nothing else'({ browser }) {
    for (const body of [
      '',
      ' ',
      'x',
      '{',
      '{}{}',
      '{} x',
      '\ufeff{}',
      'null',
      '[]',
      '1e999',
      '"x"',
      "{'a':1}",
      '{"a":}',
    ]) {
      refused(await browser.call('POST', '/tickets', { body }), 400, 'invalid_request')
    }
    refused(await browser.call('POST', '/tickets', { body: '['.repeat(10_000) }), 400, 'invalid_request')
    refused(await browser.call('POST', '/tickets', { body: '{"a":'.repeat(3000) }), 400, 'invalid_request')
    answered(await browser.call('POST', '/tickets', { body: ' {}\r\n' }), 201)
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' }
    answered(await browser.call('POST', '/tickets', { body: '{}', headers }), 201)
  },

  async 'takes text that is UTF-8, and not compressed'({ browser }) {
    const broken = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])
    refused(await browser.call('POST', '/tickets', { body: broken }), 400, 'invalid_request')
    const headers = { 'content-encoding': 'gzip' }
    refused(await browser.call('POST', '/tickets', { body: '{}', headers }), 400, 'invalid_request')
  },

  async 'takes bodies of up to 16 KiB'({ browser }) {
    const limit = 16 * 1024
    answered(await browser.call('POST', '/tickets', { body: '{}'.padEnd(limit) }), 201)
    refused(await browser.call('POST', '/tickets', { body: '{}'.padEnd(limit + 1) }), 413, 'payload_too_large')
    refused(await browser.call('POST', '/tickets', { body: '{}'.padEnd(1024 * 1024) }), 413, 'payload_too_large')
    // Counted in bytes, of which a character of Chinese has three.
    refused(await browser.call('POST', '/tickets', { body: '漢'.repeat(limit / 2) }), 413, 'payload_too_large')
  },

  async 'repeats nothing of what it refuses'({ browser, phone }) {
    const mark = 'zqxj7<script>'
    const path = encodeURIComponent(mark)
    for (const reply of [
      await browser.call('POST', '/tickets', { body: { [mark]: mark } }),
      await browser.call('POST', '/tickets', { body: { client_id: mark, return_to: mark } }),
      await browser.call('POST', '/tickets', { body: mark }),
      await browser.call('GET', `/${path}?${path}=${path}`),
      await browser.call('GET', `/tickets/${path}`, { headers: { authorization: `Bearer ${path}` } }),
      await browser.call('POST', '/tickets', { headers: { origin: 'https://zqxj7.example' } }),
      await phone.call('POST', '/scan', { body: { qr: mark, user: { id: mark } } }),
      await phone.call('POST', '/scan', { body: { qr: 'x', user: { id: 'x', [mark]: mark } } }),
    ]) {
      const shown = reply.text + JSON.stringify([...reply.headers])
      holds(reply.status >= 400 && !shown.includes('zqxj7'), `an answer ${reply.status} repeats nothing`)
    }
  },
} satisfies Rules

function readable(reply: Reply): void {
  holds(reply.status >= 400, 'a foreign page is refused')
  same(reply.headers.get('access-control-allow-origin'), null, 'what lets a foreign page read')
}

function changes(id: string): readonly (readonly [method: string, path: string, body?: object])[] {
  return [
    ['POST', `/tickets/${id}/verify`, { check_code: '0000' }],
    ['POST', `/tickets/${id}/redeem`, {}],
    ['DELETE', `/tickets/${id}`],
  ]
}
