/** `scanlogin doctor` as it is installed. */
import { describe, expect, it } from 'vitest'
import { runDoctor } from './doctor.ts'

const strong = 'T0mYxqv2S9r4PpWk7ZbL1cHdJ8nQeUfGaXiV3oRwB5s='

describe('the doctor as a command', () => {
  it('ends with 0 where nothing is wrong, with 1 where it warns, with 2 where something fails', async () => {
    const ask = (key: string) => runDoctor({ SCANLOGIN_API_KEY: key }, ['--only', 'configuration,keys,phones'])
    expect(await ask(strong)).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /^ok {6}configuration .*\nok {6}keys .*\nok {6}phones .*\n\nscanlogin .*: 3 ok, 0 warn, 0 fail, 0 skipped\n$/,
      ),
    })
    expect((await runDoctor({}, ['--only', 'phones'])).code).toBe(1)
    const { code, stdout } = await ask('k'.repeat(44))
    expect(code).toBe(2)
    expect(stdout).toMatch(/\nfail {4}keys .*\n +→ Set it to the output of "openssl rand -base64 32"\.\n/)
    // No colours where no terminal is.
    expect(stdout).not.toContain('\u001b')
  })

  it('tells the same as JSON', async () => {
    const { code, stdout } = await runDoctor({}, ['--json', '--only', 'phones,keys'])
    const { findings, ...report } = JSON.parse(stdout)
    expect(code).toBe(1)
    expect(report).toEqual({
      version: expect.any(String),
      node: process.version,
      summary: { ok: 0, warn: 1, fail: 0, skipped: 1 },
    })
    expect(findings).toEqual([
      { id: 'keys', title: 'Nobody guesses an API key', verdict: 'skipped', found: 'SCANLOGIN_API_KEY is not set' },
      {
        id: 'phones',
        title: 'Somebody can confirm',
        verdict: 'warn',
        found: expect.stringContaining('nobody can confirm'),
        remedy: expect.stringContaining('SCANLOGIN_API_KEY'),
      },
    ])
  })

  it('refuses to look for what it does not know', async () => {
    const { code, stdout, stderr } = await runDoctor({}, ['--only', 'keys,humours'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^--only: there is no examination humours\. There are: configuration, keys, /)
    expect((await runDoctor({}, ['--humours'])).code).toBe(2)
  })
})

describe('file descriptors', () => {
  it.each([
    [400, 'fail'],
    [900, 'warn'],
    [4000, 'ok'],
  ])('%i of them for five hundred browsers: %s', async (limit, verdict) => {
    const { stdout } = await runDoctor({ SCANLOGIN_MAX_WAITING: '500' }, ['--only', 'descriptors'], limit)
    expect(stdout).toMatch(new RegExp(`^${verdict} +descriptors +a process may have ${limit.toLocaleString('en')}, `))
  })

  it('are needed for a share of the browsers where there are several workers', async () => {
    const env = { SCANLOGIN_MAX_WAITING: '4000', SCANLOGIN_STORE: 'redis://localhost' }
    const ask = (workers: string) => runDoctor({ ...env, SCANLOGIN_WORKERS: workers }, ['--only', 'descriptors'], 3000)
    expect((await ask('1')).stdout).toMatch(/^warn /)
    expect((await ask('4')).stdout).toMatch(/^ok /)
  })
})
