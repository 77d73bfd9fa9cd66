/** Attacks on a QR sign-in, each as the attacker makes it. The numbers are those of the table in `docs/security.md`. */
import { describe, expect, it } from 'vitest'
import type { ScannedResource } from '../../packages/scanlogin/src/http.ts'
import type { ScriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import type { ScriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { start } from '../start.ts'
import { payloads, returnAddresses } from './corpus.ts'

describe('the six flaws of deployed QR sign-ins', () => {
  it('F1: a ticket is not told to a browser that did not create it', async () => {
    const { browser, stranger, phone, fetch } = start()
    const { id } = (await browser.create()).body
    await stranger.browser.create()
    for (const step of [() => phone.scan(browser.ticket.qr.url), () => phone.confirm(), () => browser.redeem()]) {
      for (const [method, rest] of everyCall) {
        const other = await stranger.browser.call(method, `/tickets/${id}${rest}`, bodyFor(method))
        const nobody = await fetch(`/v1/tickets/${id}${rest}`, { method, ...jsonFor(method) })
        expect([other.status, nobody.status]).toEqual([404, 404])
        expect(await nobody.text()).toBe(other.text)
      }
      expect((await step()).status).toBe(200)
    }
  })

  it('F2: what a poll has told once signs nobody in when it is asked again', async () => {
    const { browser, phone, stranger, fetch } = start()
    const id = await confirm(browser, phone)
    const first = await browser.redeem()
    const poll = await browser.read()
    expect(poll.body).not.toHaveProperty('user')
    expect(poll.headers.getSetCookie()).toEqual([])
    const replay = await stranger.browser.call('POST', `/tickets/${id}/redeem`, { body: {} })
    expect([replay.status, replay.headers.getSetCookie()]).toEqual([404, []])
    // The browser's own repetition gives the session that is there, not another one.
    expect((await browser.redeem()).headers.getSetCookie()).toEqual(first.headers.getSetCookie())
    const bare = await fetch(`/v1/tickets/${id}/redeem`, { method: 'POST', ...jsonFor('POST') })
    expect(bare.status).toBe(404)
  })

  it('F3 and T13: ids look like 128 random bits', async () => {
    const { newBrowser } = start()
    const browsers = Array.from({ length: 400 }, () => newBrowser())
    const ids = await Promise.all(browsers.map(async browser => (await browser.create()).body.id ?? ''))
    expect(new Set(ids).size).toBe(400)
    for (let place = 0; place < 25; place++) {
      // 32 letters at each place. Of 400 draws none comes up 40 times but once in 10^9, and few are missing.
      const counts = new Map<string, number>()
      for (const id of ids) counts.set(id[place] ?? '', (counts.get(id[place] ?? '') ?? 0) + 1)
      expect(Math.max(...counts.values())).toBeLessThan(45)
      expect(counts.size).toBeGreaterThan(28)
    }
    const shared = ids.flatMap((id, index) => ids.slice(index + 1).map(other => commonStart(id, other)))
    expect(Math.max(...shared)).toBeLessThan(10)
  })

  it('F4: nobody chooses the id of a ticket', async () => {
    const { browser, fetch } = start()
    const chosen = '0123456789ABCDEFGHJKMNPQRS'
    for (const field of ['id', 'ticket', 'ticket_id', 'qr_id', 'uuid', 'state', 'secret']) {
      expect((await browser.create({ [field]: chosen })).body.code).toBe('invalid_request')
    }
    const asked = await fetch(`/v1/tickets?id=${chosen}`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', 'x-request-id': chosen, cookie: `scanlogin-id=${chosen}` },
    })
    expect(await asked.json()).not.toMatchObject({ id: chosen })
    expect((await fetch(`/v1/tickets/${chosen}`, { method: 'PUT' })).status).toBe(405)
  })

  it('F5 and T20: who confirms is whose credentials came with the call, whatever the body says', async () => {
    const { browser, fetch } = start({ handler: { authenticate: request => userOf(request) } })
    const { qr, id } = (await browser.create()).body
    const call = (path: string, body: object) => {
      const headers = { 'content-type': 'application/json', authorization: 'Bearer app-token-of-mallory' }
      return fetch(path, { method: 'POST', body: JSON.stringify(body), headers })
    }
    for (const forged of ['user', 'sub', 'user_id', 'phone', 'openid', 'email', '__proto__']) {
      const body = JSON.parse(`{"qr": "${qr?.url}", "${forged}": {"id": "alice"}}`)
      expect((await call('/v1/scan', body)).status).toBe(400)
    }
    const scanned = await (await call('/v1/scan', { qr: qr?.url })).json()
    for (const forged of ['user', 'sub', 'phone']) {
      const body = { scan_token: scanned.scan_token, [forged]: 'alice' }
      expect((await call(`/v1/tickets/${id}/confirm`, body)).status).toBe(400)
    }
    expect((await call(`/v1/tickets/${id}/confirm`, { scan_token: scanned.scan_token })).status).toBe(200)
    expect((await browser.redeem()).body.user).toEqual({ id: 'mallory' })
  })

  it('F5: a scan token does not work on the phone of somebody else', async () => {
    const { browser, fetch } = start({ handler: { authenticate: request => userOf(request) } })
    const { qr, id } = (await browser.create()).body
    const call = (user: string, path: string, body: object) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer app-token-of-${user}` }
      return fetch(path, { method: 'POST', body: JSON.stringify(body), headers })
    }
    const { scan_token } = await (await call('alice', '/v1/scan', { qr: qr?.url })).json()
    for (const verb of ['confirm', 'deny']) {
      expect((await call('mallory', `/v1/tickets/${id}/${verb}`, { scan_token })).status).toBe(409)
    }
    expect((await browser.read()).body.state).toBe('scanned')
  })

  it('F6: nothing of the person is told before the session, but a masked name that can be switched off', async () => {
    for (const showScanner of [true, false]) {
      const { browser, phone } = start({ handler: { showScanner } })
      await browser.create()
      await phone.scan(browser.ticket.qr.url)
      await phone.confirm()
      const { body, text } = await browser.read()
      expect(body.scanned_by).toEqual(showScanner ? { name: 'A•••' } : undefined)
      for (const secret of [phone.user?.id ?? '', 'Example', 'lice']) expect(text).not.toContain(secret)
    }
  })
})

describe('an attacker', () => {
  it('T2: who sends a picture of the code has twenty seconds', async () => {
    const { browser, phone, clock } = start()
    await browser.create()
    for (const step of [0, 3, 7]) {
      const picture = await browser.draw(step * 10)
      await clock.advance(step * 10_000 - (clock.now() - Date.UTC(2030, 0, 1)))
      expect((await phone.scan(picture)).status).toBe(200)
      await clock.advance(10_000)
      expect((await phone.scan(picture)).status).toBe(200)
      await clock.advance(10_000)
      expect((await phone.scan(picture)).body.code).toBe('stale_qr')
    }
  })

  it('T2: who has read many codes cannot make the next one', async () => {
    const { browser, phone } = start()
    const { id } = (await browser.create()).body
    const macs = await Promise.all([0, 10, 20, 30].map(async age => (await browser.draw(age)).split('.').at(-1)))
    expect(new Set(macs).size).toBe(4)
    for (const mac of macs.slice(1)) expect((await phone.scan(`${id}.0.${mac}`)).body.code).toBe('stale_qr')
  })

  it('T6: who replays a decision gets the answer again, and no second sign-in', async () => {
    const { browser, phone } = start()
    await confirm(browser, phone)
    const before = (await browser.read()).body.version
    for (let i = 0; i < 50; i++) expect((await phone.confirm()).body).toEqual({ state: 'confirmed' })
    expect((await browser.read()).body.version).toBe(before)
    await browser.redeem()
    expect((await phone.confirm()).body).toEqual({ state: 'redeemed' })
  })

  it.each(['ticket_expired', 'ticket_denied', 'ticket_cancelled'])('T7: nobody confirms past %s', async code => {
    const { browser, phone, clock } = start()
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    if (code === 'ticket_expired') await clock.advance(300_000)
    if (code === 'ticket_denied') await phone.deny()
    if (code === 'ticket_cancelled') await browser.cancel()
    const shown = await browser.draw(code === 'ticket_expired' ? 300 : 0)
    for (const reply of [await phone.confirm(), await phone.scan(shown), await browser.redeem()]) {
      expect([reply.status, reply.body.code]).toEqual([410, code])
    }
  })

  it('T8: "not me", then Back, then "sign in" stays "not me"', async () => {
    const { browser, phone } = start()
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await phone.deny()
    expect((await phone.confirm()).body.code).toBe('ticket_denied')
    expect((await browser.redeem()).headers.getSetCookie()).toEqual([])
  })

  it('T9: a page cannot make a signed-in phone decide', async () => {
    const authenticate = (request: Request) =>
      request.headers.get('cookie') === 'app=alice' ? { id: 'alice' } : undefined
    const { browser, fetch } = start({ handler: { authenticate } })
    const { qr, id } = (await browser.create()).body
    const body = JSON.stringify({ qr: qr?.url })
    const json = { 'content-type': 'application/json' }
    const cookie = { cookie: 'app=alice' }
    const own = { origin: 'https://id.example.com' }
    const forgeries: Record<string, string>[] = [
      { ...cookie, ...json },
      { ...cookie, ...json, origin: 'https://evil.example' },
      { ...cookie, ...json, origin: 'null' },
      { ...cookie, ...json, 'sec-fetch-site': 'cross-site' },
      { ...cookie, ...json, 'sec-fetch-site': 'same-site' },
      { ...cookie, ...json, 'sec-fetch-site': 'none' },
      { ...cookie, ...json, referer: 'https://id.example.com/s' },
      { ...cookie, 'content-type': 'text/plain', ...own },
      { ...cookie, 'content-type': 'application/x-www-form-urlencoded', ...own },
      { ...cookie, 'content-type': 'multipart/form-data; boundary=x', ...own },
    ]
    for (const headers of forgeries) {
      for (const path of ['/v1/scan', `/v1/tickets/${id}/confirm`, `/v1/tickets/${id}/deny`]) {
        const reply = await fetch(path, { method: 'POST', body, headers })
        expect([400, 403], JSON.stringify(headers)).toContain(reply.status)
      }
    }
    expect((await fetch(`/v1/scan?${new URLSearchParams({ qr: qr?.url ?? '' })}`, { headers: cookie })).status).toBe(
      405,
    )
    expect((await browser.read()).body.state).toBe('pending')
    expect((await fetch('/v1/scan', { method: 'POST', body, headers: { ...cookie, ...json, ...own } })).status).toBe(
      200,
    )
  })

  it('T11: no address that is not on the list to the letter is ever returned to', async () => {
    const listed = 'https://shop.example.com/back?next=1'
    const client = { name: 'Shop', origin: 'https://shop.example.com', returnTo: [listed] }
    const { browser } = start({ handler: { clients: { shop: client }, signIn: () => ({}) } })
    for (const return_to of returnAddresses) {
      for (const client_id of ['shop', undefined]) {
        const reply = await browser.create({ return_to, ...(client_id && { client_id }) })
        expect([reply.status, reply.body.code], return_to).toEqual([400, 'invalid_request'])
        expect(reply.text).not.toContain('evil')
      }
    }
    expect((await browser.create({ return_to: listed })).status).toBe(400)
    expect((await browser.create({ return_to: listed, client_id: 'shop' })).status).toBe(201)
  })

  it.each(Object.entries(payloads))('T12: a name that is %s reaches nobody as such', async (_, payload) => {
    const { newBrowser, phone } = start()
    const browser = newBrowser({ headers: { 'user-agent': payload.replace(/[^\x20-\x7e]/g, '?') } })
    await browser.create()
    const { id } = phone.user ?? {}
    const body = { qr: browser.ticket.qr.url, user: { id, name: payload.slice(0, 255) } }
    const scan = await phone.call<ScannedResource>('POST', '/scan', { body })
    expect(scan.status).toBe(200)
    const known = /^(unknown|Chrome|Firefox|Safari|WeChat|curl|Windows|Linux|Android)$/
    for (const claim of Object.values(scan.body.context?.claimed ?? {})) expect(claim).toMatch(known)
    const path = `/tickets/${browser.ticket.id}/confirm`
    await phone.call('POST', path, { body: { scan_token: scan.body.scan_token } })
    const masked = (await browser.read()).body.scanned_by?.name ?? ''
    const shown = (await browser.redeem()).body.user?.name ?? ''
    for (const text of [masked, shown]) {
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/u)
      expect([...text].length).toBeLessThanOrEqual(72)
    }
  })

  it('T13: an unknown id, a wrong secret and no secret look the same, header by header', async () => {
    const { browser, stranger, fetch } = start()
    const { id } = (await browser.create()).body
    await stranger.browser.create()
    const ask = async (target: string | undefined, headers: Record<string, string>) => {
      const reply = await fetch(`/v1/tickets/${target}`, { headers })
      return [reply.status, [...reply.headers], await reply.text()]
    }
    const expected = await ask('0123456789ABCDEFGHJKMNPQRS', {})
    for (const headers of [{}, { authorization: `Bearer ${stranger.browser.secret}` }, { authorization: 'Bearer x' }]) {
      expect(await ask(id, headers)).toEqual(expected)
      expect(await ask(id?.toLowerCase(), headers)).toEqual(expected)
    }
  })

  it('T15: no cookie or token from before the sign-in is worth anything after it', async () => {
    const { browser, phone, fetch } = start()
    const { id } = (await browser.create()).body
    const before = new Map(browser.cookies)
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    await browser.redeem()
    const session = browser.cookies.get('__Host-scanlogin-session') ?? ''
    expect(session).toMatch(/^[\w-]{43}$/)
    const asks = (cookie: string) => fetch('/v1/session', { headers: { cookie } })
    expect((await asks(`__Host-scanlogin-session=${session}`)).status).toBe(200)
    for (const old of [...before.values(), id, phone.scanned.scan_token]) {
      expect((await asks(`__Host-scanlogin-session=${old}`)).status).toBe(401)
      expect((await fetch('/v1/session', { headers: { authorization: `Bearer ${old}` } })).status).toBe(401)
    }
    // A neighbour on a subdomain can set cookies without the prefix, and a second one of a name.
    expect((await asks(`scanlogin-session=${session}`)).status).toBe(401)
    expect((await asks(`__Host-scanlogin-session=x; __Host-scanlogin-session=${session}`)).status).toBe(401)
    expect((await asks(`__Host-scanlogin-session=${session}; __Host-scanlogin-session=x`)).status).toBe(401)
  })

  it('T15: a session planted before the sign-in is replaced by it', async () => {
    const { browser, stranger, phone } = start()
    await stranger.browser.create()
    await stranger.phone.scan(stranger.browser.ticket.qr.url)
    await stranger.phone.confirm()
    await stranger.browser.redeem()
    const planted = stranger.browser.cookies.get('__Host-scanlogin-session') ?? ''
    browser.cookies.set('__Host-scanlogin-session', planted)
    await confirm(browser, phone)
    await browser.redeem()
    expect(browser.cookies.get('__Host-scanlogin-session')).not.toBe(planted)
    expect((await browser.call<{ user: { id: string } }>('GET', '/session')).body.user?.id).toBe(phone.user?.id)
  })

  it('T6: a repeated redeem does not bring back a session that was signed out of', async () => {
    const { browser, phone, fetch } = start()
    await confirm(browser, phone)
    await browser.redeem()
    const token = browser.cookies.get('__Host-scanlogin-session') ?? ''
    const out = await browser.call('DELETE', '/session')
    expect([out.status, browser.cookies.has('__Host-scanlogin-session')]).toEqual([204, false])
    expect((await browser.redeem()).body.code).toBe('already_redeemed')
    const cookie = `__Host-scanlogin-session=${token}`
    expect((await fetch('/v1/session', { headers: { cookie } })).status).toBe(401)
  })

  it('T9: a foreign page cannot sign a browser out', async () => {
    const { browser, phone } = start()
    await confirm(browser, phone)
    await browser.redeem()
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }]) {
      expect((await browser.call('DELETE', '/session', { headers })).status).toBe(403)
    }
    expect((await browser.call('GET', '/session')).status).toBe(200)
  })

  it('T17: a script tag of another site gets neither a script nor an answer', async () => {
    const { browser, fetch } = start()
    const { id } = (await browser.create()).body
    const cookie = [...browser.cookies].map(pair => pair.join('=')).join('; ')
    for (const query of ['', '?callback=steal', '?jsonp=steal&_=1']) {
      const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script', cookie, accept: '*/*' }
      const reply = await fetch(`/v1/tickets/${id}${query}`, { headers })
      expect(reply.headers.get('content-type')).toBe('application/json')
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
      expect(reply.headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(reply.headers.get('access-control-allow-origin')).toBeNull()
      expect(await reply.text()).not.toContain('steal')
    }
  })
})

const everyCall = [
  ['GET', ''],
  ['GET', '?since=0&wait=0'],
  ['POST', '/verify'],
  ['POST', '/redeem'],
  ['DELETE', ''],
] as const

function bodyFor(method: string): { body?: object } {
  return method === 'POST' ? { body: {} } : {}
}

function jsonFor(method: string): RequestInit {
  return method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}
}

async function confirm(browser: ScriptedBrowser, phone: ScriptedPhone): Promise<string> {
  await browser.create()
  await phone.scan(browser.ticket.qr.url)
  await phone.confirm()
  return browser.ticket.id
}

/** What an app's own check of its token would say. */
function userOf(request: Request): { id: string } | undefined {
  const id = /^Bearer app-token-of-(\w+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  return id === undefined ? undefined : { id }
}

function commonStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}
