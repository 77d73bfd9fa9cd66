import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from './config.ts'
import { demoConfig } from './demo-mode.ts'

const production = { NODE_ENV: 'production', SCANLOGIN_PUBLIC_URL: 'https://id.example.com' }
const key = 'k'.repeat(32)

describe('the configuration', () => {
  it('needs no variable at all', () => {
    expect(readConfig({})).toMatchObject({ PORT: 8787, HOST: '127.0.0.1', SCANLOGIN_STORE: 'memory:' })
  })

  it('takes an empty variable as one that is not set', () => {
    expect(readConfig({ PORT: '', SCANLOGIN_API_KEY: '', SCANLOGIN_CHECK_CODE: '' })).toEqual(readConfig({}))
  })

  it('leaves the variables of other programs alone', () => {
    expect(readConfig({ HOME: '/root', REDIS_URL: 'redis://127.0.0.1', MY_SCANLOGIN_KEY: '1' })).toEqual(readConfig({}))
  })

  it('reads every setting', () => {
    const config = readConfig({
      ...production,
      PORT: '443',
      HOST: '::',
      SCANLOGIN_API_KEY: ` ${key}, ${'l'.repeat(40)} ,`,
      SCANLOGIN_ALLOWED_ORIGINS: 'https://www.example.com,http://localhost:5173',
      SCANLOGIN_RETURN_TO: 'https://www.example.com/after?from=qr',
      SCANLOGIN_CHECK_CODE: '6',
      SCANLOGIN_ROTATION: 'off',
      SCANLOGIN_SCAN_TTL: '300',
      SCANLOGIN_STORE: 'redis://localhost:6379',
      SCANLOGIN_WORKERS: '64',
    })
    expect(config).toMatchObject({
      PORT: 443,
      HOST: '::',
      SCANLOGIN_API_KEY: [key, 'l'.repeat(40)],
      SCANLOGIN_ALLOWED_ORIGINS: ['https://www.example.com', 'http://localhost:5173'],
      SCANLOGIN_RETURN_TO: ['https://www.example.com/after?from=qr'],
      SCANLOGIN_CHECK_CODE: 6,
      SCANLOGIN_ROTATION: false,
      SCANLOGIN_SCAN_TTL: 300,
      SCANLOGIN_WORKERS: 64,
    })
  })

  it('counts the cores for who leaves the number of workers to it', () => {
    const shared = { SCANLOGIN_STORE: 'redis://localhost:6379' }
    expect(readConfig({ ...shared, SCANLOGIN_WORKERS: 'auto' }).SCANLOGIN_WORKERS).toBe(availableParallelism())
  })
})

describe('a wrong setting', () => {
  const jwks = 'https://id.example.com/jwks'
  const token = { SCANLOGIN_ISSUER: 'https://id.example.com', SCANLOGIN_AUDIENCE: 'qr' }

  it.each<[what: string, env: Record<string, string>, problem: string]>([
    [
      'a name that does not exist',
      { SCANLOGIN_PUBLIC_ULR: 'x' },
      'SCANLOGIN_PUBLIC_ULR: there is no such setting. There',
    ],
    [
      'keys over an open line in production',
      { ...production, ...token, SCANLOGIN_JWKS_URL: 'http://id.example.com/jwks' },
      'SCANLOGIN_JWKS_URL: in production write an https address',
    ],
    [
      'workers that do not share a store',
      { SCANLOGIN_WORKERS: '2' },
      'SCANLOGIN_WORKERS: several processes do not share',
    ],
    ['as many workers as cores without a shared store', { SCANLOGIN_WORKERS: 'auto' }, 'SCANLOGIN_WORKERS: several'],
    ['no workers', { SCANLOGIN_WORKERS: '0' }, 'SCANLOGIN_WORKERS: write a whole number from 1 to 64, or "auto"'],
    ['65 workers', { SCANLOGIN_WORKERS: '65' }, 'SCANLOGIN_WORKERS: write a whole number from 1 to 64, or "auto"'],
    ['a list of keys without a key', { SCANLOGIN_API_KEY: ' , ' }, 'SCANLOGIN_API_KEY: write at least one'],
    ['a port that is a word', { PORT: 'abc' }, 'PORT: write a whole number from 1 to 65535.'],
    ['port 0', { PORT: '0' }, 'PORT: write a whole number from 1 to 65535.'],
    ['a port in hexadecimal', { PORT: '0x50' }, 'PORT: write a whole number from 1 to 65535.'],
    ['a port with a fraction', { PORT: '80.5' }, 'PORT: write a whole number from 1 to 65535.'],
    [
      'a store of another kind',
      { SCANLOGIN_STORE: 'mysql://10.0.0.1' },
      'SCANLOGIN_STORE: write one of memory:, redis://localhost:6379',
    ],
    ['a key of 31 characters', { SCANLOGIN_API_KEY: 'k'.repeat(31) }, 'SCANLOGIN_API_KEY entry 1: write at least 32'],
    ['a second key that is short', { SCANLOGIN_API_KEY: `${key},k` }, 'SCANLOGIN_API_KEY entry 2: write at least 32'],
    [
      'a key no header can carry',
      { SCANLOGIN_API_KEY: 'ä'.repeat(32) },
      'SCANLOGIN_API_KEY entry 1: write at least 32',
    ],
    [
      'a public URL with a path',
      { SCANLOGIN_PUBLIC_URL: 'https://a.example/qr' },
      'SCANLOGIN_PUBLIC_URL: write an origin',
    ],
    [
      'a public URL with a slash',
      { SCANLOGIN_PUBLIC_URL: 'https://a.example/' },
      'SCANLOGIN_PUBLIC_URL: write an origin',
    ],
    [
      'a public URL of another kind',
      { SCANLOGIN_PUBLIC_URL: 'ftp://a.example' },
      'SCANLOGIN_PUBLIC_URL: write an origin',
    ],
    [
      'production without a public URL',
      { NODE_ENV: 'production' },
      'SCANLOGIN_PUBLIC_URL: in production write the https',
    ],
    [
      'an http public URL in production',
      { NODE_ENV: 'production', SCANLOGIN_PUBLIC_URL: 'http://id.example.com' },
      'SCANLOGIN_PUBLIC_URL: in production write the https',
    ],
    [
      'an origin that is a host',
      { SCANLOGIN_ALLOWED_ORIGINS: 'a.example' },
      'SCANLOGIN_ALLOWED_ORIGINS entry 1: write an',
    ],
    ['any origin', { SCANLOGIN_ALLOWED_ORIGINS: '*' }, 'SCANLOGIN_ALLOWED_ORIGINS entry 1: write an origin'],
    [
      'a script as return address',
      { SCANLOGIN_RETURN_TO: 'javascript:1' },
      'SCANLOGIN_RETURN_TO entry 1: write a whole',
    ],
    [
      'a script as sign-in page',
      { SCANLOGIN_SIGN_IN_URL: 'javascript:1' },
      'SCANLOGIN_SIGN_IN_URL: write a whole address',
    ],
    ['a site name of 65 letters', { SCANLOGIN_SITE_NAME: 'n'.repeat(65) }, 'SCANLOGIN_SITE_NAME: write at most 64'],
    ['an issuer without keys', token, 'SCANLOGIN_JWKS_URL: write all three of SCANLOGIN_ISSUER, SCANLOGIN_AUDIENCE'],
    [
      'a token cookie without an issuer',
      { SCANLOGIN_TOKEN_COOKIE: 'at' },
      'SCANLOGIN_ISSUER, SCANLOGIN_AUDIENCE, SCANLOGIN_JWKS_URL: write all three',
    ],
    [
      'a cookie name with a space',
      { ...token, SCANLOGIN_JWKS_URL: jwks, SCANLOGIN_TOKEN_COOKIE: 'a t' },
      'SCANLOGIN_TOKEN_COOKIE: write the name of',
    ],
    ['keys from a file', { ...token, SCANLOGIN_JWKS_URL: 'file:///k' }, 'SCANLOGIN_JWKS_URL: write a whole address'],
    ['a code that lives 0 s', { SCANLOGIN_SCAN_TTL: '0' }, 'SCANLOGIN_SCAN_TTL: write a whole number from 60 to 300.'],
    ['a session that lives 0 s', { SCANLOGIN_SESSION_TTL: '0' }, 'SCANLOGIN_SESSION_TTL: write a whole number from 60'],
    ['a check code of 3 digits', { SCANLOGIN_CHECK_CODE: '3' }, 'SCANLOGIN_CHECK_CODE: write "off", or 4 to 8'],
    ['a check code that is "on"', { SCANLOGIN_CHECK_CODE: 'on' }, 'SCANLOGIN_CHECK_CODE: write "off", or 4 to 8'],
    ['rotation that is "true"', { SCANLOGIN_ROTATION: 'true' }, 'SCANLOGIN_ROTATION: write "on" or "off".'],
    ['a scanner shown by "1"', { SCANLOGIN_SHOW_SCANNER: '1' }, 'SCANLOGIN_SHOW_SCANNER: write "on" or "off".'],
    [
      'proxies below zero',
      { SCANLOGIN_TRUSTED_PROXIES: '-1' },
      'SCANLOGIN_TRUSTED_PROXIES: write a whole number from 0',
    ],
    [
      'a drain of an hour',
      { SCANLOGIN_DRAIN_DELAY: '3600' },
      'SCANLOGIN_DRAIN_DELAY: write a whole number from 0 to 60.',
    ],
    ['a log level of its own', { SCANLOGIN_LOG_LEVEL: 'loud' }, 'SCANLOGIN_LOG_LEVEL: write fatal, error, warn, info'],
  ])('refuses %s, by name and with what to write', (_, env, problem) => {
    const problems = problemsOf(env)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
  })

  it('does not hide the others: all of them are said at once', () => {
    const names = problemsOf({
      NODE_ENV: 'production',
      PORT: 'abc',
      SCANLOGIN_TYPO: 'x',
      SCANLOGIN_API_KEY: 'short',
      SCANLOGIN_STORE: 'mysql://10.0.0.1',
      SCANLOGIN_ISSUER: 'https://id.example.com',
    }).map(problem => problem.split(/[ :,]/)[0])
    const wrong = ['SCANLOGIN_TYPO', 'PORT', 'SCANLOGIN_STORE', 'SCANLOGIN_API_KEY']
    expect(names).toEqual([...wrong, 'SCANLOGIN_PUBLIC_URL', 'SCANLOGIN_AUDIENCE'])
  })

  it('is never repeated: it may be a key in the wrong place', () => {
    const secret = 'hunter2/not a valid value'
    for (const name of Object.keys(readConfig({ SCANLOGIN_SITE_NAME: 'x' }))) {
      expect(messageOf({ [name]: secret })).not.toContain('hunter2')
    }
    expect(messageOf({ SCANLOGIN_APIKEY: secret })).not.toContain('hunter2')
    expect(messageOf({ SCANLOGIN_API_KEY: 'hunter2,hunter2' })).not.toContain('hunter2')
  })
})

describe('the demo', () => {
  it('is refused in production', () => {
    expect(() => demoConfig({ NODE_ENV: 'production' })).toThrow(/--demo lets anyone sign in as anyone/)
  })

  it('opens to the network, unless told otherwise', () => {
    expect(readConfig(demoConfig({})).HOST).toBe('0.0.0.0')
    expect(readConfig(demoConfig({ HOST: '127.0.0.1' })).HOST).toBe('127.0.0.1')
  })

  it('lets pages of this machine call, and those that were allowed before', () => {
    const config = readConfig(demoConfig({ PORT: '9000', SCANLOGIN_ALLOWED_ORIGINS: 'https://www.example.com' }))
    const local = ['http://localhost:9000', 'http://127.0.0.1:9000']
    expect(config.SCANLOGIN_ALLOWED_ORIGINS).toEqual(['https://www.example.com', ...local])
  })

  it('blames a wrong port on the port alone', () => {
    expect(problemsOf(demoConfig({ PORT: 'abc' }))).toEqual(['PORT: write a whole number from 1 to 65535.'])
  })
})

function problemsOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

function messageOf(env: Record<string, string>): string {
  return problemsOf(env).join('\n')
}
