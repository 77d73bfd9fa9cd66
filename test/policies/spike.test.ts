/** The alarm of many denials, in a fleet: the nodes count together, and one of them says it. */
import { afterEach, describe, expect, it } from 'vitest'
import { clockOf } from '../../packages/scanlogin/src/core/clock.ts'
import { createSpike } from '../../packages/scanlogin/src/core/events/spike.ts'
import { type LoginEvent, memoryStore } from '../../packages/scanlogin/src/index.ts'
import { redisStore } from '../../packages/scanlogin/src/redis.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { endRedis, startRedis, until } from '../redis/servers/child.ts'
import { closeClients, ioredisTo } from '../redis/servers/clients.ts'
import { start } from '../start.ts'
import { showing } from './scene.ts'

describe('many denials', () => {
  afterEach(async () => {
    closeClients()
    await endRedis()
  })

  it('that are spread over two nodes on one Redis raise one alarm in the fleet', async () => {
    const redis = await startRedis()
    const raised: LoginEvent[] = []
    const ports = [await ioredisTo(redis.port), await ioredisTo(redis.port)]
    const nodes = ports.map(port => {
      const store = redisStore(port)
      const onEvent = (event: LoginEvent) => void (event.type === 'denial_spike' && raised.push(event))
      return { ...start({ proof: 'bearer', login: { store, clock: clockOf(store), onEvent } }), store }
    })
    for (const { store } of nodes) await store.get('first')
    for (let round = 0; round < 18; round++) {
      const { newBrowser, newPhone } = nodes[round % 2] ?? none()
      const [browser, phone] = [newBrowser(), newPhone('Alice')]
      await phone.scan(await showing(browser))
      await phone.deny()
    }
    await until('the alarm is raised', () => raised.length > 0)
    // What is still under way is done before a later command is answered.
    for (const { store } of nodes) await store.get('last')
    expect(raised).toHaveLength(1)
    expect(raised[0]?.count).toBeGreaterThanOrEqual(10)
    for (const { store } of nodes) await store.close()
  })
})

describe('nodes that count denials together', () => {
  it('raise no alarm where one of them has more confirmations than all have denials', async () => {
    const { here, there, now } = startNodes()
    for (let round = 0; round < 30; round++) await here.note('confirmed', now() + round * 1000)
    for (let round = 0; round < 20; round++) expect(await there.note('denied', now() + 40_000)).toBeUndefined()
  })

  it('raise the alarm again in the next five minutes, and not before', async () => {
    const { here, there, now } = startNodes()
    const alarms = async (at: number) => {
      const counts: (number | undefined)[] = []
      for (let round = 0; round < 24; round++) counts.push(await (round % 2 ? here : there).note('denied', at))
      return counts.filter(count => count !== undefined)
    }
    expect(await alarms(now())).toEqual([10])
    expect(await alarms(now() + 299_000)).toEqual([])
    expect(await alarms(now() + 300_000)).toEqual([10])
  })

  it('raise the alarm with the next denial where the store was away for the first that made one', async () => {
    const away = { times: 1 }
    const { here, now } = startNodes(key => {
      if (key.startsWith('spike:alarm:') && away.times-- > 0) throw new Error('the store is away')
    })
    for (let round = 0; round < 9; round++) await here.note('denied', now())
    await expect(here.note('denied', now())).rejects.toThrow('the store is away')
    expect(await here.note('denied', now())).toBe(11)
    expect(await here.note('denied', now())).toBeUndefined()
  })

  it('write a few times for a crowd that confirms', async () => {
    let writes = 0
    const { here, now } = startNodes(() => writes++)
    for (let round = 0; round < 1000; round++) await here.note('confirmed', now() + round * 10)
    expect(writes).toBeLessThanOrEqual(3)
  })
})

function startNodes(onPut: (key: string) => void = () => {}) {
  const clock = createClock()
  const kept = memoryStore({ clock })
  const store: typeof kept = {
    ...kept,
    async put(...given) {
      onPut(given[0])
      return kept.put(...given)
    },
  }
  // Windows are the same on every node, and this one begins now.
  const begun = Math.ceil(clock.now() / 300_000) * 300_000
  return { here: createSpike(store), there: createSpike(store), now: () => begun }
}

function none(): never {
  throw new Error('There is no node')
}
