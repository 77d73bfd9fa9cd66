/** Many at once, on several nodes, over the memory of one process and over a real Redis. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import { redisStore } from '../../packages/scanlogin/src/redis.ts'
import { type JwtSessions, jwtSessions, type Reuse, storedSessions } from '../../packages/scanlogin/src/session.ts'
import { endRedis, type RedisProcess, startRedis } from '../redis/servers/child.ts'
import { closeClients, ioredisTo } from '../redis/servers/clients.ts'

const alice = { id: 'alice', name: 'Alice' }
const issuer = 'https://id.example.com'

let redis: RedisProcess

beforeAll(async () => {
  redis = await startRedis()
})
afterEach(closeClients)
afterAll(endRedis)

/** Three nodes of one fleet. */
const fleets: Record<string, () => Promise<Store[]>> = {
  async memory() {
    const store = memoryStore()
    return [store, store, store]
  },
  async Redis() {
    await redis.ask('FLUSHALL')
    const ports = await Promise.all([1, 2, 3].map(() => ioredisTo(redis.port)))
    const stores = ports.map(port => redisStore(port))
    // They know the time of Redis once their first command is answered.
    await Promise.all(stores.map(store => store.get('first')))
    return stores
  },
}

const crowd = 100
const each = <T>(work: (n: number) => Promise<T>) => Promise.all(Array.from({ length: crowd }, (_, n) => work(n)))

describe.each(Object.entries(fleets))('over %s', (_name, open) => {
  async function jwtNodes(reuses: Reuse[] = [], grace = 30): Promise<(n: number) => JwtSessions> {
    const stores = await open()
    const onReuse = (reuse: Reuse) => void reuses.push(reuse)
    const nodes = stores.map(store => jwtSessions({ store, issuer, grace, onReuse }))
    return n => nodes[n % nodes.length] as JwtSessions
  }

  it('a hundred that renew one token at once all get the same next one', async () => {
    const reuses: Reuse[] = []
    const node = await jwtNodes(reuses)
    const { token, id } = await node(0).open(alice, 'token')
    const renewed = await each(n => node(n).renew(token))
    expect(new Set(renewed.map(({ token }) => token)).size).toBe(1)
    expect(new Set(renewed.map(({ id }) => id))).toEqual(new Set([id]))
    expect(reuses).toEqual([])
    const [{ token: next } = { token: '' }] = renewed
    expect((await node(1).renew(next)).id).toBe(id)
    expect(await node(2).list('alice')).toHaveLength(1)
  })

  it('a hundred that use an old token at once leave nothing of the session', async () => {
    const node = await jwtNodes([], 0)
    const first = await node(0).open(alice, 'token')
    const second = await node(1).renew(first.token)
    const codes = await each(n =>
      node(n)
        .renew(first.token)
        .catch(error => error.code),
    )
    expect(new Set(codes)).toEqual(new Set(['unauthenticated']))
    await expect(node(2).renew(second.token)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await node(0).list('alice')).toEqual([])
  })

  it('a sign-out among a hundred renewals ends the session for good', async () => {
    const node = await jwtNodes()
    const { token } = await node(0).open(alice, 'token')
    const [, ...tries] = await Promise.all([
      node(1).end(token),
      ...Array.from({ length: crowd }, (_, n) =>
        node(n)
          .renew(token)
          .catch(() => undefined),
      ),
    ])
    for (const renewed of tries) {
      if (!renewed) continue
      await expect(node(0).renew(renewed.token)).rejects.toMatchObject({ code: 'unauthenticated' })
    }
    expect(await node(2).list('alice')).toEqual([])
  })

  it('a hundred that collect one sign-in at once get one session', async () => {
    const node = await jwtNodes()
    const opened = await each(n => node(n).open(alice, 'token'))
    expect(new Set(opened.map(({ token }) => token)).size).toBe(1)
    expect(await node(0).list('alice')).toHaveLength(1)
  })

  it('a hundred sign-ins of one user at once all stand in the list', async () => {
    const nodes = (await open()).map(store => storedSessions({ store }))
    const opened = await each(async n => nodes[n % 3]?.open(alice, `token ${n}`))
    const listed = await nodes[0]?.list('alice')
    expect(new Set(listed?.map(({ id }) => id))).toEqual(new Set(opened.map(session => session?.id)))
    expect(listed).toHaveLength(crowd)
  })

  it('ending all others among sign-ins leaves none that had opened before', async () => {
    const nodes = (await open()).map(store => storedSessions({ store, staleness: 0 }))
    const [here, there] = nodes as [(typeof nodes)[0], (typeof nodes)[0]]
    for (let n = 0; n < 20; n++) await here.open(alice, `before ${n}`)
    await Promise.all([
      here.endSome('alice', { allBut: undefined }),
      ...Array.from({ length: 20 }, (_, n) => there.open(alice, `during ${n}`)),
    ])
    for (let n = 0; n < 20; n++) expect(await there.read(`before ${n}`)).toBeUndefined()
    const listed = new Set((await there.list('alice')).map(({ id }) => id))
    for (let n = 0; n < 20; n++) {
      const session = await there.read(`during ${n}`)
      if (session) expect(listed).toContain(session.id)
    }
  })

  it('a phone that leaves among sign-ins it has approved leaves none of them', async () => {
    const nodes = (await open()).map(store => storedSessions({ store, staleness: 0 }))
    const [here, there] = nodes as [(typeof nodes)[0], (typeof nodes)[0]]
    const approvedBy = { idHash: 'phone' }
    const details = { approvedBy, begunAt: Date.now() - 1000 }
    const opening = Array.from({ length: 40 }, (_, n) => there.open(alice, `token ${n}`, details))
    await opening[3]
    await Promise.all([Promise.allSettled(opening), here.endSome('alice', { approvedBy: approvedBy.idHash })])
    expect(await here.list('alice')).toEqual([])
    for (let n = 0; n < 40; n++) expect(await there.read(`token ${n}`)).toBeUndefined()
    const back = { approvedBy, begunAt: Date.now() + 1000 }
    expect(await there.open(alice, 'another', back)).toBeDefined()
  })

  it('a hundred first calls of three nodes make one signing key', async () => {
    const node = await jwtNodes()
    const sets = await each(async n => JSON.stringify(await node(n).publicKeys()))
    expect(new Set(sets).size).toBe(1)
  })
})
