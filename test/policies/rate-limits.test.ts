/** Floods are slowed down, crowds are not. */
import { describe, expect, it } from 'vitest'
import { rateLimits } from '../../packages/scanlogin/src/policies.ts'
import type { Reply } from '../../packages/scanlogin/src/testing/caller.ts'
import { type Scene, scene, showing } from './scene.ts'

describe('an office of 500 browsers behind one address', () => {
  it('begins, waits and signs in all at once, and again when the codes are old', async () => {
    const site = scene(() => [rateLimits()])
    for (let round = 0; round < 3; round++) {
      const browsers = Array.from({ length: 500 }, () => site.browserAt('203.0.113.7'))
      expect(statuses(await Promise.all(browsers.map(browser => browser.create())))).toEqual([201])
      expect(statuses(await Promise.all(browsers.map(browser => browser.read())))).toEqual([200])
      const waiting = browsers.map(browser => browser.wait(1, 25))
      await Promise.all(browsers.map((browser, index) => signIn(site, browser, `${round}-${index}`)))
      await site.clock.advance(25_000)
      expect(statuses(await Promise.all(waiting))).toEqual([200])
      expect(statuses(await Promise.all(browsers.map(browser => browser.redeem())))).toEqual([200])
      await site.clock.advance(95_000)
    }
  })

  it('is not slowed down by a neighbour who names ids that there are not', async () => {
    const site = scene(() => [rateLimits()])
    const honest = site.browserAt('203.0.113.7')
    await honest.create()
    const neighbour = site.browserAt('203.0.113.99')
    const guesses = Array.from({ length: 1000 }, () => neighbour.call('GET', `/tickets/${'0'.repeat(26)}`))
    expect(statuses(await Promise.all(guesses))).toEqual([404, 429])
    expect((await honest.read()).status).toBe(200)
    await signIn(site, honest, 'alice')
    expect((await honest.redeem()).status).toBe(200)
    expect((await site.browserAt('203.0.113.8').create()).status).toBe(201)
  })
})

describe('sign-ins begun from one network', () => {
  const few = () => [rateLimits({ creates: 10 })]

  it('are so many, whichever of its addresses they come from', async () => {
    const site = scene(few)
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, host) => site.browserAt(`203.0.113.${host}`).create()),
    )
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(10)
    const [late] = replies.slice(-1)
    expect(late).toMatchObject({ status: 429, body: { code: 'rate_limited', reasons: ['many_attempts'] } })
    expect(Number(late?.headers.get('retry-after'))).toBe(6)
  })

  it.each([
    ['203.0.113.7', '203.0.114.7'],
    ['2001:db8:0:0100::1', '2001:db8:0:0200::1'],
  ])('are not counted with those of another: %s, %s', async (one, other) => {
    const site = scene(few)
    for (let tries = 0; tries < 11; tries++) await site.browserAt(one).create()
    expect((await site.browserAt(one).create()).status).toBe(429)
    expect((await site.browserAt(other).create()).status).toBe(201)
  })

  it('count as one network in all of the 72 bits that a provider hands out', async () => {
    const site = scene(few)
    const addresses = Array.from({ length: 11 }, (_, index) => `2001:db8:0:01${index.toString(16).padStart(2, '0')}::1`)
    const replies = await Promise.all(addresses.map(address => site.browserAt(address).create()))
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(1)
  })

  it('go on after the pause that the refusal names, and at full speed after a minute', async () => {
    const site = scene(few)
    const browser = site.browserAt('203.0.113.7')
    for (let tries = 0; tries < 10; tries++) await browser.create()
    const refused = await browser.create()
    await site.clock.advance(Number(refused.headers.get('retry-after')) * 1000)
    expect((await browser.create()).status).toBe(201)
    expect((await browser.create()).status).toBe(429)
    await site.clock.advance(60_000)
    for (let tries = 0; tries < 10; tries++) expect((await browser.create()).status).toBe(201)
  })

  it('are shared out among the processes of a site', async () => {
    const site = scene(() => [rateLimits({ creates: 10, processes: 5 })])
    const replies = await Promise.all(Array.from({ length: 5 }, () => site.browserAt('203.0.113.7').create()))
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(2)
  })

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])(
    'are not counted from this machine itself: %s',
    async address => {
      const site = scene(few)
      const replies = await Promise.all(Array.from({ length: 50 }, () => site.browserAt(address).create()))
      expect(statuses(replies)).toEqual([201])
    },
  )
})

describe('one user, and one ticket', () => {
  it('is scanned for so often in a minute, and again later', async () => {
    const site = scene(() => [rateLimits({ scans: 5 })])
    const qr = await showing(site.browser)
    const replies: Reply[] = []
    for (let tries = 0; tries < 6; tries++) replies.push(await site.phone.scan(qr))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429])
    expect((await site.stranger.phone.scan(await showing(site.stranger.browser))).status).toBe(200)
    await site.clock.advance(12_000)
    expect((await site.phone.scan(await site.browser.draw(12))).status).toBe(200)
  })

  it('takes so many steps in a minute, whoever takes them', async () => {
    const site = scene(() => [rateLimits({ steps: 4 })])
    const qr = await showing(site.browser)
    await site.phone.scan(qr)
    const others = await Promise.all(Array.from({ length: 5 }, (_, index) => site.newPhone(`Eve ${index}`).scan(qr)))
    expect(statuses(others)).toEqual([409, 429])
    await site.clock.advance(60_000)
    expect((await site.phone.confirm()).status).toBe(200)
  })
})

describe('the options of rate limits', () => {
  it.each([{ creates: 0 }, { scans: -1 }, { unknowns: Number.NaN }, { processes: 0 }])('cannot be %j', options => {
    expect(() => rateLimits(options)).toThrow(TypeError)
  })
})

function statuses(replies: readonly Reply[]): number[] {
  return [...new Set(replies.map(({ status }) => status))].sort()
}

async function signIn(site: Scene, browser: ReturnType<Scene['browserAt']>, user: string): Promise<void> {
  const phone = site.phoneAt('203.0.113.7', user)
  await phone.scan(await browser.draw(0))
  await phone.confirm()
}
