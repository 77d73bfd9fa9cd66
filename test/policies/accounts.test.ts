/** What is known of an account: its browsers, how often it signs in, and codes that are guessed for it. */
import { describe, expect, it } from 'vitest'
import { knownBrowsers } from '../../packages/scanlogin/src/index.ts'
import { always, highUsage, newBrowser } from '../../packages/scanlogin/src/policies.ts'
import { type Scene, scene, showing } from './scene.ts'

describe('a browser that this user has not signed in with before', () => {
  it('needs a check code, and its session ends sooner', async () => {
    const site = withBrowsers()
    await site.phone.scan(await showing(site.browser))
    expect(site.phone.scanned).toMatchObject({
      require: { check_code: true, short_session: true },
      context: { reasons: ['new_browser'] },
    })
  })

  it('is one tap away the next time, for this user and no other', async () => {
    const site = withBrowsers()
    const key = 'k'.repeat(43)
    await signInWithKey(site, key, 'alice')
    const again = await site.login.create({ origin, keyProof: proof(site, key) })
    const mine = await site.login.scan({ qr: again.qrUrl }, { id: 'alice' })
    expect(mine.ticket.terms).toBeUndefined()
    const others = await site.login.create({ origin, keyProof: proof(site, key) })
    const { ticket } = await site.login.scan({ qr: others.qrUrl }, { id: 'bob' })
    expect(ticket.terms).toMatchObject({ checkCode: 4, reasons: ['new_browser'] })
  })

  it('is every browser where nobody keeps count', async () => {
    const site = scene(() => [newBrowser({ require: { checkCode: 6 } })])
    await site.phone.scan(await showing(site.browser))
    expect((await site.phone.confirm()).body.check_code).toMatch(/^\d{6}$/)
  })
})

describe('an account that signs in more often than a person does', () => {
  it('has to show more from then on, until the day is over', async () => {
    const site = scene(store => [highUsage({ store, perDay: 3 })])
    for (let times = 0; times < 3; times++) expect((await scanned(site)).user_verification).toBe(false)
    expect(await scanned(site)).toMatchObject({ user_verification: true, short_session: true })
    expect(site.phone.scanned.context.reasons).toEqual(['high_usage'])
    await site.clock.advance(86_400_000)
    expect((await scanned(site)).user_verification).toBe(false)
  })

  it('is counted by all nodes together, and nobody else with it', async () => {
    const here = scene(store => [highUsage({ store, perDay: 3 })])
    const there = scene(store => [highUsage({ store, perDay: 3 })], { beside: here })
    for (const site of [here, there, here]) await site.phoneAt('203.0.113.7', 'alice').scan(await showing(site.browser))
    const last = await there.phoneAt('203.0.113.7', 'alice').scan(await showing(there.browser))
    expect(last.body.require?.user_verification).toBe(true)
    const other = await there.phoneAt('203.0.113.7', 'bob').scan(await showing(there.browser))
    expect(other.body.require?.user_verification).toBe(false)
  })
})

describe('a rule for all', () => {
  it('is required of everybody', async () => {
    const site = scene(() => [always({ userVerification: true })])
    expect(await scanned(site)).toMatchObject({ user_verification: true })
    expect(site.phone.scanned.context.reasons).toEqual(['site_rule'])
  })

  it('has to require something', () => {
    expect(() => always({})).toThrow(TypeError)
  })
})

const origin = { ip: '203.0.113.7', browser: 'Firefox', os: 'Linux' }

function withBrowsers(): Scene {
  const shared = scene(() => [])
  const browsers = knownBrowsers({ store: shared.store, clock: shared.clock })
  return scene(() => [newBrowser()], { login: { browsers }, beside: shared })
}

let proofs = 0
const proof = (site: Scene, key: string) => ({ key, id: `proof ${proofs++}`, issuedAt: site.clock.now() })

async function signInWithKey({ login, ...site }: Scene, key: string, id: string): Promise<void> {
  const { ticket, secret, qrUrl } = await login.create({ origin, keyProof: proof({ login, ...site }, key) })
  const { scanToken } = await login.scan({ qr: qrUrl }, { id })
  const { checkCode = '' } = await login.confirm(ticket.birth.id, scanToken)
  await login.verify(ticket.birth.id, secret, checkCode)
  await login.redeem(ticket.birth.id, secret, { keyProof: proof({ login, ...site }, key) })
}

async function scanned(site: Scene) {
  await site.phone.scan(await showing(site.newBrowser()))
  return site.phone.scanned.require
}
