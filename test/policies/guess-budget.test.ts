/** Guessing at typed codes: the more there are to hit, the fewer guesses there are, for all users together. */
import { describe, expect, it } from 'vitest'
import { add } from '../../packages/scanlogin/src/core/limits/tally.ts'
import { LoginError, memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import { guessBudget } from '../../packages/scanlogin/src/policies.ts'
import { type Scene, scene, showing } from './scene.ts'

const allCodes = 20 ** 8
/** A code that nobody has: the chance that it is somebody's is one in 25,600,000,000. */
const wrong = 'BBBB-BBBB'

describe('an attacker with any number of accounts', () => {
  it.each([1, 1000, 100_000])('hits one of %i live codes with a chance below 2^-20 an hour', async live => {
    const site = scene(store => [guessBudget({ store })])
    await crowd(site, live)
    let tried = 0
    for (let guesses = 0; guesses < 40; guesses++) {
      const { status } = await site.newPhone('Mallory').type(wrong)
      if (status === 404) tried += 1
      else expect(status).toBe(429)
    }
    expect(tried).toBe(Math.min(40, Math.floor(allCodes / 2 ** 21 / live)))
    expect((tried * live) / allCodes).toBeLessThan(2 ** -20)
  })

  it('gets no further by guessing at many codes at once', async () => {
    const site = scene(store => [guessBudget({ store })])
    await crowd(site, 1000)
    const replies = await Promise.all(Array.from({ length: 100 }, () => site.newPhone('Mallory').type(wrong)))
    expect(replies.filter(({ status }) => status === 404)).toHaveLength(12)
  })

  it('gets no further by coming to another node', async () => {
    const here = scene(store => [guessBudget({ store })])
    const there = scene(store => [guessBudget({ store })], { beside: here })
    await crowd(here, 2000)
    const tried = []
    for (let guesses = 0; guesses < 20; guesses++) {
      tried.push((await (guesses % 2 === 0 ? here : there).newPhone('Mallory').type(wrong)).status)
    }
    expect(tried.filter(status => status === 404)).toHaveLength(6)
  })

  it('is told the same of a code that is somebody’s once the budget is spent', async () => {
    const site = scene(store => [guessBudget({ store })])
    await showing(site.browser)
    await crowd(site, 100_000)
    const guess = await site.newPhone('Mallory').type(wrong)
    const hit = await site.newPhone('Mallory').type(site.browser.ticket.user_code)
    expect(guess).toMatchObject({ status: 429, body: { reasons: ['many_guesses'] } })
    expect(hit.body).toEqual(guess.body)
  })
})

describe('people who type their code', () => {
  it('use up nothing when it is right', async () => {
    const site = scene(store => [guessBudget({ store })])
    await crowd(site, 10_000)
    for (let round = 0; round < 10; round++) {
      const browser = site.newBrowser()
      await browser.create()
      expect((await site.newPhone('Alice').type(browser.ticket.user_code)).status).toBe(200)
    }
  })

  it('use up nothing with what cannot be a code', async () => {
    const site = scene(store => [guessBudget({ store })])
    await crowd(site, 10_000)
    for (let round = 0; round < 10; round++) {
      expect((await site.newPhone('Alice').type('what code?')).status).toBe(404)
    }
    expect((await site.newPhone('Alice').type(wrong)).status).toBe(404)
  })

  it('can do so again in the next hour, and scan in the meantime', async () => {
    const site = scene(store => [guessBudget({ store })])
    await crowd(site, 10_000)
    expect((await site.newPhone('Alice').type(wrong)).status).toBe(404)
    const refused = await site.newPhone('Alice').type(wrong)
    expect(refused.status).toBe(429)
    expect((await site.phone.scan(await showing(site.browser))).status).toBe(200)
    await site.clock.advance(Number(refused.headers.get('retry-after')) * 1000)
    expect((await site.newPhone('Alice').type(wrong)).status).toBe(404)
  })
})

describe('sign-ins under way', () => {
  it('are counted while their codes live', async () => {
    const site = scene(store => [guessBudget({ store, chance: 40 / allCodes })])
    for (let round = 0; round < 21; round++) await site.newBrowser().create()
    // Half of the budget is for this clock hour, and each guess has 21 chances.
    expect((await site.newPhone('Alice').type(wrong)).status).toBe(429)
    await site.clock.advance(400_000)
    expect((await site.newPhone('Alice').type(wrong)).status).toBe(404)
  })
})

describe('a crowd that types its codes at once', () => {
  it('asks the store once how many are live', async () => {
    const kept = memoryStore()
    const asked: string[] = []
    const get: Store['get'] = key => {
      asked.push(key)
      return kept.get(key)
    }
    const policy = guessBudget({ store: { ...kept, get } })
    const guess = { step: 'guess', at: Date.now(), user: { id: 'alice' }, phoneAddress: undefined } as const
    const verdicts = await Promise.all(Array.from({ length: 300 }, () => policy.decide(guess)))
    expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['allow']))
    expect(asked.filter(key => key.startsWith('l:'))).toHaveLength(6)
  })

  it('asks once more where the store was away', async () => {
    const kept = memoryStore()
    let away = true
    const get: Store['get'] = key => (away ? Promise.reject(new LoginError('store_unavailable')) : kept.get(key))
    const policy = guessBudget({ store: { ...kept, get } })
    const guess = { step: 'guess', at: Date.now(), user: { id: 'alice' }, phoneAddress: undefined } as const
    await expect(policy.decide(guess)).rejects.toMatchObject({ code: 'store_unavailable' })
    away = false
    expect(await policy.decide(guess)).toEqual({ verdict: 'allow' })
  })
})

describe('the chance', () => {
  it.each([0, -1, 1.1, Number.NaN])('cannot be %d', chance => {
    const { store } = scene(() => [])
    expect(() => guessBudget({ store, chance })).toThrow(TypeError)
  })
})

/** So many sign-ins were begun just now, on other nodes. */
async function crowd({ store, clock }: Scene, count: number): Promise<void> {
  const minute = Math.floor(clock.now() / 60_000)
  await add(store, { key: `l:${minute}`, until: clock.now() + 420_000 }, count, Number.POSITIVE_INFINITY)
}
