/**
 * What many clients were told at the same time, over a way to Redis on which commands and replies are lost, must be
 * explained by some order of the calls. A call that was answered with an outage may have happened, but not any more once
 * it was answered: promise 4 of the protocol.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createLogin, type Login, memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { createRecorder, explain, tell } from './checker.ts'
import { type Attempt, digits, perform, startAttempt } from './people.ts'
import { type Client, connect, type Mishap, mishaps, portTo, roughly, storeOn, trueTime } from './redis-nodes.ts'
import { begin, type Call, outcome } from './rules.ts'
import { most, patience, trials } from './runs.ts'
import { callOf, type Wish, wishes } from './wishes.ts'

let client: Client

beforeAll(async () => {
  client = await connect((await startRedis()).port)
})

afterAll(async () => {
  client.destroy()
  await endRedis()
})

/** What some clients do with one ticket, each one call after the other. */
type Plan = { readonly node: number; readonly wish: Wish }[][]

const oneClient = fc.array(fc.record({ node: fc.nat(1), wish: wishes() }), { minLength: 1, maxLength: 5 })
const plans: fc.Arbitrary<Plan> = fc.array(oneClient, { minLength: 2, maxLength: 4 })

describe('an order explains what all were told', () => {
  it(
    'on two nodes with a store in memory that takes its time',
    async () => {
      const property = fc.asyncProperty(plans, fc.boolean(), async (plan, asks) => {
        const clock = createClock()
        const store = distant(memoryStore({ clock }))
        const logins = [open(store, clock, asks), open(store, clock, asks)]
        await (await play(logins, plan, asks))()
      })
      await fc.assert(property, trials(most))
    },
    patience,
  )

  it(
    'on two nodes with a Redis that commands and replies are lost on the way to',
    async () => {
      const batch = fc.array(plans, { minLength: 60, maxLength: 60, size: 'max' })
      const chances = fc.infiniteStream(fc.nat(99))
      const property = fc.asyncProperty(batch, chances, fc.boolean(), async (plans, chances, asks) => {
        const weather: { rough: boolean } = { rough: false }
        const port = () => roughly(portTo(client), () => (weather.rough ? mishapOf(chances.next().value) : 'none'))
        const ports = [port(), port()]
        const stores = ports.map(port => storeOn({ skew: 0 }, port))
        const clock = createClock(trueTime())
        const logins = stores.map(store => open(store, clock, asks))
        const attempts = await Promise.all(plans.map(async plan => ({ plan, attempt: await startOn(logins) })))
        weather.rough = true
        const ends = await Promise.all(attempts.map(({ plan, attempt }) => play(logins, plan, asks, attempt)))
        await Promise.all(ports.map(port => port.calm()))
        weather.rough = false
        for (const end of ends) await end()
        for (const store of stores) await store.close()
      })
      await fc.assert(property, { ...trials(3), endOnFailure: true })
    },
    patience,
  )
})

/** Most commands go well, and of what goes wrong the quick things are the most frequent. */
function mishapOf(chance: number): Mishap {
  const limits = [60, 80, 87, 94, 97]
  const index = limits.findIndex(limit => chance < limit)
  return mishaps[index < 0 ? limits.length : index] ?? 'none'
}

function open(store: Store, clock: ReturnType<typeof createClock>, asks: boolean): Login {
  return createLogin({ store, clock, publicUrl: 'https://id.example.com', checkCode: asks && digits })
}

function startOn([login]: readonly Login[]): Promise<Attempt> {
  if (!login) throw new Error('there is no node')
  return startAttempt(login)
}

/** Plays a plan; what it returns looks at the ticket once more, and then back at all that was told. */
async function play(
  logins: readonly Login[],
  plan: Plan,
  asks: boolean,
  given?: Attempt,
): Promise<() => Promise<void>> {
  const attempt = given ?? (await startOn(logins))
  const { history, record } = createRecorder<Call>()
  const start = begin(logins[0]?.clock.now() ?? 0, { asks, keeps: 600_000 })
  let scans = 0
  const make = (node: number, call: Call) =>
    record(call, async () => {
      const login = logins[node]
      const answer = login && (await perform(login, attempt, call))
      return answer === 'store_unavailable' ? undefined : answer
    })
  const clients = plan.map(async calls => {
    for (const { node, wish } of calls) await make(node, callOf(wish, attempt, `scan ${++scans}`))
  })
  await Promise.all(clients)
  return async () => {
    await make(0, { verb: 'read' })
    if (!explain(history, { start, apply: outcome })) throw new Error(`no order explains\n${tell(history)}`)
    if (attempt.sessions.size > 1) throw new Error(`two sessions\n${tell(history)}`)
  }
}

/** As far away as a database: others come in between. */
function distant(store: Store): Store {
  const travel = () =>
    new Promise(resolve => (Math.random() < 0.5 ? setImmediate(resolve) : queueMicrotask(() => resolve(undefined))))
  return {
    ...store,
    async get(key) {
      await travel()
      const entry = await store.get(key)
      await travel()
      return entry
    },
    async put(key, entry, only) {
      await travel()
      const written = await store.put(key, entry, only)
      await travel()
      return written
    },
  }
}
