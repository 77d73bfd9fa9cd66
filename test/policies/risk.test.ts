/** The BCP 247 coverage sheet: what it says of a configuration is what that configuration does. */
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../packages/server/src/config.ts'
import { riskSheet } from '../../packages/server/src/policies/risk/command.ts'
import { assess, type Status } from '../../packages/server/src/policies/risk/mitigations.ts'
import { runServer } from '../server/server.ts'

type Environment = Readonly<Record<string, string>>

describe('the sheet', () => {
  it.each(['consumer', 'enterprise', 'high-value', 'none'])(
    'has all 17 mitigations with %s, each with its how',
    preset => {
      const rows = assess(readConfig({ SCANLOGIN_PRESET: preset }))
      expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 17 }, (_, index) => index + 1))
      for (const { how, kind, name } of rows) {
        expect(how, name).toMatch(/^[a-z].{10,}/)
        expect(kind, name).toMatch(/^[PDR]( [PDR])*$/)
      }
    },
  )

  it('never gets worse from preset to stricter preset', () => {
    const rank: Record<Status, number> = { off: 0, partly: 1, on: 2 }
    // A high-value site asks everybody for the code, and needs no rule about networks or new browsers.
    const leftTo16 = new Set([1, 7])
    const presets = ['none', 'consumer', 'enterprise', 'high-value'].map(preset =>
      assess(readConfig({ SCANLOGIN_PRESET: preset })),
    )
    for (const [index, rows] of presets.entries()) {
      for (const { number, status } of presets[index - 1] ?? []) {
        if (leftTo16.has(number)) continue
        expect(rank[rows[number - 1]?.status ?? 'off'], `${number}`).toBeGreaterThanOrEqual(rank[status])
      }
    }
  })

  const changes: [number, string, Environment, Status, Environment, Status][] = [
    [1, 'the same network', {}, 'off', { SCANLOGIN_POLICIES: 'same-network' }, 'partly'],
    [2, 'rotation', { SCANLOGIN_ROTATION: 'off' }, 'partly', {}, 'on'],
    [7, 'known browsers', { SCANLOGIN_PRESET: 'none' }, 'off', {}, 'partly'],
    [8, 'allowed networks', {}, 'off', { SCANLOGIN_ALLOWED_NETWORKS: '10.0.0.0/8' }, 'on'],
    [10, 'short sessions', {}, 'partly', { SCANLOGIN_POLICIES: 'short-session' }, 'on'],
    [11, 'rate limits', { SCANLOGIN_PRESET: 'none' }, 'partly', {}, 'on'],
    [16, 'a check code', {}, 'off', { SCANLOGIN_POLICIES: 'new-browser' }, 'partly'],
    [16, 'a check code for all', { SCANLOGIN_POLICIES: 'new-browser' }, 'partly', { SCANLOGIN_CHECK_CODE: '4' }, 'on'],
  ]
  it.each(changes)('%i knows %s', (number, _what, without, before, having, after) => {
    const statusOf = (env: Environment) => assess(readConfig(env))[number - 1]?.status
    expect([statusOf(without), statusOf(having)]).toEqual([before, after])
  })

  it('names settings that exist, and that do what it says', () => {
    for (const preset of ['consumer', 'none']) {
      for (const { number, status, setting } of assess(readConfig({ SCANLOGIN_PRESET: preset }))) {
        if (setting === undefined || !setting.includes('=')) continue
        const [name = '', value = ''] = setting.split('=')
        const better = assess(readConfig({ SCANLOGIN_PRESET: preset, [name]: value }))[number - 1]
        expect([better?.status, better?.how], setting).not.toEqual([
          status,
          assess(readConfig({ SCANLOGIN_PRESET: preset }))[number - 1]?.how,
        ])
      }
    }
  })

  it('says which policies hold for those whom a provider signs in, and which keep them out, where there is one', () => {
    const networks = { SCANLOGIN_ALLOWED_NETWORKS: '10.0.0.0/8' }
    const wechat = { SCANLOGIN_WECHAT_APP_ID: 'wx0000000000000001', SCANLOGIN_WECHAT_APP_SECRET: 'a'.repeat(32) }
    const sheetOf = (env: Record<string, string>) => riskSheet(readConfig({ ...networks, ...env }))
    expect(sheetOf({})).not.toContain('a provider such as WeChat')
    expect(sheetOf(wechat)).toMatch(/a provider such as WeChat signs in.*:\n {4}rate-limits, network\n/)
    expect(sheetOf(wechat)).not.toContain('kept out by')
    const strict = sheetOf({ ...wechat, SCANLOGIN_PRESET: 'high-value' })
    expect(strict).toContain('kept out by:\n    high-usage, always\n')
    expect(strict.split('\n').every(line => line.length <= 120)).toBe(true)
  })

  it('says that modules of a site’s own are not judged', () => {
    const config = readConfig({ SCANLOGIN_POLICIES: './office-hours.mjs' })
    expect(riskSheet(config)).toContain('./office-hours.mjs (yours: not judged here)')
  })

  it('claims no protection from a relay', () => {
    expect(riskSheet(readConfig({ SCANLOGIN_PRESET: 'high-value' }))).toContain(
      'No page can stop who relays a live code',
    )
  })
})

describe('scanlogin risk', () => {
  it('prints the sheet of the configuration in the environment', async () => {
    const { code, stdout } = await runServer({ SCANLOGIN_PRESET: 'enterprise' }, ['risk'])
    expect(code).toBe(0)
    expect(stdout).toContain('preset enterprise')
    expect(stdout).toMatch(/^16 {2}partly {2}Request initiation verification \(D\)$/m)
    expect(stdout.split('\n').every(line => line.length <= 120)).toBe(true)
  })

  it('prints it as JSON', async () => {
    const { stdout } = await runServer({}, ['risk', '--json'])
    const sheet = JSON.parse(stdout)
    expect(sheet).toMatchObject({ preset: 'consumer', source: 'RFC 10027 (BCP 247)', modules: [] })
    expect(sheet.mitigations).toHaveLength(17)
    expect(sheet.mitigations[2]).toEqual({
      number: 3,
      name: 'One-time or limited use codes',
      kind: 'D',
      status: 'on',
      how: expect.any(String),
    })
  })

  it('refuses a configuration that cannot be', async () => {
    const { code, stderr } = await runServer({ SCANLOGIN_SCAN_TTL: 'long' }, ['risk'])
    expect([code, stderr.includes('SCANLOGIN_SCAN_TTL')]).toEqual([1, true])
  })
})
