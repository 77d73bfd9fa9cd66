/** What the doctor sees by looking at the settings and the machine. */
import { randomBytes, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { strengthOf } from '../../packages/server/src/doctor/settings/strength.ts'
import { quietPort } from '../redis/servers/child.ts'
import { startIssuer } from '../server/issuer.ts'
import { account, startWechat, website } from '../simulator/wechat.ts'
import { diagnose } from './doctor.ts'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

const strong = () => randomBytes(32).toString('base64')

describe('settings that cannot be used', () => {
  it('are named one by one, and all else waits for them', async () => {
    const { findings, said, summary } = await diagnose(
      { PORT: '0', SCANLOGIN_SCAN_TTL: '5' },
      'configuration,keys,store,site',
    )
    expect(said('configuration')).toMatch(/^fail: PORT: .*\nfail: SCANLOGIN_SCAN_TTL: .*$/)
    expect(findings.slice(2).map(({ id, verdict }) => [id, verdict])).toEqual([
      ['keys', 'skipped'],
      ['store', 'skipped'],
      ['site', 'skipped'],
    ])
    expect(summary).toEqual({ ok: 0, warn: 0, fail: 2, skipped: 3 })
  })
})

describe('an API key', () => {
  it.each([
    ['base64', () => randomBytes(32).toString('base64')],
    ['hexadecimal', () => randomBytes(32).toString('hex')],
    ['a UUID', () => randomUUID()],
    [
      'lower-case letters and digits',
      () =>
        randomBytes(40)
          .toString('hex')
          .replace(/[0-5]/g, digit => 'ghijkl'[Number(digit)] ?? ''),
    ],
  ])('is strong where it was drawn by lot: %s', (_, draw) => {
    for (let index = 0; index < 50; index++) expect(strengthOf(draw())).toBeGreaterThanOrEqual(100)
  })

  it.each([
    'k'.repeat(44),
    '0123456789'.repeat(5),
    'abcd'.repeat(12),
    'our-company-signs-people-in-with-this-key',
    'Please-Change-This-Before-You-Go-Live-2026',
  ])('is weak where somebody has made it up: %s', async key => {
    const { of, said } = await diagnose({ SCANLOGIN_API_KEY: key }, 'keys')
    expect(of('keys')[0]?.verdict).toBe('fail')
    expect(said('keys')).not.toContain(key)
  })

  it('is worth nothing where it stands in a document of ours', () => {
    const docs = fileURLToPath(new URL('../../docs', import.meta.url))
    const pages = readdirSync(docs).filter(name => name.endsWith('.md'))
    const written = pages.flatMap(name => [
      ...readFileSync(`${docs}/${name}`, 'utf8').matchAll(/SCANLOGIN_API_KEY=([\w-]{32,})/g),
    ])
    const known = new Set(written.map(([, key = '']) => key))
    expect(known.size).toBeGreaterThan(0)
    for (const key of known) expect([key, strengthOf(key)]).toEqual([key, 0])
  })

  it('is told apart by its place', async () => {
    const { said } = await diagnose({ SCANLOGIN_API_KEY: `${strong()},${'k'.repeat(40)},${strong()}` }, 'keys')
    expect(said('keys')).toMatch(/^fail: SCANLOGIN_API_KEY, entry 2: .*\nwarn: 3 API keys are accepted$/)
  })
})

describe('who may confirm', () => {
  it('is nobody without a key and without an issuer', async () => {
    expect((await diagnose({}, 'phones')).said('phones')).toMatch(/^warn: .*nobody can confirm/)
    expect((await diagnose({ SCANLOGIN_API_KEY: strong() }, 'phones')).said('phones')).toBe('ok: by API key')
  })

  it('is told by the issuer’s keys, if they can be fetched', async () => {
    const issuer = await startIssuer()
    ends.push(() => issuer.close())
    const ask = async () => (await diagnose(issuer.env, 'issuer')).said('issuer')
    expect(await ask()).toMatch(/^ok: .* has answered with keys/)
    issuer.serveKeys(false)
    expect(await ask()).toMatch(/^fail: .* answers 5\d\d$/)
    const env = { ...issuer.env, SCANLOGIN_JWKS_URL: `http://127.0.0.1:${await quietPort()}/jwks` }
    expect((await diagnose(env, 'issuer')).said('issuer')).toMatch(/^fail: .*: ECONNREFUSED$/)
  })

  it('is not told by a page that is no key set', async () => {
    const port = await quietPort()
    const server = createServer((_, response) => response.end('<h1>Welcome</h1>')).listen(port, '127.0.0.1')
    ends.push(() => server.close())
    const issuer = { SCANLOGIN_ISSUER: 'https://login.example.com', SCANLOGIN_AUDIENCE: 'scanlogin' }
    const { said } = await diagnose({ ...issuer, SCANLOGIN_JWKS_URL: `http://127.0.0.1:${port}/` }, 'issuer')
    expect(said('issuer')).toContain('no key set')
  })
})

describe('WeChat', () => {
  it('is reached, and knows the app and its secret', async () => {
    const simulator = await startWechat()
    ends.push(() => simulator.stop())
    const env = (secret: string) => ({
      SCANLOGIN_WECHAT_API_URL: `${simulator.url}/api`,
      SCANLOGIN_WECHAT_APP_ID: website.appid,
      SCANLOGIN_WECHAT_APP_SECRET: secret,
      SCANLOGIN_WECHAT_ACCOUNT_APP_ID: account.appid,
      SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET: account.secret,
    })
    const well = await diagnose(env(website.secret), 'wechat')
    expect(well.of('wechat').map(({ verdict }) => verdict)).toEqual(['ok', 'ok'])
    const secret = 'another0secret0that0nobody0knows'
    const wrong = await diagnose(env(secret), 'wechat')
    expect(wrong.said('wechat')).toMatch(/^fail: WeChat refuses SCANLOGIN_WECHAT_APP_SECRET \(40125\)\nok: /)
    expect(JSON.stringify(wrong)).not.toContain(secret)
    const unknown = { ...env(website.secret), SCANLOGIN_WECHAT_APP_ID: 'wx0000000000009999' }
    expect((await diagnose(unknown, 'wechat')).said('wechat')).toContain(
      'does not know SCANLOGIN_WECHAT_APP_ID (40013)',
    )
  })

  it('is not reached, or somebody answers in its place', async () => {
    const env = { SCANLOGIN_WECHAT_APP_ID: website.appid, SCANLOGIN_WECHAT_APP_SECRET: website.secret }
    const nowhere = { ...env, SCANLOGIN_WECHAT_API_URL: `http://127.0.0.1:${await quietPort()}` }
    expect((await diagnose(nowhere, 'wechat')).said('wechat')).toMatch(/^fail: .*: ECONNREFUSED$/)
    const port = await quietPort()
    const portal = createServer((_, response) => response.end('<h1>Sign in to this network</h1>')).listen(
      port,
      '127.0.0.1',
    )
    ends.push(() => portal.close())
    const caught = await diagnose({ ...env, SCANLOGIN_WECHAT_API_URL: `http://127.0.0.1:${port}` }, 'wechat')
    expect(caught.said('wechat')).toContain('not as WeChat does')
    expect((await diagnose({}, 'wechat')).said('wechat')).toMatch(/^skipped: /)
  })
})

describe('a restart', () => {
  const production = { NODE_ENV: 'production', SCANLOGIN_PUBLIC_URL: 'https://id.example.com' }

  it('is noticed where everything lives in the process, and where the proxy hears of it too late', async () => {
    const { said } = await diagnose({ ...production, SCANLOGIN_TRUSTED_PROXIES: '1' }, 'restarts')
    expect(said('restarts')).toMatch(/^warn: SCANLOGIN_STORE .*\nwarn: SCANLOGIN_DRAIN_DELAY is 0/)
  })

  it('is not noticed with a store of its own and a drain', async () => {
    const settled = { SCANLOGIN_STORE: 'redis://localhost', SCANLOGIN_TRUSTED_PROXIES: '1', SCANLOGIN_DRAIN_DELAY: '5' }
    expect((await diagnose({ ...production, ...settled }, 'restarts')).of('restarts')[0]?.verdict).toBe('ok')
  })
})

describe('the machine', () => {
  it('is told how much memory those who wait may take', async () => {
    expect((await diagnose({ SCANLOGIN_MAX_WAITING: '0' }, 'memory')).said('memory')).toMatch(/^ok: .* and 128 MiB /)
    const { said } = await diagnose({ SCANLOGIN_MAX_WAITING: '40960' }, 'memory')
    expect(said('memory')).toContain('and 1128 MiB are what 40,960 waiting browsers take')
  })
})
