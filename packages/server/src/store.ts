/** Opens the store that an address names: in this process, or on Redis or Valkey, alone, with Sentinel, or as a cluster. */
import { getHeapStatistics } from 'node:v8'
import { Cluster, Redis } from 'ioredis'
import { memoryStore, type Store } from 'scanlogin'
import { backoff } from 'scanlogin/expiry'
import { fromIoredis, redisStore } from 'scanlogin/redis'
import type { Log } from './log.ts'

/**
 * Never waits for a store that is not there: it answers `store_unavailable` until it is, and recovers by itself.
 * `address` is one that `storeAddressProblem` finds nothing wrong with.
 */
export function openStore(address: string, log: Log): Store {
  // A flood of tickets is refused before the process runs out of memory: an entry takes about half a KiB.
  if (address === 'memory:') return memoryStore({ maxEntries: Math.floor(getHeapStatistics().heap_size_limit / 1024) })
  const client = openClient(address)
  client.on('error', (error: Error) => log.warn({ err: error }, 'the store connection failed'))
  const store = redisStore(fromIoredis(client), {
    onStrange: key =>
      log.error({ key }, 'a key of the store holds what scanlogin does not write: it counts as nothing'),
  })
  return {
    ...store,
    async close() {
      await store.close()
      client.disconnect()
    },
  }
}

/** The client alone, for an address of Redis. It tries to connect until it is disconnected. */
export function openClient(address: string): Redis | Cluster {
  return connect(parse(address))
}

/** What to write instead, or `undefined` where there is nothing wrong. */
export function storeAddressProblem(address: string): string | undefined {
  if (address === 'memory:') return undefined
  if (/%(?![\da-f]{2})/i.test(address)) return 'write a % in a user or password as %25'
  const { kind, hosts, path } = parse(address)
  if (!kind) return `write one of ${examples.join(', ')}`
  if (hosts.some(({ host, port }) => !host || !(port > 0 && port < 65_536))) return 'write each host as host:port'
  if (kind === 'sentinel' && !/^[\w.-]+$/.test(path)) return `name the master, as in ${examples[2]}`
  if (kind === 'single' && !/^\d*$/.test(path)) return 'write the number of the database after the last slash'
  return undefined
}

const examples = [
  'memory:',
  'redis://localhost:6379',
  'redis+sentinel://one:26379,two:26379/mymaster',
  'redis+cluster://one:6379,two:6379',
]

interface Address {
  kind: 'single' | 'sentinel' | 'cluster' | undefined
  tls: boolean
  username: string | undefined
  password: string | undefined
  hosts: { host: string; port: number }[]
  path: string
}

function parse(address: string): Address {
  const match = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/]*)\/?(.*)$/.exec(address)
  const [, scheme, kind = 'single', login = '', hosts = '', path = ''] = match ?? []
  const [username, password] = login.includes(':') ? login.split(/:(.*)/s) : [undefined, login || undefined]
  return {
    kind: match ? (kind as Address['kind']) : undefined,
    tls: scheme === 'rediss',
    username: username ? decodeURIComponent(username) : undefined,
    password: password ? decodeURIComponent(password) : undefined,
    hosts: hosts.split(',').map(host => hostOf(host, kind === 'sentinel' ? 26_379 : 6379)),
    path,
  }
}

function hostOf(text: string, usual: number): { host: string; port: number } {
  const [, v6, name = '', port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? []
  return { host: v6 ?? name, port: port === undefined ? usual : Number(port) }
}

function connect({ kind, tls, username, password, hosts, path }: Address): Redis | Cluster {
  const login = { ...(username && { username }), ...(password && { password }), ...(tls && { tls: {} }) }
  const options = { ...settings, ...login }
  if (kind === 'cluster') {
    return new Cluster(hosts, {
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      clusterRetryStrategy: pause,
      retryDelayOnFailover: 50,
      retryDelayOnTryAgain: 50,
      slotsRefreshTimeout: 1000,
      redisOptions: options,
    })
  }
  if (kind === 'sentinel') {
    const tlsToSentinels = tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }
    return new Redis({ ...options, ...tlsToSentinels, sentinels: hosts, name: path, sentinelRetryStrategy: pause })
  }
  const [{ host, port } = { host: 'localhost', port: 6379 }] = hosts
  return new Redis({ ...options, host, port, db: Number(path || 0) })
}

/**
 * Fail at once, never queue: what a queue runs later, a person has been told has failed. A command that gets no answer
 * ends its connection after 3 s, because a connection gone silent otherwise stays so for good.
 */
export const settings = {
  enableOfflineQueue: false,
  enableAutoPipelining: true,
  maxRetriesPerRequest: 0,
  connectTimeout: 2000,
  commandTimeout: 1000,
  socketTimeout: 3000,
  autoResubscribe: false,
  // A master that was demoted may keep its connections: its address leads to the new one.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  retryStrategy: pause,
}

/** ms before the next try to connect, over all of its length by chance: a fleet does not come back in step. */
export function pause(attempt: number): number {
  return 20 + Math.random() * backoff(attempt, { shortest: 100, longest: 2000 })
}
