/** Policies of the standalone server: presets, names, modules of a site's own, and the risk sheet. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endServers, runServer, startServer } from '../server/server.ts'

const apiKey = 'an-api-key-of-the-tests-own-back-end'
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scanlogin-policies-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(endServers)

describe('a preset', () => {
  it('consumer, the default, signs a new browser in at one tap', async () => {
    const { browser, phone } = await people({})
    await phone.scan(await showing(browser))
    expect(phone.scanned.require).toEqual({ check_code: false, user_verification: false, short_session: true })
    expect(phone.scanned.context.reasons).toEqual(['new_browser'])
    await phone.confirm()
    expect((await browser.redeem()).status).toBe(200)
  })

  it('enterprise asks a new browser for a check code', async () => {
    const { browser, phone } = await people({ SCANLOGIN_PRESET: 'enterprise' })
    await phone.scan(await showing(browser))
    expect(phone.scanned.require).toMatchObject({ check_code: true, user_verification: false })
    expect(phone.scanned.context.reasons).toContain('new_browser')
    expect((await phone.confirm()).body.check_code).toMatch(/^\d{4}$/)
  })

  it('high-value asks everybody for a check code and for user verification', async () => {
    const { browser, phone } = await people({ SCANLOGIN_PRESET: 'high-value' })
    await phone.scan(await showing(browser))
    expect(phone.scanned.require).toEqual({ check_code: true, user_verification: true, short_session: true })
    expect((await phone.confirm()).body).toMatchObject({ code: 'forbidden', reasons: ['user_verification'] })
  })

  it('none asks for nothing and counts nothing', async () => {
    const { browser, phone } = await people({ SCANLOGIN_PRESET: 'none' })
    for (let round = 0; round < 5; round++) expect((await phone.scan(await showing(browser))).status).toBe(200)
    expect(phone.scanned.require).toEqual({ check_code: false, user_verification: false, short_session: false })
  })

  it.each(['consumer', 'enterprise', 'high-value'])('%s lets nobody be asked a fourth time in vain', async preset => {
    const { browser, phone } = await people({ SCANLOGIN_PRESET: preset })
    for (let round = 0; round < 3; round++) await phone.scan(await showing(browser))
    expect((await phone.scan(await showing(browser))).body).toMatchObject({ reasons: ['many_prompts'] })
  })

  it('that there is not ends the start', async () => {
    const { code, stderr } = await runServer({ SCANLOGIN_PRESET: 'paranoid' })
    expect(code).toBe(1)
    expect(stderr).toContain('SCANLOGIN_PRESET: write consumer, enterprise, high-value or none.')
  })
})

describe('networks', () => {
  it('shut out browsers that are elsewhere, as a proxy tells their address', async () => {
    const env = { SCANLOGIN_ALLOWED_NETWORKS: '10.0.0.0/8', SCANLOGIN_TRUSTED_PROXIES: '1' }
    const { newBrowser } = await people(env)
    const from = (address: string) => newBrowser({ headers: { 'x-forwarded-for': address } })
    expect((await from('10.1.2.3').create()).status).toBe(201)
    expect((await from('203.0.113.7').create()).body).toMatchObject({ code: 'forbidden', reasons: ['outside_network'] })
  })

  it('begin so many sign-ins in a minute', async () => {
    const env = { SCANLOGIN_SIGN_INS_PER_NETWORK: '5', SCANLOGIN_TRUSTED_PROXIES: '1' }
    const { newBrowser } = await people(env)
    const browsers = Array.from({ length: 8 }, (_, host) =>
      newBrowser({ headers: { 'x-forwarded-for': `203.0.113.${host}` } }),
    )
    const statuses = await Promise.all(browsers.map(async browser => (await browser.create()).status))
    expect(statuses.filter(status => status === 429)).toHaveLength(3)
  })

  it('that are none end the start', async () => {
    const { code, stderr } = await runServer({ SCANLOGIN_ALLOWED_NETWORKS: 'the-office' })
    expect(code).toBe(1)
    expect(stderr).toContain('SCANLOGIN_ALLOWED_NETWORKS: write networks such as 10.0.0.0/8')
  })
})

describe('a module of places', () => {
  const env = { SCANLOGIN_TRUSTED_PROXIES: '1' }
  const from = { headers: { 'x-forwarded-for': '10.1.2.3' } }

  it('tells the phone where the browser is', async () => {
    const places = `export default env => ({ locate: address => address === '10.1.2.3' ? { name: env.OFFICE } : undefined })`
    const path = module('places.mjs', places)
    const { newBrowser, phone } = await people({ ...env, SCANLOGIN_LOCATE: path, OFFICE: 'Head office' })
    await phone.scan(await showing(newBrowser(from)))
    expect(phone.scanned.context.observed).toMatchObject({ ip: '10.1.2.3', place: 'Head office' })
  })

  it('that is out of order is a line in the log, and people sign in as before', async () => {
    const broken = `export default { async locate() { throw new Error('no geo database') } }`
    const server = await serverWith({ ...env, SCANLOGIN_LOCATE: module('no-places.mjs', broken) })
    const { newBrowser, phone } = peopleAt(server.url, server.origin)
    const browser = newBrowser(from)
    await phone.scan(await showing(browser))
    await phone.confirm()
    expect((await browser.redeem()).status).toBe(200)
    expect(phone.scanned.context.observed).not.toHaveProperty('place')
    await server.written('no geo database')
  })

  it.each([
    ['is not there', './no-such-places.mjs', undefined],
    ['gives no locate', 'nowhere.mjs', 'export default { find() {} }'],
  ])('that %s ends the start', async (_, name, code) => {
    const path = code === undefined ? name : module(name, code)
    const { code: exit, stderr } = await runServer({ SCANLOGIN_LOCATE: path })
    expect(exit).toBe(1)
    expect(stderr).toContain(`SCANLOGIN_LOCATE: "${path}" cannot be used: `)
  })
})

describe('a policy of a site’s own', () => {
  const night = `{ name: 'office-hours', decide: step => step.step === 'create' ? { verdict: 'deny', reasons: ['office_hours'] } : { verdict: 'allow' } }`

  it('is asked as the ready-made ones are, and its verdict is logged', async () => {
    const server = await serverWith({ SCANLOGIN_POLICIES: module('night.mjs', `export default ${night}`) })
    const { browser } = peopleAt(server.url, server.origin)
    expect((await browser.create()).body).toMatchObject({ code: 'forbidden', reasons: ['office_hours'] })
    await server.written('a call was refused')
    const line = JSON.parse(
      server
        .output()
        .split('\n')
        .find(line => line.includes('office_hours')) ?? '{}',
    )
    expect(line).toMatchObject({ event: 'refused', call: 'create', verdict: 'deny', reasons: ['office_hours'] })
  })

  it('may be made from the environment, with the site’s store at hand', async () => {
    const path = module(
      'maker.mjs',
      `export default async (env, { store }) => ({
        name: 'counting',
        async decide() {
          const entry = await store.get('mine')
          const count = Number(entry?.value ?? 0) + 1
          await store.put('mine', { version: (entry?.version ?? 0) + 1, expiresAt: Date.now() + 60000, value: String(count) })
          return count > Number(env.MOST) ? { verdict: 'deny', reasons: ['enough'] } : { verdict: 'allow' }
        },
      })`,
    )
    const { newBrowser } = await people({ SCANLOGIN_POLICIES: path, MOST: '2' })
    const statuses = []
    for (let round = 0; round < 3; round++) statuses.push((await newBrowser().create()).status)
    expect(statuses).toEqual([201, 201, 403])
  })

  it('that throws denies, and the log says which and what', async () => {
    const broken = `export default { name: 'mine', decide() { throw new Error('a bug of mine') } }`
    const server = await serverWith({ SCANLOGIN_POLICIES: module('broken.mjs', broken) })
    const { browser } = peopleAt(server.url, server.origin)
    expect((await browser.create()).body).toMatchObject({ code: 'forbidden', reasons: ['policy_failed'] })
    await server.written('a policy is out of order')
    const line = JSON.parse(
      server
        .output()
        .split('\n')
        .find(line => line.includes('a bug of mine')) ?? '{}',
    )
    expect(line).toMatchObject({ level: 50, event: 'policy_failed', policy: 'mine', call: 'create', failure: 'threw' })
  })

  it.each([
    ['is not there', './no-such-file.mjs', undefined],
    ['is not installed', 'no-such-package', undefined],
    ['cannot be read', 'garbled.mjs', 'export default {'],
    ['throws when it is loaded', 'throws.mjs', 'throw new Error("no licence")'],
    ['throws when it makes the policy', 'makes.mjs', 'export default () => { throw new Error("no licence") }'],
    ['exports nothing', 'empty.mjs', 'export const policy = {}'],
    ['exports something else', 'else.mjs', 'export default { name: "mine" }'],
  ])('that %s ends the start', async (_what, name, code) => {
    const specifier = code === undefined ? name : module(name, code)
    const ended = await runServer({ SCANLOGIN_POLICIES: `new-browser,${specifier}` })
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain(`SCANLOGIN_POLICIES: "${specifier}" cannot be used: `)
    expect(ended.stderr).toContain('Ready-made are rate-limits, ')
    expect(ended.stdout).not.toContain('listening')
  })
})

describe('the audit log', () => {
  it('tells a sign-in in lines of JSON, without anything that could be used', async () => {
    const server = await serverWith({ SCANLOGIN_LOG_LEVEL: 'debug' })
    const { browser, phone } = peopleAt(server.url, server.origin)
    const qr = await showing(browser)
    await phone.scan(qr)
    await phone.confirm()
    const { status } = await browser.redeem()
    expect(status).toBe(200)
    await server.written('the browser is signed in')
    const events = server
      .output()
      .split('\n')
      .filter(line => line.includes('"event"'))
      .map(line => JSON.parse(line))
    expect(events.map(({ level, event }) => [level, event])).toEqual([
      [20, 'created'],
      [30, 'scanned'],
      [30, 'confirmed'],
      [30, 'redeemed'],
    ])
    expect(events.slice(1).map(({ user }) => user)).toEqual(Array(3).fill(phone.user?.id))
    for (const secret of [browser.secret, browser.ticket.id, phone.scanned.scan_token, browser.ticket.user_code]) {
      expect(server.output()).not.toContain(secret)
    }
  })
})

function module(name: string, code: string): string {
  const path = join(folder, name)
  writeFileSync(path, code)
  return path
}

function serverWith(env: Readonly<Record<string, string>>) {
  return startServer({ SCANLOGIN_API_KEY: apiKey, ...env })
}

async function people(env: Readonly<Record<string, string>>): Promise<Actors> {
  const { url, origin } = await serverWith(env)
  return peopleAt(url, origin)
}

function peopleAt(url: string, origin: string): Actors {
  return createActors({ url: `${url}/v1`, origin, apiKey })
}

async function showing(browser: Actors['browser']): Promise<string> {
  await browser.create()
  return browser.draw(0)
}
