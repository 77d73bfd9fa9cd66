/** What an audit log hears: every step, every refusal, and nothing that could be used. */
import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { clockOf } from '../../packages/scanlogin/src/core/clock.ts'
import { LoginError, type LoginEvent, memoryStore } from '../../packages/scanlogin/src/index.ts'
import { start } from '../start.ts'
import { at, type Scene, scene, showing } from './scene.ts'

describe('a sign-in', () => {
  it('is told step by step: which ticket, who, and from where', async () => {
    const site = scene(() => [], { login: { checkCode: 4 } })
    const browser = site.browserAt('203.0.113.7')
    const phone = site.phoneAt('198.51.100.9', 'alice')
    await phone.scan(await showing(browser))
    await browser.verify((await phone.confirm()).body.check_code ?? '')
    await browser.redeem()
    const ticket = markOf(browser.ticket.id)
    const user = 'alice'
    expect(site.events).toEqual([
      { type: 'created', at: site.clock.now(), ticket, address: '203.0.113.7', verdict: 'allow' },
      { type: 'scanned', at: site.clock.now(), ticket, user, address: '198.51.100.9', verdict: 'allow' },
      { type: 'verifying', at: site.clock.now(), ticket, user, address: '198.51.100.9', verdict: 'allow' },
      {
        type: 'confirmed',
        at: site.clock.now(),
        ticket,
        user,
        address: '203.0.113.7',
        verdict: 'allow',
        userVerified: false,
      },
      { type: 'redeemed', at: site.clock.now(), ticket, user, address: '203.0.113.7', verdict: 'allow' },
    ])
  })

  it('is told once, however often its calls are repeated', async () => {
    const site = scene(() => [])
    await site.phone.scan(await showing(site.browser))
    for (const call of [site.phone.confirm, site.phone.confirm, site.browser.redeem, site.browser.redeem]) await call()
    expect(typesOf(site)).toEqual(['created', 'scanned', 'confirmed', 'redeemed'])
  })

  it.each([
    ['denied', async ({ phone }: Scene) => phone.deny()],
    ['cancelled', async ({ browser }: Scene) => browser.cancel()],
  ])('that is %s is told so', async (type, end) => {
    const site = scene(() => [])
    await site.phone.scan(await showing(site.browser))
    await end(site)
    expect(typesOf(site)).toEqual(['created', 'scanned', type])
  })

  it('goes well where the listener throws', async () => {
    const onEvent = () => {
      throw new Error('a log that is full')
    }
    const site = scene(() => [], { login: { onEvent } })
    await site.phone.scan(await showing(site.browser))
    expect((await site.phone.confirm()).status).toBe(200)
    expect((await site.browser.redeem()).status).toBe(200)
    expect(site.failures).toEqual([])
  })
})

describe('a refusal', () => {
  it('is told with its code and its reasons', async () => {
    const site = scene(() => [at('scan', () => ({ verdict: 'deny', reasons: ['outside_network'] }))])
    const qr = await showing(site.browser)
    await site.phoneAt('198.51.100.9', 'alice').scan(qr)
    expect(site.events.at(-1)).toEqual({
      type: 'refused',
      at: site.clock.now(),
      call: 'scan',
      code: 'forbidden',
      ticket: markOf(site.browser.ticket.id),
      user: 'alice',
      address: '198.51.100.9',
      verdict: 'deny',
      reasons: ['outside_network'],
    })
  })

  it('is told once, with where the call came from, whatever made it', async () => {
    const site = scene(() => [])
    const stranger = site.browserAt('192.0.2.1')
    await showing(site.browser)
    const { id } = site.browser.ticket
    await stranger.call('GET', `/tickets/${id}`)
    await stranger.call('POST', `/tickets/${id}/redeem`, { body: {} })
    await stranger.call('POST', '/scan', { body: {} })
    await stranger.call('POST', '/tickets', { body: 'no JSON' })
    await stranger.call('GET', '/nowhere/secret-in-a-path')
    const told = site.events.filter(({ type }) => type === 'refused')
    expect(told.map(({ call, code, address, ticket }) => [call, code, address, ticket])).toEqual([
      ['GET tickets/…', 'not_found', '192.0.2.1', markOf(id)],
      ['POST tickets/…/redeem', 'not_found', '192.0.2.1', markOf(id)],
      ['POST scan', 'unauthenticated', '192.0.2.1', undefined],
      ['POST tickets', 'invalid_request', '192.0.2.1', undefined],
      ['elsewhere', 'not_found', '192.0.2.1', undefined],
    ])
  })

  it('by a store that has never answered is told and answered, though that has no time to tell', async () => {
    const away = () => {
      throw new LoginError('store_unavailable')
    }
    const store = { ...memoryStore(), now: away, get: async () => away(), put: async () => away() }
    const events: LoginEvent[] = []
    const { browser, phone } = start({ login: { store, clock: clockOf(store), onEvent: event => events.push(event) } })
    expect((await browser.create()).body.code).toBe('store_unavailable')
    expect((await phone.scan(`https://id.example.com/s#${'0'.repeat(26)}.0.0123456789`)).status).toBe(503)
    expect(events.map(({ type, code }) => [type, code])).toContainEqual(['refused', 'store_unavailable'])
  })

  it('of a wrong check code is told, and the third one as the end', async () => {
    const site = scene(() => [], { login: { checkCode: 4 } })
    await site.phone.scan(await showing(site.browser))
    const { check_code = '' } = (await site.phone.confirm()).body
    const wrong = check_code === '0000' ? '1111' : '0000'
    for (let miss = 0; miss < 3; miss++) await site.browser.verify(wrong)
    const rest = site.events.slice(3).map(({ type, code }) => [type, code])
    expect(rest).toEqual([
      ['refused', 'check_code_mismatch'],
      ['refused', 'check_code_mismatch'],
      ['denied', undefined],
      ['refused', 'check_code_mismatch'],
    ])
  })
})

describe('an alarm', () => {
  it('is raised when another account scans the same code', async () => {
    const site = scene(() => [])
    const qr = await showing(site.browser)
    await site.phone.scan(qr)
    await site.stranger.phone.scan(qr)
    await site.stranger.phone.scan(qr)
    const alarms = site.events.filter(({ type }) => type === 'contended')
    expect(alarms).toEqual([expect.objectContaining({ ticket: markOf(site.browser.ticket.id) })])
  })

  it('is raised at the fifth made-up code, and the ticket is over', async () => {
    const site = scene(() => [])
    await showing(site.browser)
    const waiting = site.browser.wait(1, 25)
    const forged = `https://id.example.com/s#${site.browser.ticket.id}.0.0123456789`
    for (let tries = 0; tries < 5; tries++) expect((await site.stranger.phone.scan(forged)).body.code).toBe('stale_qr')
    expect((await waiting).body).toMatchObject({ state: 'expired' })
    expect((await site.phone.scan(await site.browser.draw(0))).body.code).toBe('ticket_expired')
    expect(typesOf(site)).toContain('forged_codes')
  })

  it('is not raised by pictures of a code, and does not end what somebody has scanned', async () => {
    const site = scene(() => [])
    const old = await showing(site.browser)
    await site.clock.advance(30_000)
    for (let tries = 0; tries < 6; tries++) await site.stranger.phone.scan(old)
    expect(typesOf(site)).not.toContain('forged_codes')
    await site.phone.scan(await site.browser.draw(30))
    const forged = `https://id.example.com/s#${site.browser.ticket.id}.3.0123456789`
    for (let tries = 0; tries < 6; tries++) await site.stranger.phone.scan(forged)
    expect((await site.phone.confirm()).body.state).toBe('confirmed')
  })

  it('is raised once when more people refuse than confirm', async () => {
    const site = scene(() => [])
    const alarms = () => site.events.filter(({ type }) => type === 'denial_spike')
    for (let round = 0; round < 15; round++) await decided(site, round < 3 ? 'confirm' : 'deny')
    await vi.waitFor(() => expect(alarms()).toEqual([{ type: 'denial_spike', at: site.clock.now(), count: 10 }]))
    await site.clock.advance(300_000)
    for (let round = 0; round < 10; round++) await decided(site, 'deny')
    await vi.waitFor(() => expect(alarms()).toHaveLength(2))
  })

  it('is not raised by people who refuse now and then', async () => {
    const site = scene(() => [])
    for (let round = 0; round < 30; round++) await decided(site, round % 2 === 0 ? 'confirm' : 'deny')
    expect(typesOf(site)).not.toContain('denial_spike')
  })
})

describe('the events of everything that can happen', () => {
  it('hold no id, no secret and no code that was ever issued', async () => {
    const site = scene(
      () => [at('redeem', () => ({ verdict: 'require', shortSession: true, reasons: ['new_browser'] }))],
      {
        login: { checkCode: 8 },
      },
    )
    const { browser, phone, stranger } = site
    const qr = await showing(browser)
    await stranger.phone.type(browser.ticket.user_code.replace(/./, letter => (letter === 'B' ? 'C' : 'B')))
    await phone.scan(qr)
    await stranger.phone.scan(qr)
    const { check_code = '' } = (await phone.confirm()).body
    await browser.verify('00000000')
    await browser.verify(check_code)
    await browser.redeem('no-verifier-was-agreed-on')
    const redeemed = await browser.redeem()
    await stranger.browser.call('GET', `/tickets/${browser.ticket.id}`)
    await phone.deny()
    const issued = [
      browser.ticket.id,
      browser.secret,
      phone.scanned.scan_token,
      check_code,
      browser.ticket.user_code,
      browser.ticket.user_code.replace('-', ''),
      browser.ticket.qr.rotation?.key ?? '',
      qr.split('.').at(-1) ?? '',
      ...browser.cookies.values(),
    ]
    expect(redeemed.status).toBe(200)
    const log = JSON.stringify(site.events)
    for (const secret of issued) {
      expect(secret.length).toBeGreaterThan(7)
      expect(log).not.toContain(secret)
    }
    expect(site.events.length).toBeGreaterThan(8)
  })
})

function typesOf({ events }: Scene): LoginEvent['type'][] {
  return events.map(({ type }) => type)
}

function markOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 12)
}

async function decided(site: Scene, decision: 'confirm' | 'deny'): Promise<void> {
  const [browser, phone] = [site.newBrowser(), site.newPhone('Alice')]
  await phone.scan(await showing(browser))
  await phone[decision]()
}
