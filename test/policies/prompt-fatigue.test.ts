/** Who is asked again and again says yes in the end: so they are not. */
import { describe, expect, it } from 'vitest'
import { promptFatigue } from '../../packages/scanlogin/src/policies.ts'
import type { ScriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { type Scene, scene, showing } from './scene.ts'

const policies: Parameters<typeof scene>[0] = store => [promptFatigue({ store })]

describe('a person who has refused three sign-ins', () => {
  it('is not asked a fourth time for ten minutes', async () => {
    const site = scene(policies)
    for (let round = 0; round < 3; round++) {
      expect((await ask(site)).status).toBe(200)
      await site.phone.deny()
      await site.clock.advance(60_000)
    }
    const fourth = await ask(site)
    expect(fourth).toMatchObject({ status: 429, body: { code: 'rate_limited', reasons: ['many_prompts'] } })
    // The first one was three minutes ago.
    expect(fourth.headers.get('retry-after')).toBe('420')
    await site.clock.advance(420_000)
    expect((await ask(site)).status).toBe(200)
    expect((await ask(site)).status).toBe(429)
  })

  it('does not keep anybody else from signing in', async () => {
    const site = scene(policies)
    for (let round = 0; round < 4; round++) await ask(site)
    expect((await ask(site)).status).toBe(429)
    expect((await ask(site, site.newPhone('Bob'))).status).toBe(200)
  })

  it('is not asked by another node either', async () => {
    const here = scene(policies)
    const there = scene(policies, { beside: here })
    for (const site of [here, there, here]) expect((await ask(site, here.phone)).status).toBe(200)
    const qr = await showing(there.browser)
    const { user } = here.phone
    expect((await there.phone.call('POST', '/scan', { body: { qr, user } })).status).toBe(429)
    expect((await ask(here, here.phone)).status).toBe(429)
  })
})

describe('a question that was left until it was too late', () => {
  it('counts like one that was refused', async () => {
    const site = scene(policies)
    for (let round = 0; round < 3; round++) {
      await ask(site)
      await site.clock.advance(130_000)
    }
    expect((await ask(site)).status).toBe(429)
  })
})

describe('a person who signs in', () => {
  it('may do so as often as they like', async () => {
    const site = scene(policies)
    for (let round = 0; round < 20; round++) {
      expect((await ask(site)).status).toBe(200)
      expect((await site.phone.confirm()).status).toBe(200)
    }
  })

  it('is forgotten by the store', async () => {
    const site = scene(policies)
    await ask(site)
    await site.phone.confirm()
    await site.clock.advance(2000)
    for (let round = 0; round < 3; round++) expect((await ask(site)).status).toBe(200)
  })

  it('may scan one code several times: it is one question', async () => {
    const site = scene(policies)
    const qr = await showing(site.browser)
    for (let round = 0; round < 6; round++) expect((await site.phone.scan(qr)).status).toBe(200)
  })

  it('is asked no more than three questions where ten come at once', async () => {
    const site = scene(policies)
    const codes = await Promise.all(Array.from({ length: 10 }, () => showing(site.newBrowser())))
    const replies = await Promise.all(codes.map(qr => site.phone.scan(qr)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(7)
  })

  it('confirms on any node, whichever has asked', async () => {
    const here = scene(policies)
    const there = scene(policies, { beside: here })
    for (let round = 0; round < 8; round++) {
      const [asks, hears] = round % 2 === 0 ? [here, there] : [there, here]
      const qr = await showing(asks.browser)
      expect((await asks.phoneAt('198.51.100.9', 'alice').scan(qr)).status).toBe(200)
      const { scanToken } = await hears.login.scan({ qr }, { id: 'alice' })
      await hears.login.confirm(asks.browser.ticket.id, scanToken)
    }
  })
})

describe('the options of prompt fatigue', () => {
  it.each([{ prompts: 0 }, { prompts: 1.5 }, { minutes: 0 }])('cannot be %j', options => {
    const { store } = scene(() => [])
    expect(() => promptFatigue({ store, ...options })).toThrow(TypeError)
  })
})

async function ask(site: Scene, phone: ScriptedPhone = site.phone): ReturnType<ScriptedPhone['scan']> {
  return phone.scan(await showing(site.newBrowser()))
}
