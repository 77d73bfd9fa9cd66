/** Clients as `docs/redis.md` wants them, ready for use. They are closed with the rest of a test's Redis. */

import { Cluster, Redis } from 'ioredis'
import { createClient } from 'redis'
import { fromIoredis, fromNodeRedis, type RedisPort } from '../../../packages/scanlogin/src/redis.ts'
import { clusterSettings, pause, settings } from '../../../packages/server/src/store/client.ts'
import type { RedisCluster } from './cluster.ts'
import type { SentinelSet } from './sentinel.ts'

/** Closes all clients that this file has opened. */
export function closeClients(): void {
  for (const close of open.splice(0)) close()
}

export async function ioredisTo(port: number): Promise<RedisPort> {
  return ready(new Redis({ ...settings, host: '127.0.0.1', port }))
}

/** As somebody sets it up who has not read that page: it waits for as long as it takes. */
export async function carelessIoredisTo(port: number): Promise<RedisPort> {
  return ready(new Redis({ host: '127.0.0.1', port }))
}

export async function ioredisToSentinel({ sentinels, name }: SentinelSet): Promise<RedisPort> {
  const hosts = sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))
  return ready(new Redis({ ...settings, sentinels: hosts, name, sentinelRetryStrategy: pause }))
}

/** `way` is how each node is reached, where something stands in front. */
export async function ioredisToCluster({ nodes }: RedisCluster, way = (port: number) => port): Promise<RedisPort> {
  const hosts = nodes.map(({ port }) => ({ host: '127.0.0.1', port: way(port) }))
  return ready(
    new Cluster(hosts, {
      ...clusterSettings,
      natMap: Object.fromEntries(nodes.map(({ port }, node) => [`127.0.0.1:${port}`, hosts[node] ?? noHost])),
      redisOptions: settings,
    }),
  )
}

export async function nodeRedisTo(port: number): Promise<RedisPort> {
  const client = createClient({
    url: `redis://127.0.0.1:${port}`,
    disableOfflineQueue: true,
    pingInterval: 1000,
    socket: { connectTimeout: 2000, socketTimeout: 3000, reconnectStrategy: pause },
  })
  client.on('error', () => {})
  open.push(() => client.destroy())
  await client.connect()
  return fromNodeRedis(client)
}

const open: (() => void)[] = []
const noHost = { host: '127.0.0.1', port: 1 }

async function ready(client: Redis | Cluster): Promise<RedisPort> {
  open.push(() => client.disconnect())
  client.on('error', () => {})
  if (client.status !== 'ready') await new Promise<void>(resolve => client.once('ready', () => resolve()))
  return fromIoredis(client)
}
