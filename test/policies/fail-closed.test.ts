/** A policy that is out of order is no open door: at every step, whatever is wrong with it. */
import { describe, expect, it } from 'vitest'
import type { Policy } from '../../packages/scanlogin/src/index.ts'
import { LoginError } from '../../packages/scanlogin/src/index.ts'
import { at, type Scene, scene, showing } from './scene.ts'

type Step = 'create' | 'scan' | 'confirm' | 'redeem'
const steps: readonly Step[] = ['create', 'scan', 'confirm', 'redeem']

// What a policy of somebody else's may answer, whatever its type says.
const nonsense = (answer: unknown) => (() => answer) as Policy['decide']

const broken: Readonly<Record<string, { decide: Policy['decide']; status: number; failure: string }>> = {
  'throws at once': { decide: bug, status: 403, failure: 'threw' },
  'throws later': { decide: async () => bug(), status: 403, failure: 'threw' },
  'answers nothing': { decide: nonsense(undefined), status: 403, failure: 'nonsense' },
  'answers "true"': { decide: nonsense(true), status: 403, failure: 'nonsense' },
  'answers with a verdict that there is not': {
    decide: nonsense({ verdict: 'maybe' }),
    status: 403,
    failure: 'nonsense',
  },
  'denies without a reason': { decide: nonsense({ verdict: 'deny', reasons: [] }), status: 403, failure: 'nonsense' },
  'never answers': { decide: () => new Promise(() => {}), status: 503, failure: 'late' },
  'finds its store out of order': {
    decide: () => Promise.reject(new LoginError('store_unavailable')),
    status: 503,
    failure: 'outage',
  },
}

describe.each(Object.entries(broken))('a policy that %s', (_what, { decide, status, failure }) => {
  it.each(steps)('denies %s, and says so in an event', async step => {
    const site = scene(() => [at(step, decide)])
    const { statuses, codes } = await signIn(site)
    expect(statuses).toEqual([...steps.slice(0, steps.indexOf(step)).map(good), status])
    expect(codes).toEqual([status === 503 ? 'store_unavailable' : 'forbidden'])
    expect(site.events.filter(({ type }) => type === 'policy_failed')).toEqual([
      expect.objectContaining({ policy: `at ${step}`, call: step, failure }),
    ])
  })
})

describe('a policy that is out of order', () => {
  it('does not keep another from saying no for good', async () => {
    const denied = at('scan', () => ({ verdict: 'deny', reasons: ['outside_network'] }))
    const site = scene(() => [at('scan', () => new Promise(() => {})), denied])
    const { statuses, reasons } = await signIn(site)
    expect(statuses).toEqual([201, 403])
    expect(reasons).toEqual(['policy_failed', 'outside_network'])
  })

  it('loses nothing: what was denied succeeds once it is well again', async () => {
    let ill = true
    const site = scene(() => [at('confirm', () => (ill ? bug() : { verdict: 'allow' }))])
    const qr = await showing(site.browser)
    await site.phone.scan(qr)
    expect((await site.phone.confirm()).status).toBe(403)
    ill = false
    expect((await site.phone.confirm()).body).toEqual({ state: 'confirmed' })
    expect((await site.browser.redeem()).status).toBe(200)
  })

  it('leaves no timer behind when it answers in time', async () => {
    const site = scene(() => [at('scan', async () => ({ verdict: 'allow' }))])
    await site.phone.scan(await showing(site.browser))
    expect(site.clock.timers()).toBe(0)
  })

  it('has as long as the site says', async () => {
    const decide = () =>
      new Promise<{ verdict: 'allow' }>(resolve => site.clock.after(1900, () => resolve({ verdict: 'allow' })))
    const site: Scene = scene(() => [at('scan', decide)], { login: { policyDeadline: 2 } })
    const qr = await showing(site.browser)
    const scanned = site.phone.scan(qr)
    await site.clock.advance(2000)
    expect((await scanned).status).toBe(200)
  })
})

function bug(): never {
  throw new Error('a policy with a bug')
}

const good = (step: Step) => (step === 'create' ? 201 : 200)

/** As far as it goes; time passes while somebody waits. */
async function signIn({ browser, phone, clock }: Scene) {
  const calls = [
    () => browser.create(),
    async () => phone.scan(await browser.draw(0)),
    () => phone.confirm(),
    () => browser.redeem(),
  ]
  const statuses: number[] = []
  for (const call of calls) {
    const reply = call()
    await clock.advance(1500)
    const { status, body } = await reply
    statuses.push(status)
    if (status >= 400) return { statuses, codes: [body.code], reasons: body.reasons }
  }
  return { statuses, codes: [], reasons: undefined }
}
