/** Machines whose clocks are wrong by ten minutes either way, or are set while a node runs: the store's time decides. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogin, memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { type Attempt, perform, startAttempt } from './people.ts'
import { type Client, connect, giveClocks, type Machine, portTo, storeOn, trueTime } from './redis-nodes.ts'

const tenMinutes = 600_000
/** Far more than any way to Redis takes, and far less than the clocks are wrong by. */
const aMoment = 20_000

let client: Client
let clocks: ReturnType<typeof giveClocks>
const stores: Store[] = []

beforeAll(async () => {
  clocks = giveClocks()
  client = await connect((await startRedis()).port)
})

afterAll(async () => {
  for (const store of stores) await store.close()
  client.destroy()
  clocks.restore()
  await endRedis()
})

describe('nodes on Redis with clocks that are wrong', () => {
  it('agree on the time', async () => {
    for (const skew of [-tenMinutes, 0, tenMinutes]) {
      const store = await openStore({ skew })
      expect(Math.abs(timeOf(store) - trueTime())).toBeLessThan(aMoment)
    }
  })

  it('go on agreeing when a clock is set while its node runs', async () => {
    const machine = { skew: 0 }
    const store = await openStore(machine)
    for (const skew of [tenMinutes, -tenMinutes]) {
      machine.skew = skew
      expect(Math.abs(timeOf(store) - trueTime())).toBeLessThan(aMoment)
      expect(await store.put(`after ${skew}`, { version: 1, expiresAt: trueTime() + aMoment, value: '' })).toBe(true)
      expect(await store.put(`after ${skew}`, { version: 2, expiresAt: trueTime() + aMoment, value: '' })).toBe(true)
      expect(await store.get(`after ${skew}`)).toMatchObject({ version: 2 })
    }
  })

  it.each([
    ['fast', tenMinutes],
    ['slow', -tenMinutes],
  ])('finish what began where the clock is %s', async (_, skew) => {
    const login = open(await openStore({ skew }))
    const other = open(await openStore({ skew: -skew }))
    const attempt = await startAttempt(login)
    const { deadline } = await other.read(attempt.id, attempt.secret)
    expect(Math.abs(deadline - 120_000 - trueTime())).toBeLessThan(aMoment)
    expect(await perform(other, attempt, { verb: 'scan', user: 'alice', token: 'scan' })).toMatch(/^scanned v2/)
    expect(await perform(login, attempt, { verb: 'confirm', token: 'scan' })).toMatch(/^confirmed v3/)
    expect(await perform(other, attempt, { verb: 'wait', since: 2 })).toMatch(/^confirmed v3/)
    expect(await perform(other, attempt, { verb: 'redeem' })).toMatch(/^redeemed v4/)
  })
})

describe('nodes with a store in memory', () => {
  it('have the time of that store', async () => {
    const clock = createClock()
    const store = memoryStore({ clock })
    const [login, other] = [open(store), open(store)]
    const attempt: Attempt = await startAttempt(login)
    await clock.advance(120_000)
    expect([login.clock.now(), other.clock.now()]).toEqual([clock.now(), clock.now()])
    const scan = { verb: 'scan', user: 'alice', token: 'scan' } as const
    expect(await perform(other, attempt, scan, 120_000)).toBe('ticket_expired')
  })
})

function open(store: Store) {
  return createLogin({ store, publicUrl: 'https://id.example.com' })
}

/** A store that has asked Redis for the time. */
async function openStore(machine: Machine): Promise<Store> {
  const store = storeOn(machine, portTo(client))
  stores.push(store)
  await store.get('something')
  return store
}

function timeOf(store: Store): number {
  return store.now?.() ?? 0
}
