import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { authenticateByToken } from './access-token.ts'

const issuer = 'https://app.example.com'
const audience = 'scanlogin'

let keys: { publicKey: CryptoKey; privateKey: CryptoKey }
let otherKeys: { publicKey: CryptoKey; privateKey: CryptoKey }
let jwks: unknown

beforeAll(async () => {
  keys = await generateKeyPair('ES256', { extractable: true })
  otherKeys = await generateKeyPair('ES256', { extractable: true })
  jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] }
})

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
})

describe('an access token', () => {
  it('says whose phone it is', async () => {
    const { userOf } = await start()
    const picture = 'https://app.example.com/alice.png'
    const user = { id: 'alice', name: 'Alice', avatar: picture }
    expect(await userOf(await sign({ name: 'Alice', picture }))).toEqual(user)
  })

  it('is read without regard to the case of "Bearer"', async () => {
    const { authenticate } = await start()
    const headers = { authorization: `bearer ${await sign({})}` }
    expect(await authenticate(new Request('http://localhost/', { headers }))).toEqual({ id: 'alice' })
  })

  it.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', undefined])('may be of the type %s', async typ => {
    const { userOf } = await start()
    expect(await userOf(await sign({}, { typ }))).toEqual({ id: 'alice' })
  })

  it('is let off half a minute of clock skew, not more', async () => {
    const { userOf } = await start()
    expect(await userOf(await sign({ exp: now() - 20 }))).toEqual({ id: 'alice' })
    expect(await userOf(await sign({ exp: now() - 40 }))).toBeUndefined()
    expect(await userOf(await sign({ nbf: now() + 20 }))).toEqual({ id: 'alice' })
    expect(await userOf(await sign({ nbf: now() + 40 }))).toBeUndefined()
  })

  it.each<[what: string, token: () => Promise<string> | string]>([
    ['is unsigned', unsigned],
    ['is signed with the public key as a shared secret', signedWithThePublicKey],
    ['is signed with another key', () => sign({}, { key: otherKeys.privateKey })],
    ['names a key that the issuer does not have', () => sign({}, { kid: 'k2', key: otherKeys.privateKey })],
    ['names a file in place of a key', () => sign({}, { kid: '../../dev/null', key: otherKeys.privateKey })],
    ['has expired', () => sign({ exp: now() - 3600 })],
    ['never expires', () => sign({ exp: undefined })],
    ['is not valid yet', () => sign({ nbf: now() + 3600 })],
    ['comes from another issuer', () => sign({ iss: 'https://evil.example.com' })],
    ['comes from nobody', () => sign({ iss: undefined })],
    ['is meant for somebody else', () => sign({ aud: 'shop' })],
    ['is meant for nobody', () => sign({ aud: undefined })],
    ['names no user', () => sign({ sub: undefined })],
    ['names an empty user', () => sign({ sub: '' })],
    ['names a user of 256 characters', () => sign({ sub: 'a'.repeat(256) })],
    ['has a user that is not text', () => sign({ sub: 7 as unknown as string })],
    ['has an altered claim', async () => altered(await sign({}))],
    ['is cut short', async () => (await sign({})).slice(0, -4)],
    ['is a proof of possession', () => sign({}, { typ: 'dpop+jwt' })],
    ['is an order to sign out', () => sign({}, { typ: 'logout+jwt' })],
    ['has a type that only begins like the right one', () => sign({}, { typ: 'at+jwt; x' })],
    ['has a type that is not text', () => sign({}, { typ: ['JWT'] as unknown as string })],
    ['is not a token', () => 'not.a.token'],
    ['has 100 KB', () => sign({ name: 'x'.repeat(100_000) })],
  ])("is nobody's where it %s", async (_, token) => {
    const { userOf } = await start()
    expect(await userOf(await token())).toBeUndefined()
    // The same server still knows who is right.
    expect(await userOf(await sign({}))).toEqual({ id: 'alice' })
  })

  it("is nobody's where there is none", async () => {
    const { authenticate, asked } = await start()
    expect(await authenticate(new Request('http://localhost/'))).toBeUndefined()
    const headers = { authorization: 'Basic YWxpY2U6c2VjcmV0' }
    expect(await authenticate(new Request('http://localhost/', { headers }))).toBeUndefined()
    expect(asked()).toBe(0)
  })
})

describe('an access token in a cookie', () => {
  it('counts where the cookie has been named', async () => {
    const { authenticate } = await start({ cookie: 'app-token' })
    const headers = { cookie: `a=1; app-token=${await sign({})}; b=2` }
    expect(await authenticate(new Request('http://localhost/', { headers }))).toEqual({ id: 'alice' })
  })

  it('does not count where none has been named', async () => {
    const { authenticate } = await start()
    const headers = { cookie: `app-token=${await sign({})}` }
    expect(await authenticate(new Request('http://localhost/', { headers }))).toBeUndefined()
  })

  it('does not count where there are two of that name', async () => {
    const { authenticate } = await start({ cookie: 'app-token' })
    const token = await sign({})
    const headers = { cookie: `app-token=${token}; app-token=${token}` }
    expect(await authenticate(new Request('http://localhost/', { headers }))).toBeUndefined()
  })
})

describe('an issuer that cannot be asked', () => {
  const outage = { code: 'store_unavailable', status: 503 }

  it('is an outage, not a wrong token, and forgotten once it is back', async () => {
    const { userOf, answer } = await start({ answer: { status: 503, body: 'down' } })
    await expect(userOf(await sign({}))).rejects.toMatchObject(outage)
    answer({ status: 200, body: JSON.stringify(jwks) })
    expect(await userOf(await sign({}))).toEqual({ id: 'alice' })
  })

  it('is an outage where nothing listens', async () => {
    const authenticate = authenticateByToken({ issuer, audience, jwksUrl: 'http://127.0.0.1:9/jwks' })
    const headers = { authorization: `Bearer ${await sign({})}` }
    await expect(authenticate(new Request('http://localhost/', { headers }))).rejects.toMatchObject(outage)
  })

  it.each([
    ['HTML', '<html>Please sign in</html>'],
    ['JSON that holds no keys', '{"error": "not now"}'],
  ])('is an outage where it answers with %s', async (_, body) => {
    const { userOf } = await start({ answer: { status: 200, body } })
    await expect(userOf(await sign({}))).rejects.toMatchObject(outage)
  })

  it('is asked once for many phones, and its keys are kept', async () => {
    const { userOf, asked } = await start()
    const token = await sign({})
    await Promise.all(Array.from({ length: 20 }, () => userOf(token)))
    await userOf(token)
    expect(asked()).toBe(1)
  })

  it('is not asked again for each token with an unknown key', async () => {
    const { userOf, asked } = await start()
    await userOf(await sign({}))
    for (let i = 0; i < 20; i++) await userOf(await sign({}, { kid: `unknown ${i}`, key: otherKeys.privateKey }))
    expect(asked()).toBe(1)
  })
})

interface IssuerAnswer {
  status: number
  body: string
}

async function start({ cookie, answer }: { cookie?: string; answer?: IssuerAnswer } = {}) {
  let current = answer ?? { status: 200, body: JSON.stringify(jwks) }
  let asked = 0
  const server = createServer((_, response) => {
    asked++
    response.writeHead(current.status, { 'content-type': 'application/json' }).end(current.body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
  const authenticate = authenticateByToken({ issuer, audience, jwksUrl, cookie })
  return {
    authenticate,
    userOf: (token: string) =>
      authenticate(new Request('http://localhost/v1/scan', { headers: { authorization: `Bearer ${token}` } })),
    answer(next: IssuerAnswer) {
      current = next
    },
    asked: () => asked,
  }
}

type Claims = { [name in keyof JWTPayload]: JWTPayload[name] | undefined }

function claims(given: Claims): JWTPayload {
  const all = { iss: issuer, aud: audience, sub: 'alice', exp: now() + 300, ...given }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

interface Signing {
  kid?: string
  key?: CryptoKey
  typ?: string | undefined
}

function sign(given: Claims, { kid = 'k1', key = keys.privateKey, typ }: Signing = {}): Promise<string> {
  const header = { alg: 'ES256', kid, ...(typ !== undefined && { typ }) }
  return new SignJWT(claims(given)).setProtectedHeader(header).sign(key)
}

function unsigned(): string {
  return `${segment({ alg: 'none' })}.${segment(claims({}))}.`
}

async function signedWithThePublicKey(): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(keys.publicKey))
  return new SignJWT(claims({})).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret)
}

function altered(token: string): string {
  const [header, , signature] = token.split('.')
  return [header, segment(claims({ sub: 'mallory' })), signature].join('.')
}

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
