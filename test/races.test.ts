/** Many want the same ticket at the same moment, over real connections: each race has exactly one winner. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryStore, type Store } from '../packages/scanlogin/src/index.ts'
import type { ScriptedBrowser } from '../packages/scanlogin/src/testing/browser.ts'
import type { Reply } from '../packages/scanlogin/src/testing/caller.ts'
import type { ScriptedPhone } from '../packages/scanlogin/src/testing/phone.ts'
import { type Listening, startHttp } from './start.ts'

const rounds = 20
const crowd = 24

/** As far away as a database: whatever can come between reading and writing does. */
function distantStore(): Store {
  const store = memoryStore()
  const travel = () => new Promise(resolve => setImmediate(resolve))
  return {
    ...store,
    async get(key) {
      await travel()
      const entry = await store.get(key)
      await travel()
      return entry
    },
    async put(key, entry, before) {
      await travel()
      return store.put(key, entry, before)
    },
  }
}

describe.each([
  ['memory', memoryStore],
  ['a distant store', distantStore],
])('over real connections and %s', (_, openStore) => {
  let place: Listening

  beforeAll(async () => {
    place = await startHttp({ login: { store: openStore() } })
  })

  afterAll(() => place.stop())

  it('one of 24 people who scan at once gets the ticket, and the browser hears of the others', async () => {
    for (let round = 0; round < rounds; round++) {
      const { browser } = await scanned(0)
      const phones = Array.from({ length: crowd }, (_, index) => place.newPhone(`User${index}`))
      const replies = await together(phones.map(phone => () => phone.scan(browser.ticket.qr.url)))
      expect(codes(replies)).toEqual({ 200: 1, already_scanned: crowd - 1 })
      const { body } = await browser.read()
      expect(body).toMatchObject({ state: 'scanned', contended: true, version: 3 })
      const decisions = await together(phones.filter(hasScanned).map(phone => () => phone.confirm()))
      expect(codes(decisions)).toEqual({ 200: 1 })
      const winner = phones.find(hasScanned)
      expect((await browser.redeem()).body.user?.id).toBe(winner?.user?.id)
    }
  })

  it('one phone that scans 24 times at once keeps one token that works', async () => {
    for (let round = 0; round < rounds; round++) {
      const { browser, phone } = await scanned(0)
      const replies = await together(Array.from({ length: crowd }, () => () => phone.scan(browser.ticket.qr.url)))
      expect(codes(replies)).toEqual({ 200: crowd })
      const tokens = replies.map(({ body }) => body.scan_token ?? '')
      expect(new Set(tokens).size).toBe(crowd)
      const path = `/tickets/${browser.ticket.id}/confirm`
      const confirms = await together(
        tokens.map(scan_token => () => phone.call('POST', path, { body: { scan_token } })),
      )
      expect(codes(confirms)).toEqual({ 200: 1, not_found: crowd - 1 })
    }
  })

  it('24 redeems of one ticket give one session', async () => {
    for (let round = 0; round < rounds; round++) {
      const { browser, phone } = await scanned(2)
      const replies = await together(Array.from({ length: crowd }, () => () => browser.redeem()))
      expect(codes(replies)).toEqual({ 200: crowd })
      expect(new Set(replies.map(({ body }) => body.user?.id))).toEqual(new Set([phone.user?.id]))
      const sessions = replies.flatMap(({ headers }) => headers.getSetCookie().map(cookie => cookie.split(';')[0]))
      expect(sessions).toHaveLength(crowd)
      expect(new Set(sessions).size).toBe(1)
      expect((await browser.read()).body).toMatchObject({ state: 'redeemed', version: 4 })
    }
  })

  it('24 redeems from 24 browsers give one session, to the one that created the ticket', async () => {
    for (let round = 0; round < rounds; round++) {
      const { browser } = await scanned(2)
      const others = Array.from({ length: crowd - 1 }, () => place.newBrowser())
      await Promise.all(others.map(other => other.create()))
      const path = `/tickets/${browser.ticket.id}/redeem`
      const replies = await together([browser, ...others].map(one => () => one.call('POST', path, { body: {} })))
      expect(codes(replies)).toEqual({ 200: 1, not_found: crowd - 1 })
      expect(replies[0]?.status).toBe(200)
    }
  })

  it('either the browser collects or the phone takes it back, never both', async () => {
    const ends = await manyTimes(2, async ({ browser, phone }) => {
      const [redeemed, denied] = await shuffled(
        () => browser.redeem(),
        () => phone.deny(),
      )
      const { state } = (await browser.read()).body
      expect([outcome(redeemed), outcome(denied), state]).toSatisfy((end: unknown[]) =>
        ['200,already_redeemed,redeemed', 'ticket_denied,200,denied'].includes(end.join()),
      )
      return state
    })
    expect(ends).toEqual(new Set(['redeemed', 'denied']))
  })

  it('either the phone confirms or the browser cancels first, and a cancelled ticket is never collected', async () => {
    const ends = await manyTimes(1, async ({ browser, phone }) => {
      const [confirmed, cancelled] = await shuffled(
        () => phone.confirm(),
        () => browser.cancel(),
      )
      expect(cancelled.status).toBe(204)
      expect((await browser.read()).body.state).toBe('cancelled')
      expect(outcome(await browser.redeem())).toBe('ticket_cancelled')
      return outcome(confirmed)
    })
    expect(ends).toEqual(new Set(['200', 'ticket_cancelled']))
  })

  it('confirm and deny of one phone end in what was decided last, and a denied ticket is never collected', async () => {
    await manyTimes(1, async ({ browser, phone }) => {
      const [confirmed, denied] = await shuffled(
        () => phone.confirm(),
        () => phone.deny(),
      )
      expect(outcome(denied)).toBe('200')
      expect(['200', 'ticket_denied']).toContain(outcome(confirmed))
      expect((await browser.read()).body.state).toBe('denied')
      expect(outcome(await browser.redeem())).toBe('ticket_denied')
      return outcome(confirmed)
    })
  })

  it('either the browser collects or it cancels, never both', async () => {
    const ends = await manyTimes(2, async ({ browser }) => {
      const [redeemed, cancelled] = await shuffled(
        () => browser.redeem(),
        () => browser.cancel(),
      )
      const { state } = (await browser.read()).body
      expect(['200,already_redeemed,redeemed', 'ticket_cancelled,204,cancelled']).toContain(
        [outcome(redeemed), outcome(cancelled), state].join(),
      )
      return state
    })
    expect(ends).toEqual(new Set(['redeemed', 'cancelled']))
  })

  async function scanned(steps: 0 | 1 | 2): Promise<Pair> {
    const [browser, phone] = [place.newBrowser(), place.newPhone('Alice')]
    expect((await browser.create()).status).toBe(201)
    if (steps > 0) expect((await phone.scan(browser.ticket.qr.url)).status).toBe(200)
    if (steps > 1) expect((await phone.confirm()).status).toBe(200)
    return { browser, phone }
  }

  /** As often as it takes for either to be first at some time, and at least 40 times. */
  async function manyTimes<End>(steps: 1 | 2, race: (pair: Pair) => Promise<End>): Promise<Set<End>> {
    const ends = new Set<End>()
    for (let round = 0; round < 40 || (ends.size < 2 && round < 400); round++) {
      ends.add(await race(await scanned(steps)))
    }
    return ends
  }
})

interface Pair {
  browser: ScriptedBrowser
  phone: ScriptedPhone
}

function together<Body>(calls: readonly (() => Promise<Reply<Body>>)[]): Promise<Reply<Body>[]> {
  return Promise.all(calls.map(call => call()))
}

/** Nearly at once: now the one and now the other is a few turns of the event loop ahead. */
async function shuffled<One, Other>(one: () => Promise<Reply<One>>, other: () => Promise<Reply<Other>>) {
  const lead = Math.floor(Math.random() * 40)
  const late = async <Body>(call: () => Promise<Reply<Body>>) => {
    for (let turn = 0; turn < lead; turn++) await new Promise(resolve => setImmediate(resolve))
    return call()
  }
  return Math.random() < 0.5 ? Promise.all([one(), late(other)]) : Promise.all([late(one), other()])
}

function codes(replies: readonly Reply[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const reply of replies) counts[outcome(reply)] = (counts[outcome(reply)] ?? 0) + 1
  return counts
}

function outcome({ status, body }: Pick<Reply, 'status' | 'body'>): string {
  return body.code ?? String(status)
}

function hasScanned(phone: ScriptedPhone): boolean {
  try {
    return phone.scanned.scan_token !== ''
  } catch {
    return false
  }
}
