/**
 * What happens when calls run at the same time on nodes that share a store. Every read, write and answer of the store
 * waits for its turn, and the turns are dealt in a hundred orders, the same hundred in every run.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../stores/memory.ts'
import { createClock } from '../testing/clock.ts'
import { LoginError } from './errors.ts'
import { createLogin, type Login, type LoginOptions } from './login.ts'
import type { Store } from './store.ts'

const alice = { id: 'alice' }
const origin = { ip: undefined, browser: 'Firefox', os: 'Linux' }

describe('of twenty-four at the same time', () => {
  it('one user gets the ticket, and the browser sees that others tried', async () => {
    await inManyOrders(async ({ login, race }) => {
      const { ticket, secret, qrUrl } = await login.create({ origin })
      const scans = await race(many(n => () => login.scan({ qr: qrUrl }, { id: `user ${n}` })))
      const winners = scans.flatMap((scan, n) => (typeof scan === 'object' ? [`user ${n}`] : []))
      expect(winners).toHaveLength(1)
      expect(scans.filter(scan => scan === 'already_scanned')).toHaveLength(23)
      const seen = await login.read(ticket.birth.id, secret)
      expect(seen).toMatchObject({ state: 'scanned', contended: true, version: 3, phone: { user: { id: winners[0] } } })
    })
  })

  it('all redeems of the browser get one and the same token', async () => {
    await inManyOrders(async ({ login, race }) => {
      const { id, secret, confirmed } = await toConfirmed(login)
      const redeems = await race(many(() => () => login.redeem(id, secret)))
      const tokens = redeems.map(redeem => typeof redeem === 'object' && redeem.token)
      expect(new Set(tokens).size).toBe(1)
      expect(tokens[0]).toMatch(/^[\w-]{43}$/)
      expect(await login.read(id, secret)).toMatchObject({ state: 'redeemed', version: confirmed.version + 1 })
    })
  })

  it('confirms of one phone one is written, and all are told the same', async () => {
    await inManyOrders(
      async ({ login, race }) => {
        const { id, secret, scanToken, scanned } = await toScanned(login)
        const confirms = await race(many(() => () => login.confirm(id, scanToken)))
        const codes = confirms.map(confirm => typeof confirm === 'object' && confirm.checkCode)
        expect(new Set(codes).size).toBe(1)
        expect(codes[0]).toMatch(/^\d{4}$/)
        expect(await login.read(id, secret)).toMatchObject({ state: 'verifying', version: scanned.version + 1 })
      },
      { checkCode: 4 },
    )
  })

  it('wrong check codes three are counted', async () => {
    await inManyOrders(
      async ({ login, race }) => {
        const { id, secret, scanToken } = await toScanned(login)
        const { checkCode } = await login.confirm(id, scanToken)
        const wrong = checkCode === '0000' ? '1111' : '0000'
        const outcomes = await race(many(() => () => login.verify(id, secret, wrong)))
        expect(outcomes.filter(outcome => outcome === 'check_code_mismatch')).toHaveLength(3)
        expect(outcomes.filter(outcome => outcome === 'ticket_denied')).toHaveLength(21)
      },
      { checkCode: 4 },
    )
  })

  it('wrong user codes of one user five are looked up', async () => {
    await inManyOrders(async ({ login, race }) => {
      const outcomes = await race(many(() => () => login.scan({ userCode: 'BBBB-BBBB' }, alice)))
      expect(outcomes.filter(outcome => outcome === 'not_found')).toHaveLength(5)
      expect(outcomes.filter(outcome => outcome === 'rate_limited')).toHaveLength(19)
    })
  })
})

describe('at the same moment', () => {
  it('redeem, deny and cancel of a confirmed ticket have one winner, and the others hear of it', async () => {
    const endings = new Set<string>()
    await inManyOrders(async ({ login, race }) => {
      const { id, secret, scanToken } = await toConfirmed(login)
      const [redeemed, denied, cancelled] = await race<unknown>([
        () => login.redeem(id, secret),
        () => login.deny(id, scanToken),
        () => login.cancel(id, secret),
      ])
      const { state } = await login.read(id, secret)
      endings.add(state)
      const told = [redeemed, denied, cancelled].map(outcome => (typeof outcome === 'string' ? outcome : 'done'))
      // To cancel what was denied is no refusal: there is nothing left to cancel.
      const expected: Record<string, string[]> = {
        redeemed: ['done', 'already_redeemed', 'already_redeemed'],
        denied: ['ticket_denied', 'done', 'done'],
        cancelled: ['ticket_cancelled', 'ticket_cancelled', 'done'],
      }
      expect(told).toEqual(expected[state])
    })
    expect([...endings].sort()).toEqual(['cancelled', 'denied', 'redeemed'])
  })

  it('confirm and deny of one phone end denied, and a redeem in between decides otherwise for good', async () => {
    const endings = new Set<string>()
    await inManyOrders(async ({ login, race }) => {
      const { id, secret, scanToken } = await toScanned(login)
      const [redeemed, denied] = await race<unknown>([
        () => login.redeem(id, secret),
        () => login.deny(id, scanToken),
        () => login.confirm(id, scanToken),
      ])
      const { state } = await login.read(id, secret)
      endings.add(state)
      expect(state === 'redeemed').toBe(typeof redeemed === 'object')
      expect(state === 'denied').toBe(typeof denied === 'object')
    })
    expect([...endings].sort()).toEqual(['denied', 'redeemed'])
  })

  it('two phones and a browser that does all it can bring in one user at most: who scanned first', async () => {
    let signIns = 0
    await inManyOrders(async ({ login, race }) => {
      const { ticket, secret, qrUrl } = await login.create({ origin })
      const { id } = ticket.birth
      const phone = (user: string) => async () => {
        const { scanToken } = await login.scan({ qr: qrUrl }, { id: user })
        await login.confirm(id, scanToken)
        return user
      }
      const redeem = () => login.redeem(id, secret)
      const [one, other, ...redeems] = await race<unknown>([phone('A'), phone('B'), redeem, redeem, redeem, redeem])
      const winner = one === 'A' ? 'A' : 'B'
      expect(['already_scanned', 'already_redeemed']).toContain(winner === 'A' ? other : one)
      const users = redeems.flatMap(outcome => (typeof outcome === 'object' ? [outcome] : []))
      for (const outcome of users) expect(outcome).toMatchObject({ user: { id: winner } })
      expect(await login.redeem(id, secret)).toMatchObject({ user: { id: winner } })
      signIns += users.length
    })
    expect(signIns).toBeGreaterThan(0)
  })
})

interface Race {
  login: Login
  /** Starts all calls at once; what each brought: an object, or the code of its refusal. */
  race<T>(calls: (() => Promise<T>)[]): Promise<(T | string)[]>
}

async function inManyOrders(claim: (race: Race) => Promise<void>, options: Partial<LoginOptions> = {}): Promise<void> {
  const property = fc.asyncProperty(fc.scheduler(), async scheduler => {
    let racing = false
    const clock = createClock()
    const turn = async (what: string) => {
      if (racing) await scheduler.schedule(Promise.resolve(), what)
    }
    const store = inTurns(memoryStore({ clock }), turn)
    const login = createLogin({ store, publicUrl: 'https://id.example.com', clock, ...options })
    await claim({
      login,
      async race(calls) {
        racing = true
        const outcomes = await scheduler.waitFor(Promise.all(calls.map(outcomeOf)))
        racing = false
        return outcomes
      },
    })
  })
  await fc.assert(property, { numRuns: 100, seed: 1 })
}

function inTurns(store: Store, turn: (what: string) => Promise<void>): Store {
  return {
    ...store,
    async get(key) {
      await turn(`get ${key}`)
      const entry = await store.get(key)
      await turn(`got ${key}`)
      return entry
    },
    async put(key, entry, only) {
      await turn(`put ${key}`)
      const written = await store.put(key, entry, only)
      await turn(`${written ? 'written' : 'refused'} ${key}`)
      return written
    },
  }
}

async function outcomeOf<T>(call: () => Promise<T>): Promise<T | string> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof LoginError) return error.code
    throw error
  }
}

function many<T>(make: (n: number) => T): T[] {
  return Array.from({ length: 24 }, (_, n) => make(n))
}

async function toScanned(login: Login) {
  const { ticket, secret, qrUrl } = await login.create({ origin })
  const { scanToken, ticket: scanned } = await login.scan({ qr: qrUrl }, alice)
  return { id: ticket.birth.id, secret, scanToken, scanned }
}

async function toConfirmed(login: Login) {
  const { id, secret, scanToken } = await toScanned(login)
  const { ticket: confirmed } = await login.confirm(id, scanToken)
  return { id, secret, scanToken, confirmed }
}
