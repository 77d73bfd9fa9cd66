/** Whatever stands where a token should: it is a refusal from the table, quickly, and never an outage. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Kind, origin, startWith, type World } from './signed-in.ts'

const kinds: Kind[] = ['stored', 'jwt']

/** What headers can carry, from random letters to tokens with a part of them exchanged. */
function texts(real: readonly string[]) {
  const mangled = fc
    .tuple(fc.constantFrom(...real), fc.nat(), fc.string({ minLength: 1, maxLength: 4 }))
    .map(([token, at, piece]) => splice(token, at % (token.length - 1), piece))
  const numbered = fc
    .tuple(fc.constantFrom(...real), fc.nat(2_000_000_000))
    .map(([token, n]) => token.replace(/~\d+~/, `~${n}~`))
  const odd = fc.constantFrom('', '~', '~~', '..', '.'.repeat(4000), `${'x'.repeat(43)}~0~${'x'.repeat(43)}`, 'null')
  const some = fc.oneof(fc.string({ maxLength: 200 }), mangled, numbered, odd)
  // What no header can carry does not get as far as us; and a whole real token is none of these.
  return some.map(text => text.replace(/[^\x21-\x7e]/g, '_')).filter(text => !real.includes(text))
}

/** Never at the last letter, some bits of which base64url does not look at. */
function splice(token: string, at: number, piece: string): string {
  return token.slice(0, at) + piece + token.slice(at + 1)
}

async function signedIn(kind: Kind): Promise<World & { real: string[] }> {
  const world = startWith(kind)
  await world.signIn()
  const real = [...world.browser.cookies].filter(([name]) => /session|access/.test(name)).map(([, value]) => value)
  return { ...world, real }
}

const calls = [
  ['GET', '/v1/session'],
  ['POST', '/v1/session'],
  ['GET', '/v1/sessions'],
  ['DELETE', '/v1/sessions'],
] as const

describe.each(kinds)('nonsense in place of a token (%s)', kind => {
  it('is nobody, in a cookie and in the header, and does no harm to the session it resembles', async () => {
    const { fetch, real, browser, failures } = await signedIn(kind)
    await fc.assert(
      fc.asyncProperty(texts(real), fc.constantFrom(...calls), async (text, [method, path]) => {
        const cookies = ['session', 'access'].map(name => `__Host-scanlogin-${name}=${text.replace(/[;,]/g, '_')}`)
        for (const proof of [{ authorization: `Bearer ${text}` }, { cookie: cookies.join('; ') }]) {
          const reply = await fetch(path, { method, headers: { origin, ...proof } })
          expect([401, 403], `${method} ${path} ${JSON.stringify(proof)}`).toContain(reply.status)
          expect(reply.headers.getSetCookie()).toEqual([])
          expect(await reply.text()).not.toContain(text.length > 8 ? text : 'Bearer')
        }
      }),
      { numRuns: 150 },
    )
    expect((await browser.call('GET', '/session')).status).toBe(200)
    expect((await browser.call('POST', '/session')).status).toBe(200)
    expect(failures).toEqual([])
  })

  it('ends nothing where it is signed out with', async () => {
    const { fetch, real, browser } = await signedIn(kind)
    await fc.assert(
      fc.asyncProperty(texts(real), async text => {
        const headers = { origin, authorization: `Bearer ${text}` }
        expect((await fetch('/v1/session', { method: 'DELETE', headers })).status).toBe(204)
      }),
      { numRuns: 100 },
    )
    expect((await browser.call('GET', '/session')).status).toBe(200)
  })

  it('is refused in the words of OAuth by the exchange', async () => {
    const clients = { app: { name: 'App', origin: 'https://app.example.com', returnTo: ['https://app.example.com/'] } }
    const { fetch, failures } = startWith(kind, { handler: { clients } })
    const names = ['grant_type', 'code', 'refresh_token', 'redirect_uri', 'code_verifier', 'client_id', 'client_secret']
    const values = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.constantFrom('authorization_code', 'refresh_token', 'app'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 9 }), async fields => {
        const reply = await fetch('/v1/token', { method: 'POST', body: new URLSearchParams(fields) })
        expect([400, 401]).toContain(reply.status)
        expect((await reply.json()).error).toMatch(/^(invalid_(client|request|grant)|unsupported_grant_type)$/)
      }),
      { numRuns: 200 },
    )
    expect(failures).toEqual([])
  })
})
