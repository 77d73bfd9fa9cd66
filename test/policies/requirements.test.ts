/** What policies require stands in the ticket, and every node enforces it. */
import { describe, expect, it } from 'vitest'
import type { Policy, Verdict } from '../../packages/scanlogin/src/index.ts'
import { at, type Scene, scene, showing } from './scene.ts'

const asking = (verdict: Omit<Extract<Verdict, { verdict: 'require' }>, 'verdict' | 'reasons'>): Verdict => ({
  verdict: 'require',
  reasons: ['new_browser'],
  ...verdict,
})

describe('a check code that a policy requires', () => {
  it.each([4, 6, 8])('has as many digits as it says: %d', async digits => {
    const site = scene(() => [at('scan', () => asking({ checkCode: digits }))])
    const { body } = await site.phone.scan(await showing(site.browser))
    expect(body.require).toEqual({ check_code: true, user_verification: false, short_session: false })
    expect(body.context).toMatchObject({ reasons: ['new_browser'] })
    const confirmed = await site.phone.confirm()
    expect(confirmed.body.check_code).toMatch(new RegExp(`^\\d{${digits}}$`))
    expect((await site.browser.read()).body.check_code).toEqual({ digits, attempts_left: 3 })
    await site.browser.verify(confirmed.body.check_code ?? '')
    expect((await site.browser.redeem()).status).toBe(200)
  })

  it('never has fewer digits than the site asks for in any case', async () => {
    const site = scene(() => [at('scan', () => asking({ checkCode: 4 }))], { login: { checkCode: 6 } })
    await site.phone.scan(await showing(site.browser))
    expect((await site.phone.confirm()).body.check_code).toMatch(/^\d{6}$/)
  })

  it.each(['create', 'scan', 'confirm'] as const)('is asked for wherever it was required: at %s', async step => {
    const site = scene(() => [at(step, () => asking({ checkCode: 5 }))])
    await site.phone.scan(await showing(site.browser))
    const first = await site.phone.confirm()
    expect(first.body).toEqual({ state: 'verifying', check_code: expect.stringMatching(/^\d{5}$/) })
    // A phone that repeats the call is shown the same digits.
    expect((await site.phone.confirm()).body).toEqual(first.body)
    expect((await site.browser.redeem()).body.code).toBe('wrong_state')
  })

  it('is too late at redeem: the browser is refused, and nobody is signed in', async () => {
    const site = scene(() => [at('redeem', () => asking({ checkCode: 4 }))])
    await confirmed(site)
    expect((await site.browser.redeem()).body).toMatchObject({ code: 'forbidden', reasons: ['check_code'] })
  })

  it('was fulfilled, at redeem, by one that had been asked for', async () => {
    const site = scene(() => [at('scan', () => asking({ checkCode: 6 })), at('redeem', () => asking({ checkCode: 4 }))])
    await site.phone.scan(await showing(site.browser))
    await site.browser.verify((await site.phone.confirm()).body.check_code ?? '')
    expect((await site.browser.redeem()).status).toBe(200)
  })
})

describe('user verification that a policy requires', () => {
  const policies = () => [at('scan', () => asking({ userVerification: true }))]

  it('is refused without, told why, and done by confirming once more', async () => {
    const site = scene(policies)
    const { body } = await site.phone.scan(await showing(site.browser))
    expect(body.require?.user_verification).toBe(true)
    expect(await site.phone.confirm()).toMatchObject({
      status: 403,
      body: { code: 'forbidden', reasons: ['user_verification'] },
    })
    expect((await site.browser.read()).body.state).toBe('scanned')
    expect((await verified(site)).body).toEqual({ state: 'confirmed' })
    expect((await site.browser.redeem()).status).toBe(200)
  })

  it('is nothing that a phone can say of itself', async () => {
    const site = scene(policies)
    const phone = site.phoneAt('198.51.100.9', 'alice')
    await phone.scan(await showing(site.browser))
    const { ticket, scan_token } = phone.scanned
    const path = `/tickets/${ticket.id}/confirm`
    expect((await phone.call('POST', path, { body: { scan_token, user_verified: true } })).status).toBe(400)
    expect((await phone.confirm()).status).toBe(403)
  })

  it.each(['yes', 1, null, {}])('is true or false, and not %j', async user_verified => {
    const site = scene(policies)
    await site.phone.scan(await showing(site.browser))
    const { ticket, scan_token } = site.phone.scanned
    const body = { scan_token, user_verified }
    expect((await site.phone.call('POST', `/tickets/${ticket.id}/confirm`, { body })).status).toBe(400)
  })

  it('counts at redeem if it was shown, and is refused there if it was not', async () => {
    const site = scene(() => [at('redeem', () => asking({ userVerification: true }))])
    await confirmed(site)
    expect((await site.browser.redeem()).body).toMatchObject({ code: 'forbidden', reasons: ['user_verification'] })
    await site.phone.scan(await showing(site.browser))
    await verified(site)
    expect((await site.browser.redeem()).status).toBe(200)
  })

  it('is known to policies at confirm and at redeem, and to whoever gives the session', async () => {
    const seen: unknown[] = []
    const witness: Policy = {
      name: 'witness',
      decide(step) {
        if (step.step === 'confirm' || step.step === 'redeem') seen.push(step.userVerified)
        return { verdict: 'allow' }
      },
    }
    const site = scene(() => [witness])
    await site.phone.scan(await showing(site.browser))
    await verified(site)
    const { id } = site.browser.ticket
    const redeemed = await site.login.redeem(id, site.browser.secret)
    expect([...seen, redeemed.userVerified, redeemed.shortSession]).toEqual([true, true, true, false])
  })
})

describe('a shorter session', () => {
  it.each(['create', 'scan', 'confirm', 'redeem'] as const)('reaches whoever opens it, asked for at %s', async step => {
    const site = scene(() => [at(step, () => asking({ shortSession: true }))])
    await confirmed(site)
    const { id } = site.browser.ticket
    expect(await site.login.redeem(id, site.browser.secret)).toMatchObject({ shortSession: true, userVerified: false })
    // Repeated, it is the same.
    expect(await site.login.redeem(id, site.browser.secret)).toMatchObject({ shortSession: true })
  })
})

describe('what was required', () => {
  it('is enforced by a node that has no policies', async () => {
    const strict = scene(() => [at('scan', () => asking({ checkCode: 6, userVerification: true, shortSession: true }))])
    const lax = scene(() => [], { beside: strict })
    await strict.phone.scan(await showing(strict.browser))
    const { ticket, scan_token } = strict.phone.scanned
    const confirm = (body: object) =>
      lax.phone.call<{ check_code?: string }>('POST', `/tickets/${ticket.id}/confirm`, {
        body: { scan_token, ...body },
      })
    expect((await confirm({})).body).toMatchObject({ reasons: ['user_verification'] })
    const { body } = await confirm({ user_verified: true })
    expect(body.check_code).toMatch(/^\d{6}$/)
    await lax.login.verify(ticket.id, strict.browser.secret, body.check_code ?? '')
    expect(await lax.login.redeem(ticket.id, strict.browser.secret)).toMatchObject({ shortSession: true })
  })

  it('is not taken back by scanning once more from where nothing is required', async () => {
    let strict = true
    const site = scene(() => [at('scan', () => (strict ? asking({ checkCode: 4 }) : { verdict: 'allow' }))])
    const qr = await showing(site.browser)
    await site.phone.scan(qr)
    strict = false
    expect((await site.phone.scan(qr)).body.require?.check_code).toBe(true)
    expect((await site.phone.confirm()).body.state).toBe('verifying')
  })

  it('adds up over several policies, with all their reasons', async () => {
    const site = scene(() => [
      at('create', () => ({ verdict: 'require', shortSession: true, reasons: ['site_rule'] })),
      at('scan', () => ({ verdict: 'require', checkCode: 4, reasons: ['new_browser'] })),
      at('scan', () => ({ verdict: 'require', checkCode: 6, userVerification: true, reasons: ['other_network'] })),
    ])
    const { body } = await site.phone.scan(await showing(site.browser))
    expect(body.require).toEqual({ check_code: true, user_verification: true, short_session: true })
    expect(body.context?.reasons).toEqual(['site_rule', 'new_browser', 'other_network'])
    expect((await verified(site)).body.check_code).toMatch(/^\d{6}$/)
  })
})

describe('a repeated call', () => {
  it('is answered as before where a policy would deny it by now', async () => {
    let denied = false
    const policies = ['confirm', 'redeem'] as const
    const decide = (): Verdict => (denied ? { verdict: 'deny', reasons: ['many_attempts'] } : { verdict: 'allow' })
    const here = scene(() => policies.map(step => at(step, decide)))
    const there = scene(() => policies.map(step => at(step, decide)), { beside: here })
    await here.phone.scan(await showing(here.browser))
    const { id } = here.browser.ticket
    const { scan_token } = here.phone.scanned
    // The other node has seen it as it was before.
    await there.login.read(id, here.browser.secret)
    await here.phone.confirm()
    denied = true
    expect(await there.login.confirm(id, scan_token)).toMatchObject({ ticket: { state: 'confirmed' } })
    denied = false
    await there.login.read(id, here.browser.secret)
    const { token } = await here.login.redeem(id, here.browser.secret)
    denied = true
    expect((await there.login.redeem(id, here.browser.secret)).token).toBe(token)
  })
})

async function confirmed({ browser, phone }: Scene): Promise<void> {
  await phone.scan(await showing(browser))
  await phone.confirm()
}

/** The app's back end confirms, and says that the phone has verified its user. */
function verified({ phone }: Scene) {
  const { ticket, scan_token } = phone.scanned
  const body = { scan_token, user_verified: true }
  return phone.call<{ state: string; check_code?: string }>('POST', `/tickets/${ticket.id}/confirm`, { body })
}
