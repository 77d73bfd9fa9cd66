/** Sessions on several nodes of one store: what ends at one of them is over at all of them. */
import { afterEach, describe, expect, it } from 'vitest'
import { memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import { redisStore } from '../../packages/scanlogin/src/redis.ts'
import { storedSessions } from '../../packages/scanlogin/src/session.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { endRedis, startRedis, until } from '../redis/servers/child.ts'
import { closeClients, ioredisTo } from '../redis/servers/clients.ts'

const alice = { id: 'alice' }
/** Seconds; longer than any test waits, so that only a message can be the reason. */
const staleness = 60

describe('a session that one node has ended', () => {
  it('is refused at once by a node that has a copy of it', async () => {
    const { here, there } = startNodes()
    await here.open(alice, 'token')
    expect(await there.read('token')).toBeDefined()
    await here.end('token')
    expect(await there.read('token')).toBeUndefined()
  })

  it('is refused at once however it was ended', async () => {
    const { here, there } = startNodes()
    const tokens = ['one', 'two', 'three']
    for (const token of tokens) await here.open(alice, token)
    for (const token of tokens) expect(await there.read(token)).toBeDefined()
    const { id } = await here.open(alice, 'one')
    await here.endSome('alice', { id })
    expect(await there.read('one')).toBeUndefined()
    await here.forestall('two')
    expect(await there.read('two')).toBeUndefined()
    await here.endSome('alice', { allBut: undefined })
    expect(await there.read('three')).toBeUndefined()
  })

  it('is refused after the staleness where every message gets lost', async () => {
    const { here, there, clock } = startNodes({ deaf: true })
    await here.open(alice, 'token')
    await there.read('token')
    await here.end('token')
    expect(await there.read('token')).toBeDefined()
    await clock.advance(staleness * 1000)
    expect(await there.read('token')).toBeUndefined()
  })

  it('is refused with the next message where its own got lost', async () => {
    const lost = { rings: true }
    const { here, there } = startNodes({ deaf: lost })
    for (const token of ['one', 'two']) {
      await here.open(alice, token)
      await there.read(token)
    }
    await here.end('one')
    expect(await there.read('one')).toBeDefined()
    lost.rings = false
    await here.end('two')
    expect(await there.read('one')).toBeUndefined()
  })

  it('is told to nobody where there was none', async () => {
    const { here, written } = startNodes()
    await here.end('a-token-that-somebody-made-up')
    await here.forestall('another-one')
    expect(written()).toBe(0)
    await here.open(alice, 'token')
    await here.end('token')
    await here.end('token')
    expect(written()).toBe(1)
  })
})

describe('on one Redis', () => {
  afterEach(async () => {
    closeClients()
    await endRedis()
  })

  it('six nodes hear of a session that one of them has ended', async () => {
    const redis = await startRedis()
    // Nobody looks by themselves before the test is over.
    const open = async () => redisStore(await ioredisTo(redis.port), { recheck: 600 })
    const stores = await Promise.all(Array.from({ length: 6 }, open))
    // No copy grows old.
    const begun = Date.now()
    const nodes = stores.map(store => storedSessions({ store, staleness, clock: { now: () => begun } }))
    const [first = none()] = nodes
    await first.open(alice, 'token')
    for (const node of nodes) expect(await node.read('token')).toBeDefined()
    await first.end('token')
    for (const node of nodes) await until('it is refused', async () => (await node.read('token')) === undefined)
    for (const store of stores) await store.close()
  })
})

function startNodes({ deaf }: { deaf?: true | { rings: boolean } } = {}) {
  const clock = createClock()
  const store = memoryStore({ clock })
  const isLost = () => deaf === true || deaf?.rings === true
  const far: Store = {
    ...store,
    watch: (key, ring) => store.watch(key, written => (isLost() ? undefined : ring(written))),
  }
  let written = 0
  const near: Store = {
    ...store,
    put(key, ...given) {
      if (key.startsWith('fleet:')) written++
      return store.put(key, ...given)
    },
  }
  const here = storedSessions({ store: near, clock, staleness })
  return { clock, written: () => written, here, there: storedSessions({ store: far, clock, staleness }) }
}

function none(): never {
  throw new Error('There is no node')
}
