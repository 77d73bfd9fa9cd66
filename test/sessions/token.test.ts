/** Other sites as clients: what their back ends get for a code, and all that a code is not good for. */
import { createHash, createHmac } from 'node:crypto'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { CodeResource, HandlerOptions, TokenResource } from '../../packages/scanlogin/src/http.ts'
import type { ScriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { confirm, type Kind, origin, startWith, type World } from './signed-in.ts'

const kinds: Kind[] = ['stored', 'jwt']
const secret = 'a-secret-of-the-shop-of-32-characters'
const returnTo = 'https://shop.example.com/signed-in'

const clients: NonNullable<HandlerOptions['clients']> = {
  shop: { name: 'Shop', origin: 'https://shop.example.com', returnTo: [returnTo], secretHash: hex(secret) },
  app: { name: 'App', origin: 'https://app.example.com', returnTo: ['https://app.example.com/'] },
}

/** The example of RFC 7636, appendix B. */
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const pkce = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }

function startShop(kind: Kind, handler: Partial<HandlerOptions> = {}) {
  const world = startWith(kind, { handler: { clients, ...handler } })
  return {
    ...world,
    /** A browser of the shop, all the way to its code. */
    async code(body: object = { client_id: 'shop', return_to: returnTo }, browser = world.browser) {
      await browser.create(body as Record<string, unknown>)
      await confirm(browser, world.phone)
      return redeemCode(browser)
    },
    exchange: (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      exchange(world, fields, headers),
  }
}

async function redeemCode(browser: ScriptedBrowser): Promise<Partial<CodeResource>> {
  const reply = await browser.call<CodeResource>('POST', `/tickets/${browser.ticket.id}/redeem`, { body: {} })
  expect(reply.headers.getSetCookie()).toEqual([])
  return reply.body
}

async function exchange({ fetch }: World, fields: Record<string, string>, headers: Record<string, string>) {
  const reply = await fetch('/v1/token', { method: 'POST', body: new URLSearchParams(fields), headers })
  const body: Partial<TokenResource> & { error?: string; error_description?: string } = await reply.json()
  return { status: reply.status, headers: reply.headers, body }
}

const forShop = { grant_type: 'authorization_code', redirect_uri: returnTo, client_id: 'shop', client_secret: secret }

describe.each(kinds)('another site (%s)', kind => {
  it('gets a code in place of a session, and for it who has signed in', async () => {
    const { code, exchange, phone, browser } = startShop(kind)
    const given = await code()
    expect(given).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), iss: origin, return_to: returnTo })
    const { status, body, headers } = await exchange({ ...forShop, code: given.code ?? '' })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ iss: origin, token_type: 'Bearer', user: { id: phone.user?.id } })
    expect(body.expires_in).toBe(kind === 'jwt' ? 300 : 28_800)
    expect([...browser.cookies.keys()].some(name => name.includes('session'))).toBe(false)
  })

  it('is given the same code when the answer was lost', async () => {
    const { code, browser, exchange } = startShop(kind)
    const first = await code()
    expect(await redeemCode(browser)).toEqual(first)
    expect((await exchange({ ...forShop, code: first.code ?? '' })).status).toBe(200)
  })

  it('may prove itself in the header, and send JSON', async () => {
    const { code, exchange, fetch, newBrowser } = startShop(kind)
    const { client_id: _, client_secret: __, ...fields } = forShop
    const authorization = `Basic ${btoa(`shop:${encodeURIComponent(secret)}`)}`
    expect((await exchange({ ...fields, code: (await code()).code ?? '' }, { authorization })).status).toBe(200)
    const body = JSON.stringify({ ...forShop, code: (await code(undefined, newBrowser())).code })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch('/v1/token', { method: 'POST', body, headers })).status).toBe(200)
  })

  it('has sixty seconds', async () => {
    const { code, exchange, clock, newBrowser } = startShop(kind)
    const first = await code()
    await clock.advance(59_999)
    expect((await exchange({ ...forShop, code: first.code ?? '' })).status).toBe(200)
    const second = await code(undefined, newBrowser())
    await clock.advance(60_000)
    expect((await exchange({ ...forShop, code: second.code ?? '' })).body.error).toBe('invalid_grant')
  })

  it('loses what it was given when the code comes back', async () => {
    const { code, exchange, fetch } = startShop(kind)
    const given = await code()
    const { body } = await exchange({ ...forShop, code: given.code ?? '' })
    const headers = { authorization: `Bearer ${body.access_token}` }
    expect((await fetch('/v1/session?client_id=shop', { headers })).status).toBe(200)
    expect((await exchange({ ...forShop, code: given.code ?? '' })).body.error).toBe('invalid_grant')
    expect((await fetch('/v1/session?client_id=shop', { headers })).status).toBe(401)
  })

  it('gets nothing out of a code that many exchange at once', async () => {
    const { code, exchange, fetch } = startShop(kind)
    const given = await code()
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => exchange({ ...forShop, code: given.code ?? '' })),
    )
    const tokens = replies.flatMap(({ body }) => body.access_token ?? [])
    expect(tokens.length).toBeLessThanOrEqual(1)
    for (const token of tokens) {
      const headers = { authorization: `Bearer ${token}` }
      expect((await fetch('/v1/session?client_id=shop', { headers })).status).toBe(401)
    }
  })

  it('gets nothing by the code of another site, for another address, or with another verifier', async () => {
    const { code, exchange, fetch } = startShop(kind)
    const given = await code({ client_id: 'shop', return_to: returnTo, ...pkce })
    const right = { ...forShop, code: given.code ?? '', code_verifier: verifier }
    const { redirect_uri: _, ...noAddress } = right
    const { code_verifier: __, ...noVerifier } = right
    const { client_secret: ___, ...noSecret } = right
    const wrong: [Record<string, string>, string][] = [
      [{ ...right, code: `${right.code.slice(0, -1)}x` }, 'invalid_grant'],
      [{ ...right, code: right.code.toLowerCase() }, 'invalid_grant'],
      [{ ...right, redirect_uri: `${returnTo}/` }, 'invalid_grant'],
      [noAddress, 'invalid_grant'],
      [noVerifier, 'invalid_grant'],
      [{ ...right, code_verifier: `${verifier}x` }, 'invalid_grant'],
      [{ ...right, code_verifier: pkce.code_challenge }, 'invalid_grant'],
      [{ ...noSecret, client_id: 'app' }, 'invalid_grant'],
      [{ ...right, client_id: 'app' }, 'invalid_client'],
      [noSecret, 'invalid_client'],
      [{ ...right, client_secret: 'wrong' }, 'invalid_client'],
      [{ ...right, client_secret: hex(secret) }, 'invalid_client'],
      [{ ...right, client_id: 'nobody' }, 'invalid_client'],
      [{ ...right, client_id: '__proto__' }, 'invalid_client'],
      [{ ...right, grant_type: 'password' }, 'unsupported_grant_type'],
      [{ ...right, grant_type: '' }, 'invalid_request'],
    ]
    for (const [fields, error] of wrong) {
      const reply = await exchange(fields)
      expect([reply.status, reply.body.error], JSON.stringify(fields)).toEqual([
        error === 'invalid_client' ? 401 : 400,
        error,
      ])
      expect(reply.body.access_token).toBeUndefined()
    }
    const twice = `${new URLSearchParams(right)}&code=${right.code}`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await fetch('/v1/token', { method: 'POST', body: twice, headers })).status).toBe(400)
    expect((await exchange(right)).status).toBe(200)
  })

  it('without a secret needs PKCE from the beginning', async () => {
    const { browser, code, exchange } = startShop(kind)
    const app = { client_id: 'app', return_to: 'https://app.example.com/' }
    expect((await browser.create(app)).status).toBe(400)
    const given = await code({ ...app, ...pkce })
    const fields = { grant_type: 'authorization_code', redirect_uri: app.return_to, client_id: 'app' }
    expect((await exchange({ ...fields, code: given.code ?? '' })).body.error).toBe('invalid_grant')
    expect((await exchange({ ...fields, code: given.code ?? '', code_verifier: verifier })).status).toBe(200)
  })

  it('is refused an account that was locked since', async () => {
    let open = true
    const { code, exchange } = startShop(kind, { accountAvailable: () => open })
    const given = await code()
    open = false
    expect((await exchange({ ...forShop, code: given.code ?? '' })).body.error).toBe('access_denied')
  })

  it('has a session that stands in the person’s list, and is no key to it', async () => {
    const { code, exchange, fetch, signIn, newBrowser } = startShop(kind)
    const own = newBrowser()
    await signIn(own)
    const { body } = await exchange({ ...forShop, code: (await code()).code ?? '' })
    const headers = { authorization: `Bearer ${body.access_token}` }
    expect((await fetch('/v1/session?client_id=shop', { headers })).status).toBe(200)
    for (const [method, path] of [
      ['GET', '/v1/sessions'],
      ['DELETE', '/v1/sessions'],
      ['DELETE', `/v1/sessions/${'x'.repeat(43)}`],
    ]) {
      expect((await fetch(path ?? '', { method: method ?? '', headers })).status).toBe(401)
    }
    const { sessions } = (await own.call<{ sessions: { id: string; client?: object }[] }>('GET', '/sessions')).body
    const shops = sessions?.find(({ client }) => client)
    expect(shops?.client).toEqual({ name: 'Shop' })
    await own.call('DELETE', `/sessions/${shops?.id}`)
    expect((await fetch('/v1/session?client_id=shop', { headers })).status).toBe(401)
  })

  it('holds a token that nobody can make of the code they saw go by', async () => {
    const { code, exchange, fetch } = startShop(kind)
    const given = (await code()).code ?? ''
    await exchange({ ...forShop, code: given })
    for (const guess of guessesFrom(given)) {
      const headers = { authorization: `Bearer ${guess}` }
      expect((await fetch('/v1/session?client_id=shop', { headers })).status).toBe(401)
    }
  })

  it('cannot be the person anywhere else with what it was given', async () => {
    const { code, exchange, fetch, sessions } = startShop(kind)
    const { body } = await exchange({ ...forShop, code: (await code()).code ?? '' })
    for (const token of [body.access_token ?? '', body.refresh_token ?? body.access_token ?? '']) {
      const own = { origin, authorization: `Bearer ${token}` }
      expect(await sessions.read(token)).toBeUndefined()
      for (const path of ['/v1/session', '/v1/session?client_id=app', '/v1/sessions']) {
        expect((await fetch(path, { headers: own })).status).toBe(401)
        for (const name of ['session', 'access']) {
          const headers = { origin, cookie: `__Host-scanlogin-${name}=${token}` }
          expect((await fetch(path, { headers })).status).toBe(401)
        }
      }
      // Renewing here would need no secret of the site's.
      expect((await fetch('/v1/session', { method: 'POST', headers: own })).status).toBe(401)
    }
    expect(await sessions.read(body.access_token ?? '', 'shop')).toBeDefined()
  })

  it('is not called by foreign pages', async () => {
    const { exchange } = startShop(kind)
    const { status } = await exchange({ ...forShop, code: 'x' }, { origin: 'https://evil.example.com' })
    expect(status).toBe(403)
  })
})

describe('a page of another site', () => {
  const from = { origin: 'https://shop.example.com' }
  const json = { ...from, 'content-type': 'application/json' }

  it('may begin, follow and collect a sign-in to its own site, without a cookie of ours', async () => {
    const { fetch, phone } = startShop('stored')
    const preflight = await fetch('/v1/tickets', { method: 'OPTIONS', headers: from })
    expect(preflight.headers.get('access-control-allow-origin')).toBe(from.origin)
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
    const body = JSON.stringify({ client_id: 'shop', return_to: returnTo, secret_in: 'body' })
    const created = await fetch('/v1/tickets', { method: 'POST', headers: json, body })
    const { id, secret, qr } = await created.json()
    const headers = { ...json, authorization: `Bearer ${secret}` }
    expect((await fetch(`/v1/tickets/${id}`, { headers })).headers.get('access-control-allow-origin')).toBe(from.origin)
    await phone.scan(qr.url)
    await phone.confirm()
    const collected = await fetch(`/v1/tickets/${id}/redeem`, { method: 'POST', headers, body: '{}' })
    expect([collected.status, Object.keys(await collected.json())]).toEqual([200, ['code', 'iss', 'return_to']])
  })

  it.each([{}, { client_id: 'app' }])('begins none in the name of anybody else: %j', async client => {
    const { fetch } = startShop('stored')
    const body = JSON.stringify({ ...client, secret_in: 'body', ...pkce })
    expect((await fetch('/v1/tickets', { method: 'POST', headers: json, body })).status).toBe(403)
  })

  it('does nothing with the cookies of a person who is signed in here', async () => {
    const { fetch, browser, signIn } = startShop('stored')
    await signIn()
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answers = ['DELETE /v1/session', 'DELETE /v1/sessions', 'POST /v1/session'].map(async call => {
      const [method = '', path = ''] = call.split(' ')
      return (await fetch(path, { method, headers: { ...from, cookie } })).status
    })
    expect(await Promise.all(answers)).toEqual([403, 403, 403])
    const list = await fetch('/v1/sessions', { headers: { ...from, cookie } })
    expect(list.headers.get('access-control-allow-credentials')).toBeNull()
    expect((await browser.call('GET', '/session')).status).toBe(200)
  })
})

describe('the signed token of another site', () => {
  it('is for that site, and is renewed by it alone', async () => {
    const { code, exchange, fetch, clock } = startShop('jwt')
    const { body } = await exchange({ ...forShop, code: (await code()).code ?? '' })
    const keys = createLocalJWKSet(await (await fetch('/.well-known/jwks.json')).json())
    const rules = { issuer: origin, audience: 'shop', currentDate: new Date(clock.now()) }
    await jwtVerify(body.access_token ?? '', keys, rules)
    const refresh_token = body.refresh_token ?? ''
    const renewal = { grant_type: 'refresh_token', refresh_token, client_id: 'shop', client_secret: secret }
    const { client_secret: _, ...others } = { ...renewal, client_id: 'app' }
    expect((await exchange(others)).body.error).toBe('invalid_grant')
    expect((await exchange({ ...renewal, refresh_token: `${refresh_token.slice(0, -1)}x` })).status).toBe(400)
    await clock.advance(300_000)
    const next = await exchange(renewal)
    await jwtVerify(next.body.access_token ?? '', keys, { ...rules, currentDate: new Date(clock.now()) })
    expect(next.body.refresh_token).not.toBe(refresh_token)
  })
})

describe('the list of clients', () => {
  it('holds hashes of secrets, and nothing that only looks like one', () => {
    for (const secretHash of [secret, '', 'ab', `${hex(secret)}0`]) {
      expect(() => startWith('stored', { handler: { clients: { shop: { ...shop(), secretHash } } } })).toThrow(
        TypeError,
      )
    }
  })
})

function shop() {
  return { name: 'Shop', origin: 'https://shop.example.com' }
}

/** What a stranger who knows how tokens are made, and has a code, could try. */
function guessesFrom(code: string): string[] {
  const key = Buffer.from(code, 'base64url')
  const labels = ['s1', 's2', 's2.', 's2.undefined', 'x1', '']
  return [code, ...labels.map(label => createHmac('sha256', key).update(label).digest('base64url'))]
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
