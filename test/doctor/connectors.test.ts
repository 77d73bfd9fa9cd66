/** The doctor before the simulators: what it finds where all is well, and where one thing is not. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../free-port.ts'
import { type Cast, startCast } from '../providers/cast.ts'
import { account, mini } from '../simulator/wechat.ts'
import { type Running, startServer } from '../start.ts'
import { diagnose, runDoctor } from './doctor.ts'

const folder = mkdtempSync(join(tmpdir(), 'scanlogin-doctor-'))
const pushKey = 'q3v9Zt7LkXw2Bn8RmYp4Hc6Jd1Fg5Ts0Ae3Uo7Ii9Qx'
const pushToken = randomBytes(16).toString('hex')
let cast: Cast
let server: Running
let env: Record<string, string>

beforeAll(async () => {
  cast = await startCast()
  env = {
    ...cast.env,
    SCANLOGIN_DATABASE: `file:${join(folder, 'accounts.db')}`,
    SCANLOGIN_WECHAT_MINI_APP_ID: mini.appid,
    SCANLOGIN_WECHAT_MINI_APP_SECRET: mini.secret,
    SCANLOGIN_WECHAT_PUSH_TOKEN: pushToken,
    SCANLOGIN_WECHAT_PUSH_KEY: pushKey,
  }
  server = await startServer(env)
  env = { ...env, SCANLOGIN_PUBLIC_URL: `http://localhost:${server.port}` }
})

afterAll(async () => {
  await server?.stop()
  await cast?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const said = async (id: string, change: Record<string, string> = {}, now?: () => number) =>
  (await diagnose({ ...env, ...change }, id, now)).said(id)

const production = { NODE_ENV: 'production', SCANLOGIN_PUBLIC_URL: 'https://id.example.com' }

describe('the official account', () => {
  it('gives its server token, which is named nowhere and goes on being good', async () => {
    const found = await diagnose(env, 'wechat-account')
    expect(found.said('wechat-account')).toMatch(/^ok: .*and knows SCANLOGIN_WECHAT_ACCOUNT_APP_ID .*server token$/)
    expect(JSON.stringify(found)).not.toMatch(/91_/)
    await diagnose(env, 'wechat-account')
    const asked = cast.wechat.control.calls('/cgi-bin/stable_token')
    expect(asked.length).toBeGreaterThanOrEqual(2)
    expect(JSON.stringify(asked)).not.toContain('force_refresh":true')
  })

  it.each([
    [
      'another secret',
      { SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET: 'another0secret0that0nobody0knows' },
      /_APP_SECRET \(40\d+\)$/,
    ],
    [
      'another app',
      { SCANLOGIN_WECHAT_ACCOUNT_APP_ID: 'wx0000000000009999' },
      /does not know SCANLOGIN_WECHAT_ACCOUNT/,
    ],
  ])('has %s', async (_, change, words) => {
    expect(await said('wechat-account', change)).toMatch(/^fail: /)
    expect(await said('wechat-account', change)).toMatch(words)
  })

  it('has a list of addresses on which this machine is not', async () => {
    cast.wechat.control.setApp({ appid: account.appid, ipWhitelist: ['203.0.113.7'] })
    const [found] = (await diagnose(env, 'wechat-account')).of('wechat-account')
    expect(found).toMatchObject({ verdict: 'fail', found: expect.stringContaining('(40164)') })
    expect(found?.remedy).toMatch(/^Put (127\.0\.0\.1|::1) on the list/)
    cast.wechat.control.setApp({ appid: account.appid, ipWhitelist: null })
  })

  it('is not set up', async () => {
    expect((await diagnose({}, 'wechat-account')).said('wechat-account')).toMatch(/^skipped: /)
  })
})

describe('WeChat’s pushes', () => {
  it('get here', async () => {
    expect(await said('wechat-push')).toMatch(/^ok: http:\/\/localhost:\d+\/connect\/wechat-account\/push answers/)
  })

  it('do not, where the server has another token', async () => {
    const other = { SCANLOGIN_WECHAT_PUSH_TOKEN: randomBytes(16).toString('hex') }
    const found = await said('wechat-push', other)
    expect(found).toMatch(/^fail: .* answers 403, and not with the echo/)
    expect(found).not.toContain(other.SCANLOGIN_WECHAT_PUSH_TOKEN)
  })

  it('could be forged by a token or a key that somebody has made up', async () => {
    const weak = { SCANLOGIN_WECHAT_PUSH_TOKEN: 'weixin', SCANLOGIN_WECHAT_PUSH_KEY: 'a'.repeat(43) }
    expect(await said('wechat-push', weak)).toMatch(
      /^warn: SCANLOGIN_WECHAT_PUSH_TOKEN .*\nfail: .*PUSH_KEY could be guessed\n/,
    )
    expect(await said('wechat-push', { SCANLOGIN_WECHAT_PUSH_KEY: '' })).toMatch(/^warn: .*in clear text$/)
  })

  it('never come to another port, and are not wanted without a token', async () => {
    const elsewhere = { SCANLOGIN_PUBLIC_URL: 'https://id.example.invalid:8443' }
    expect(await said('wechat-push', elsewhere)).toMatch(/^fail: WeChat calls ports 80 and 443 only/)
    expect((await diagnose({}, 'wechat-push')).said('wechat-push')).toMatch(/^skipped: /)
  })
})

describe('the mini program', () => {
  it('is known, and gives its server token', async () => {
    expect(await said('wechat-mini')).toMatch(/^ok: .*\nok: .*server token$/)
  })

  it('has another secret, or is another one', async () => {
    const wrong = { SCANLOGIN_WECHAT_MINI_APP_SECRET: 'another0secret0that0nobody0knows' }
    expect(await said('wechat-mini', wrong)).toMatch(
      /^fail: WeChat refuses SCANLOGIN_WECHAT_MINI_APP_SECRET \(40\d+\)$/,
    )
    const unknown = { SCANLOGIN_WECHAT_MINI_APP_ID: 'wx0000000000009999' }
    expect(await said('wechat-mini', unknown)).toMatch(/^fail: WeChat does not know SCANLOGIN_WECHAT_MINI_APP_ID/)
  })

  it('opens for its members only, where a version is named that is not published', async () => {
    const trial = { SCANLOGIN_WECHAT_MINI_VERSION: 'trial' }
    expect(await said('wechat-mini', trial)).not.toContain('warn: ')
    expect(await said('wechat-mini', { ...trial, ...production })).toMatch(/\nwarn: .*is trial: .*members only$/)
    expect((await diagnose({}, 'wechat-mini')).said('wechat-mini')).toMatch(/^skipped: /)
  })
})

describe('a provider', () => {
  it('is reached, and refuses nothing but the code that was made up', async () => {
    const { of, said } = await diagnose(env, 'providers')
    expect(of('providers').map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
    for (const name of names) expect(said('providers')).toMatch(new RegExp(`^ok: ${name} has answered in \\d+ ms`, 'm'))
  })

  it.each([
    ['alipay', { privateKey: newKey() }],
    ['dingtalk', { clientSecret: 'another-secret' }],
    ['feishu', { clientSecret: 'another-secret' }],
    ['qq', { clientSecret: 'another-secret' }],
    ['wecom', { secret: 'another-secret' }],
  ] as const)('has other credentials: %s', async (name, change) => {
    const settings = only(name, change)
    const found = await said('providers', settings)
    expect(found).toMatch(new RegExp(`^fail: ${name} does not accept the app as it is set up \\(`))
    for (const secret of Object.values(change)) expect(found).not.toContain(secret)
  })

  it.each(names)('is not reached, or somebody answers in its place: %s', async name => {
    const nowhere = await freePort()
    expect(await said('providers', only(name, {}, `http://127.0.0.1:${nowhere}`))).toMatch(
      new RegExp(`^fail: ${name}: ECONNREFUSED`),
    )
    const port = await freePort()
    const portal = createServer((_, response) => response.end('<h1>Sign in</h1>')).listen(port, '127.0.0.1')
    expect(await said('providers', only(name, {}, `http://127.0.0.1:${port}`))).toMatch(
      new RegExp(`^fail: ${name} answers, and not as it should`),
    )
    await new Promise(resolve => portal.close(resolve))
  })

  it('is told a time that is not now', async () => {
    const ahead = (ms: number) => () => Date.now() + ms
    expect(await said('providers', only('dingtalk'), ahead(-90_000))).toMatch(
      /^ok: .*\nwarn: this machine is \d+ s behind dingtalk$/,
    )
    expect(await said('providers', only('alipay'), ahead(3_600_000))).toMatch(
      /^fail: alipay does not accept .*invalid-timestamp\)\nfail: this machine is 3\d+ s ahead of alipay: /,
    )
  })

  it('is given the public key of the app in the place of Alipay’s', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const own = {
      privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
      alipayPublicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    }
    expect(await said('providers', only('alipay', own))).toMatch(/\nfail: alipayPublicKey is the public key of the app/)
  })

  it('is not set up', async () => {
    expect((await diagnose({}, 'providers')).said('providers')).toMatch(/^skipped: /)
  })
})

describe('the way back from a provider', () => {
  it('is named for each, and leads here', async () => {
    const found = await said('callbacks')
    for (const name of ['wechat', ...names]) {
      expect(found).toMatch(
        new RegExp(`^ok: http://localhost:\\d+/connect/${name} is what its console has to know$`, 'm'),
      )
    }
  })

  it('does not, where the server knows no such provider', async () => {
    const lark = JSON.stringify({ lark: { clientId: 'cli_unknown', clientSecret: 'secret' } })
    expect(await said('callbacks', { SCANLOGIN_PROVIDERS: lark })).toMatch(/fail: .*\/connect\/lark answers 404/)
  })

  it.each([
    ['http://id.example.invalid', /^warn: .*is plain http/],
    ['https://203.0.113.7', /^fail: .*an address by number/],
  ])('is one that %s cannot be', async (publicUrl, words) => {
    expect(await said('callbacks', { SCANLOGIN_PUBLIC_URL: publicUrl })).toMatch(words)
  })

  it('is the person’s own machine, in production', async () => {
    const local = { NODE_ENV: 'production', SCANLOGIN_PUBLIC_URL: 'https://localhost' }
    expect(await said('callbacks', local)).toMatch(/^fail: .*to their own machine$/)
    expect((await diagnose({}, 'callbacks')).said('callbacks')).toMatch(/^skipped: /)
  })
})

describe('the console', () => {
  const strong = () => randomBytes(32).toString('base64')
  const look = async (settings: Record<string, string>) => (await diagnose(settings, 'console')).said('console')

  it('opens for a strong key, and for people whom somebody can know', async () => {
    expect(await look({ SCANLOGIN_CONSOLE_KEY: strong() })).toBe('ok: a strong key')
    expect(await look({ SCANLOGIN_ADMINS: 'u-17,u-18', SCANLOGIN_API_KEY: strong() })).toBe('ok: 2 people by phone')
    const account = `a_${'0'.repeat(26)}`
    expect(await look({ SCANLOGIN_ADMINS: account, SCANLOGIN_CONSOLE_KEY: strong() })).toBe(
      'ok: a strong key, and 1 person by phone',
    )
    expect(await look({})).toMatch(/^skipped: /)
  })

  it.each(['k'.repeat(44), 'the-console-of-our-company-is-for-us-only'])('opens for a key like %s', async key => {
    const found = await look({ SCANLOGIN_CONSOLE_KEY: key })
    expect(found).toMatch(
      /^fail: SCANLOGIN_CONSOLE_KEY: (holds \d+ bits at most|stands in documents, or might as well)$/,
    )
    expect(found).not.toContain(key)
  })

  it('names people who can be nobody, or are named twice', async () => {
    expect(await look({ SCANLOGIN_ADMINS: 'u-17' })).toMatch(/^warn: 1 of SCANLOGIN_ADMINS can be nobody/)
    expect(await look({ SCANLOGIN_ADMINS: 'u-17,u-17', SCANLOGIN_API_KEY: strong() })).toMatch(
      /^warn: .*somebody twice$/,
    )
  })

  it('is looked at by the command as well, which ends with what is worst', async () => {
    const run = async (settings: Record<string, string>) => (await runDoctor(settings, ['--only', 'console'])).code
    expect(await run({ SCANLOGIN_CONSOLE_KEY: strong() })).toBe(0)
    expect(await run({ SCANLOGIN_CONSOLE_KEY: strong(), SCANLOGIN_ADMINS: 'u-17' })).toBe(1)
    expect(await run({ SCANLOGIN_CONSOLE_KEY: 'k'.repeat(44), SCANLOGIN_ADMINS: 'u-17' })).toBe(2)
  })

  it('stands at plain http', async () => {
    const open = { SCANLOGIN_CONSOLE_KEY: strong(), SCANLOGIN_PUBLIC_URL: 'http://id.example.com' }
    expect(await look(open)).toMatch(/^warn: the console is at plain http/)
  })
})

const names = ['alipay', 'dingtalk', 'feishu', 'qq', 'wecom'] as const

/** One provider alone, with some of its settings changed. `host`: in the place of each of its own. */
function only(name: (typeof names)[number], change: Readonly<Record<string, string>> = {}, host?: string) {
  const { [name]: settings } = JSON.parse(cast.env.SCANLOGIN_PROVIDERS) as Record<string, { hosts: object }>
  const hosts = host && { hosts: Object.fromEntries(Object.keys(settings?.hosts ?? {}).map(key => [key, host])) }
  return { SCANLOGIN_PROVIDERS: JSON.stringify({ [name]: { ...settings, ...change, ...hosts } }) }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
}

afterEach(() => cast.wechat.control.setApp({ appid: account.appid, ipWhitelist: null }))
