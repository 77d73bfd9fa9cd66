/** The connection to Redis or Valkey, alone, with Sentinel, or as a cluster, so set up that it never does anything late. */
import { Cluster, Redis } from 'ioredis'
import { backoff } from 'scanlogin/expiry'
import { readAddress } from './address.ts'

/** It tries to connect until it is disconnected. Throws `TypeError` for what is no address of a Redis. */
export function openClient(address: string): Redis | Cluster {
  const { kind, tls, login, sentinelLogin, hosts, path } = readAddress(address)
  const options = { ...settings, ...login, ...(tls && { tls: {} }) }
  if (kind === 'cluster') return new Cluster([...hosts], { ...clusterSettings, redisOptions: options })
  if (kind === 'sentinel') {
    const { username, password } = sentinelLogin
    return new Redis({
      ...options,
      ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
      ...(username && { sentinelUsername: username }),
      ...(password && { sentinelPassword: password }),
      sentinels: [...hosts],
      name: path,
      sentinelRetryStrategy: pause,
      sentinelCommandTimeout: settings.commandTimeout,
    })
  }
  const [{ host, port } = { host: 'localhost', port: 6379 }] = hosts
  return new Redis({ ...options, host, port, db: Number(path || 0) })
}

/** ms before the next try to connect, over all of its length by chance: a fleet does not come back in step. */
export function pause(attempt: number): number {
  return 20 + Math.random() * backoff(attempt, { shortest: 100, longest: 2000 })
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

export const clusterSettings = {
  enableOfflineQueue: false,
  enableAutoPipelining: true,
  clusterRetryStrategy: pause,
  retryDelayOnFailover: 50,
  retryDelayOnTryAgain: 50,
  slotsRefreshTimeout: 1000,
  // Names stay names, for a certificate is made out to one. What a name leads to is asked when it is connected to, and
  // where it leads nowhere, that is the error of a node, which is logged.
  dnsLookup: (name: string, done: (error: null, address: string) => void) => done(null, name),
}
