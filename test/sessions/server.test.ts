/** The standalone server with either kind of sessions, in a process of its own, as its configuration has it. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endServers, runServer, startServer } from '../server/server.ts'
import { apiKey } from '../start.ts'
import { confirm } from './signed-in.ts'

const folder = mkdtempSync(join(tmpdir(), 'scanlogin-keys-'))
const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))

afterEach(endServers)
afterAll(() => rmSync(folder, { recursive: true }))

async function serverWith(env: Record<string, string>) {
  const server = await startServer({ SCANLOGIN_API_KEY: apiKey, ...env })
  const url = `${server.url}/v1`
  const { browser, phone } = createActors({ url, apiKey, origin: server.origin })
  return {
    server,
    browser,
    phone,
    issuer: server.origin,
    keys: createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`)),
  }
}

function newKeys(name: string, ...args: string[]): string {
  const path = join(folder, name)
  writeFileSync(path, execFileSync(process.execPath, [main, 'keys', ...args]))
  return path
}

describe('the server', () => {
  it('signs with keys of its own where it is told to sign, and says that they end with it', async () => {
    const { server, browser, phone, issuer, keys } = await serverWith({ SCANLOGIN_SESSIONS: 'jwt' })
    await browser.create()
    await confirm(browser, phone)
    await browser.redeem()
    const { payload } = await jwtVerify(browser.cookies.get('scanlogin-access') ?? '', keys, {
      issuer,
      audience: issuer,
    })
    expect(payload.sub).toBe(phone.user?.id)
    expect(server.output()).toMatch(/the keys that sign sessions end with this process/)
    expect((await browser.call('POST', '/session')).status).toBe(200)
  })

  it.each([[], ['--alg', 'EdDSA']])('signs with the key that "keys" has printed %s', async (...args) => {
    const file = newKeys(`key${args.length}.json`, ...args)
    const audience = 'https://api.example.com'
    const env = { SCANLOGIN_SESSIONS: 'jwt', SCANLOGIN_SIGNING_KEYS: file, SCANLOGIN_SESSION_AUDIENCE: audience }
    const { server, browser, phone, issuer, keys } = await serverWith(env)
    await browser.create()
    await confirm(browser, phone)
    await browser.redeem()
    const token = browser.cookies.get('scanlogin-access') ?? ''
    const { protectedHeader } = await jwtVerify(token, keys, { issuer, audience })
    expect(protectedHeader.alg).toBe(args[1] ?? 'ES256')
    expect(server.output()).not.toMatch(/end with this process/)
  })

  it('exchanges a code with another site that its configuration names', async () => {
    const secret = 'a-secret-of-the-shop-of-32-characters'
    const returnTo = 'https://shop.example.com/in'
    const shop = { id: 'shop', name: 'Shop', origin: 'https://shop.example.com', return_to: [returnTo] }
    const file = join(folder, 'clients.json')
    const secretHash = createHash('sha256').update(secret).digest('hex')
    writeFileSync(file, JSON.stringify([{ ...shop, secret_hash: secretHash }]))
    const { server, browser, phone } = await serverWith({ SCANLOGIN_CLIENTS: file })
    await browser.create({ client_id: 'shop', return_to: returnTo })
    await confirm(browser, phone)
    const { code } = (
      await browser.call<{ code: string }>('POST', `/tickets/${browser.ticket.id}/redeem`, { body: {} })
    ).body
    const fields = { grant_type: 'authorization_code', redirect_uri: returnTo, code: code ?? '' }
    const body = new URLSearchParams({ ...fields, client_id: 'shop', client_secret: secret })
    const reply = await fetch(`${server.url}/v1/token`, { method: 'POST', body })
    expect([reply.status, (await reply.json()).user.id]).toEqual([200, phone.user?.id])
    for (const hidden of [code, secret, secretHash]) expect(server.output()).not.toContain(hidden)
  })

  it.each<[what: string, env: Record<string, string>, problem: RegExp]>([
    ['another kind', { SCANLOGIN_SESSIONS: 'cookie' }, /SCANLOGIN_SESSIONS: write "stored" or "jwt"/],
    [
      'an idle time of a second',
      { SCANLOGIN_SESSION_IDLE: '1' },
      /SCANLOGIN_SESSION_IDLE: write a whole number from 120/,
    ],
    [
      'keys that nothing uses',
      { SCANLOGIN_SIGNING_KEYS: '{"keys":[]}' },
      /SCANLOGIN_SIGNING_KEYS: .*SCANLOGIN_SESSIONS=jwt/,
    ],
    [
      'a key for renewals that there are none of',
      { SCANLOGIN_BOUND_RENEWAL: 'on' },
      /SCANLOGIN_BOUND_RENEWAL: .*SCANLOGIN_SESSIONS=jwt/,
    ],
    ['a file that is not there', { SCANLOGIN_CLIENTS: '/nowhere.json' }, /SCANLOGIN_CLIENTS: that file cannot be read/],
    ['what is no JSON', { SCANLOGIN_CLIENTS: '[{' }, /SCANLOGIN_CLIENTS: that is not JSON/],
    ['a client without a name', { SCANLOGIN_CLIENTS: '[{"id":"shop"}]' }, /look at entry 1 name/],
    ['two clients of one id', { SCANLOGIN_CLIENTS: twice() }, /write each id once/],
    ['a public key', { SCANLOGIN_SESSIONS: 'jwt', SCANLOGIN_SIGNING_KEYS: publicKey }, /as "scanlogin keys" prints it/],
    ['a broken key', { SCANLOGIN_SESSIONS: 'jwt', SCANLOGIN_SIGNING_KEYS: brokenKey }, /a key cannot be used/],
  ])('does not start with %s', async (_what, env, problem) => {
    const { code, stderr } = await runServer({ PORT: '1', ...env })
    expect([code, stderr]).toEqual([1, expect.stringMatching(problem)])
    expect(stderr).not.toMatch(/not-a-secret/)
  })
})

const publicKey = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"not-a-secret"}]}'
const brokenKey = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"not-a-secret","d":"not-a-secret"}]}'

function twice(): string {
  const shop = {
    id: 'shop',
    name: 'Shop',
    origin: 'https://shop.example.com',
    return_to: ['https://shop.example.com/'],
  }
  return JSON.stringify([shop, shop])
}
