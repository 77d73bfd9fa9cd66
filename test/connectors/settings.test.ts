/** What the server takes for connectors, and what it refuses before it starts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../../packages/server/src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'scanlogin-secret-'))
afterAll(() => rmSync(folder, { recursive: true }))

const id = 'wx00000000000051e1'
const secret = 'an0app0secret0of0thirty0two0char'
const pair = { SCANLOGIN_WECHAT_APP_ID: id, SCANLOGIN_WECHAT_APP_SECRET: secret }

describe('the settings of WeChat', () => {
  it('may be left out', () => {
    expect(readConfig({}).SCANLOGIN_WECHAT_APP_ID).toBeUndefined()
  })

  it('take the secret from a file, with or without a line break at its end', () => {
    const file = join(folder, 'secret')
    for (const text of [secret, `${secret}\n`, `${secret}\r\n`]) {
      writeFileSync(file, text)
      const given = { SCANLOGIN_WECHAT_APP_ID: id, SCANLOGIN_WECHAT_APP_SECRET_FILE: file }
      expect(readConfig(given).SCANLOGIN_WECHAT_APP_SECRET_FILE).toBe(secret)
    }
  })

  it('are refused by halves, and with the secret in two places', () => {
    const file = join(folder, 'whole')
    writeFileSync(file, secret)
    expect(problems({ SCANLOGIN_WECHAT_APP_ID: id })).toMatch(/SCANLOGIN_WECHAT_APP_ID.*write both/)
    expect(problems({ SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET: secret })).toMatch(/WECHAT_ACCOUNT_APP_ID.*write both/)
    expect(problems({ ...pair, SCANLOGIN_WECHAT_APP_SECRET_FILE: file })).toMatch(/one of the two/)
  })

  it('are refused where they cannot be, and no secret is repeated', () => {
    const file = join(folder, 'short')
    writeFileSync(file, 'short-secret')
    const wrong = {
      SCANLOGIN_WECHAT_APP_ID: 'dingtalk',
      SCANLOGIN_WECHAT_APP_SECRET: 'short-secret',
      SCANLOGIN_WECHAT_ACCOUNT_APP_ID: id,
      SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET_FILE: file,
      SCANLOGIN_WECHAT_OPEN_URL: 'ftp://example.com',
    }
    const said = problems(wrong)
    for (const name of Object.keys(wrong).filter(name => name !== 'SCANLOGIN_WECHAT_ACCOUNT_APP_ID')) {
      expect(said).toContain(name)
    }
    expect(said).not.toContain('short-secret')
    expect(
      problems({ ...pair, SCANLOGIN_WECHAT_APP_SECRET: undefined, SCANLOGIN_WECHAT_APP_SECRET_FILE: '/no/file' }),
    ).toMatch(/_FILE: write the name of a file/)
  })

  it('know three versions of a mini program, and take the published one where none is named', () => {
    expect(readConfig({}).SCANLOGIN_WECHAT_MINI_VERSION).toBe('release')
    expect(readConfig({ SCANLOGIN_WECHAT_MINI_VERSION: 'trial' }).SCANLOGIN_WECHAT_MINI_VERSION).toBe('trial')
    expect(problems({ SCANLOGIN_WECHAT_MINI_VERSION: 'beta' })).toMatch(/MINI_VERSION: write release, trial or develop/)
  })

  it('send nobody and nothing over an open line in production', () => {
    const production = { ...pair, NODE_ENV: 'production', SCANLOGIN_PUBLIC_URL: 'https://id.example.com' }
    for (const name of ['SCANLOGIN_WECHAT_OPEN_URL', 'SCANLOGIN_WECHAT_API_URL']) {
      expect(problems({ ...production, [name]: 'http://wechat.internal' })).toContain(name)
      for (const address of ['http://127.0.0.1:8790/api', 'http://localhost:8790', 'https://sh.api.weixin.qq.com/']) {
        expect(problems({ ...production, [name]: address })).toBe('')
      }
      expect(problems({ ...pair, [name]: 'http://wechat.internal' })).toBe('')
    }
  })
})

function problems(given: Record<string, string | undefined>): string {
  try {
    readConfig(given)
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}
