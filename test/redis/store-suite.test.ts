/** The store contract over every kind of Redis there is, with either client. */
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import { type RedisPort, redisStore } from '../../packages/scanlogin/src/redis.ts'
import { storeSuite } from '../../packages/scanlogin/src/testing.ts'
import { endRedis, startRedis } from './servers/child.ts'
import { closeClients, ioredisTo, ioredisToCluster, ioredisToSentinel, nodeRedisTo } from './servers/clients.ts'
import { startCluster } from './servers/cluster.ts'
import { startSentinelSet } from './servers/sentinel.ts'

let kinds: Record<string, () => Promise<RedisPort>>

beforeAll(async () => {
  const [single, sentinel, cluster] = await Promise.all([startRedis(), startSentinelSet(), startCluster()])
  kinds = {
    ioredis: () => ioredisTo(single.port),
    'node-redis': () => nodeRedisTo(single.port),
    Sentinel: () => ioredisToSentinel(sentinel),
    Cluster: () => ioredisToCluster(cluster),
  }
})

afterEach(closeClients)
afterAll(endRedis)

for (const kind of ['ioredis', 'node-redis', 'Sentinel', 'Cluster']) {
  storeSuite(`redisStore by ${kind}`, {
    describe,
    it,
    async open() {
      const connect = kinds[kind]
      if (!connect) throw new Error('Redis has not started')
      const [here, there] = await Promise.all([connect(), connect()])
      const stores = { here: redisStore(here), there: redisStore(there) }
      // They have asked for the time once their first command is answered.
      await Promise.all([stores.here.get('first'), stores.there.get('first')])
      // Two nodes know the time of Redis to within the way there and back.
      return { ...stores, pass: ms => sleep(ms + 100) }
    },
  })
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
