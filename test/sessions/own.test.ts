/** The browser's own session over HTTP: its cookies, its renewal, its end, and what foreign pages cannot do with it. */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { LoginError } from '../../packages/scanlogin/src/index.ts'
import { confirm, type Kind, origin, startWith } from './signed-in.ts'

const kinds: Kind[] = ['stored', 'jwt']
const session = '__Host-scanlogin-session'
const access = '__Host-scanlogin-access'

describe.each(kinds)('a session (%s)', kind => {
  it('is a cookie that no script and no other host gets to see', async () => {
    const { signIn } = startWith(kind)
    const reply = await signIn()
    const cookies = reply.headers.getSetCookie()
    expect(cookies).toHaveLength(kind === 'jwt' ? 2 : 1)
    for (const cookie of cookies) {
      expect(cookie).toMatch(
        /^__Host-scanlogin-(session|access)=[\w.~-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
      )
      expect(reply.text).not.toContain(cookie.split(/[=;]/)[1])
    }
  })

  it('is told to who proves itself by Authorization, and sets no cookie', async () => {
    const { signIn, fetch } = startWith(kind, { proof: 'bearer' })
    const { body, headers } = await signIn()
    expect(headers.getSetCookie()).toEqual([])
    const told = body.session as Record<string, string>
    const tokens = kind === 'jwt' ? [told.token, told.access_token] : [told.token]
    for (const token of tokens) {
      const reply = await fetch('/v1/session', { headers: { authorization: `Bearer ${token}` } })
      expect([reply.status, (await reply.json()).user.id]).toEqual([200, body.user?.id])
    }
  })

  it('is renewed by the browser that has it', async () => {
    const { signIn, browser, clock } = startWith(kind)
    await signIn()
    const before = browser.cookies.get(session)
    await clock.advance(300_000)
    const reply = await browser.call('POST', '/session')
    expect(reply.status).toBe(200)
    if (kind === 'jwt') expect(browser.cookies.get(session)).not.toBe(before)
    else expect(browser.cookies.get(session)).toBe(before)
    expect((await browser.call('GET', '/session')).status).toBe(200)
  })

  it('says for how long it lives, used and unused', async () => {
    const { signIn, browser } = startWith(kind)
    await signIn()
    const { body } = await browser.call<{ session: object }>('GET', '/session')
    expect(body.session).toEqual({ expires_in: 28_800, idle_expires_in: 1800 })
  })

  it('ends with the sign-out, also when that is repeated', async () => {
    const { signIn, browser, fetch } = startWith(kind)
    await signIn()
    const cookie = [...browser.cookies].map(pair => pair.join('=')).join('; ')
    const reply = await browser.call('DELETE', '/session')
    expect([reply.status, [...browser.cookies.keys()].filter(name => name === session || name === access)]).toEqual([
      204,
      [],
    ])
    expect((await fetch('/v1/session', { headers: { cookie } })).status).toBe(401)
    expect((await fetch('/v1/session', { method: 'POST', headers: { cookie, origin } })).status).toBe(401)
    expect((await fetch('/v1/session', { method: 'DELETE', headers: { cookie, origin } })).status).toBe(204)
    expect((await fetch('/v1/session', { method: 'DELETE', headers: { origin } })).status).toBe(204)
  })

  it('is a new one at each sign-in, and the one before it in this browser ends', async () => {
    const { signIn, browser, fetch } = startWith(kind)
    await signIn()
    const first = browser.cookies.get(session)
    await signIn()
    const second = browser.cookies.get(session)
    expect(second).not.toBe(first)
    expect((await fetch('/v1/session', { headers: { cookie: `${session}=${first}` } })).status).toBe(401)
    expect((await browser.call('GET', '/session')).status).toBe(200)
    expect((await browser.redeem()).status).toBe(200)
    expect((await browser.call('GET', '/session')).status).toBe(200)
  })

  it('never is what somebody has planted before the sign-in', async () => {
    const { signIn, browser, stranger, fetch } = startWith(kind)
    await signIn(stranger.browser, stranger.phone)
    const planted = stranger.browser.cookies.get(session) ?? ''
    browser.cookies.set(session, planted)
    const { body } = await signIn()
    const reply = await browser.call<{ user: { id: string } }>('GET', '/session')
    expect(reply.body.user?.id).toBe(body.user?.id)
    expect((await fetch('/v1/session', { headers: { cookie: `${session}=${planted}` } })).status).toBe(401)
  })

  it('is nobody where there are two cookies of one name', async () => {
    const { signIn, browser, fetch } = startWith(kind)
    await signIn()
    const token = browser.cookies.get(session)
    const cookie = `${session}=${token}; ${session}=${token}`
    expect((await fetch('/v1/session', { headers: { cookie } })).status).toBe(401)
  })

  it('cannot be changed by a foreign page, nor by one that does not say which it is', async () => {
    const { signIn, browser, fetch } = startWith(kind)
    await signIn()
    const cookie = [...browser.cookies].map(pair => pair.join('=')).join('; ')
    const { sessions = [] } = (await browser.call<{ sessions: { id: string }[] }>('GET', '/sessions')).body
    const calls: [string, string][] = [
      ['POST', '/v1/session'],
      ['DELETE', '/v1/session'],
      ['DELETE', '/v1/sessions'],
      ['DELETE', `/v1/sessions/${sessions[0]?.id}`],
      ['POST', '/v1/sessions/end'],
    ]
    const pages: Record<string, string>[] = [
      { origin: 'https://evil.example.com' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      {},
    ]
    for (const [method, path] of calls) {
      for (const headers of pages) {
        const reply = await fetch(path, { method, headers: { cookie, 'content-type': 'application/json', ...headers } })
        expect([reply.status, (await reply.json()).code], `${method} ${path} ${JSON.stringify(headers)}`).toEqual([
          403,
          'forbidden',
        ])
      }
    }
    expect((await browser.call('GET', '/session')).status).toBe(200)
    expect(browser.cookies.has(session)).toBe(true)
  })

  it('is not given to an account that was locked after the phone confirmed, and the ticket is none the worse', async () => {
    let open = false
    const { browser, phone } = startWith(kind, { handler: { accountAvailable: () => open } })
    await browser.create()
    await confirm(browser, phone)
    const reply = await browser.redeem()
    expect([reply.status, reply.body.code]).toEqual([403, 'account_unavailable'])
    expect(reply.headers.getSetCookie()).toEqual([])
    expect((await browser.read()).body.state).toBe('confirmed')
    open = true
    expect((await browser.redeem()).status).toBe(200)
  })

  it('is given to nobody while accounts cannot be asked for', async () => {
    const accountAvailable = () => {
      throw new LoginError('store_unavailable')
    }
    const { browser, phone } = startWith(kind, { handler: { accountAvailable } })
    await browser.create()
    await confirm(browser, phone)
    expect((await browser.redeem()).status).toBe(503)
    expect((await browser.read()).body.state).toBe('confirmed')
  })

  it('is not renewed for an account that was locked', async () => {
    let open = true
    const { signIn, browser } = startWith(kind, { handler: { accountAvailable: () => open } })
    await signIn()
    open = false
    expect((await browser.call('POST', '/session')).body).toMatchObject({ code: 'account_unavailable' })
    open = true
    expect((await browser.call('POST', '/session')).status).toBe(200)
  })

  it('is neither confirmed nor denied while the store is away, and is there when it is back', async () => {
    const { signIn, browser, store, clock } = startWith(kind)
    const { get } = store
    await signIn()
    const cookies = [...browser.cookies]
    store.get = async () => {
      throw new LoginError('store_unavailable')
    }
    // More often than it takes for the store to be left alone.
    for (let n = 0; n < 8; n++) {
      for (const [method, path] of [
        ['GET', '/session'],
        ['POST', '/session'],
        ['DELETE', '/session'],
        ['GET', '/sessions'],
      ] as const) {
        const reply = await browser.call(method, path)
        expect([method, path, reply.status, reply.headers.getSetCookie()]).toEqual([method, path, 503, []])
      }
    }
    expect([...browser.cookies]).toEqual(cookies)
    store.get = get
    await clock.advance(2000)
    expect((await browser.call('GET', '/session')).status).toBe(200)
  })
})

describe('a signed session', () => {
  it('can be checked with the keys at the well-known address, which anybody may fetch and keep', async () => {
    const { signIn, browser, fetch, clock, phone } = startWith('jwt')
    await signIn()
    const reply = await fetch('/.well-known/jwks.json')
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-type': 'application/jwk-set+json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    })
    const keys: JSONWebKeySet = await reply.json()
    const rules = { issuer: origin, audience: origin, currentDate: new Date(clock.now()) }
    const { payload } = await jwtVerify(browser.cookies.get(access) ?? '', createLocalJWKSet(keys), rules)
    expect(payload.sub).toBe(phone.user?.id)
  })

  it('that nobody renews is still known by its lasting token', async () => {
    const { signIn, browser, clock } = startWith('jwt')
    await signIn()
    await clock.advance(301_000)
    browser.cookies.delete(access)
    expect((await browser.call('GET', '/session')).status).toBe(200)
  })

  it('whose token was copied ends for the thief and for the browser', async () => {
    const reuses: unknown[] = []
    const { signIn, browser, fetch, clock } = startWith('jwt', { options: { onReuse: reuse => reuses.push(reuse) } })
    await signIn()
    const stolen = browser.cookies.get(session)
    await browser.call('POST', '/session')
    await clock.advance(31_000)
    const thief = await fetch('/v1/session', { method: 'POST', headers: { cookie: `${session}=${stolen}`, origin } })
    expect(thief.status).toBe(401)
    expect((await browser.call('GET', '/session')).status).toBe(401)
    expect((await browser.call('POST', '/session')).status).toBe(401)
    expect(reuses).toHaveLength(1)
  })
})

describe('a site without signed sessions', () => {
  it('publishes no keys', async () => {
    const { fetch } = startWith('stored')
    expect((await fetch('/.well-known/jwks.json')).status).toBe(404)
  })
})
