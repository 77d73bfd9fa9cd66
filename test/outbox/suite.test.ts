/** The outbox's rules over Redis, by either client, and over a cluster. */
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import { type RedisPort, redisStore } from '../../packages/scanlogin/src/redis.ts'
import { outboxSuite } from '../../packages/scanlogin/src/testing.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { closeClients, ioredisTo, ioredisToCluster, nodeRedisTo } from '../redis/servers/clients.ts'
import { startCluster } from '../redis/servers/cluster.ts'

let kinds: Record<string, () => Promise<RedisPort>>

beforeAll(async () => {
  const [single, cluster] = await Promise.all([startRedis(), startCluster()])
  kinds = {
    ioredis: () => ioredisTo(single.port),
    'node-redis': () => nodeRedisTo(single.port),
    Cluster: () => ioredisToCluster(cluster),
  }
})

afterEach(closeClients)
afterAll(endRedis)

for (const kind of ['ioredis', 'node-redis', 'Cluster']) {
  outboxSuite(`redisStore by ${kind}`, {
    describe,
    it,
    async open() {
      const connect = kinds[kind]
      if (!connect) throw new Error('Redis has not started')
      const stores = { here: redisStore(await connect()), there: redisStore(await connect()) }
      // They have asked for the time once their first command is answered.
      await Promise.all([stores.here.get('first'), stores.there.get('first')])
      // Two nodes know the time of Redis to within the way there and back.
      return { ...stores, pass: ms => new Promise(resolve => setTimeout(resolve, ms + 100)) }
    },
  })
}
