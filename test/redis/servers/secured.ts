/**
 * Every kind of Redis behind TLS, with users that have passwords. Beside the port for TLS each process has its plain one,
 * by which the test asks it things: a client that spoke plainly by mistake would not get an answer on the other.
 */
import type { Authority } from './authority.ts'
import { quietPort, type RedisProcess, startRedis, until } from './child.ts'

export interface Secured {
  /** What `SCANLOGIN_STORE` has to say. */
  readonly address: string
  readonly processes: readonly RedisProcess[]
}

export const password = 'a p@ssword/of+Redis?'
export const sentinelPassword = 'another=p&ssword+100%'

/** One server, whose certificate is made out to its name. */
export async function startSecured(authority: Authority): Promise<Secured> {
  const tls = await quietPort()
  const redis = await startRedis([...user, '--tls-port', String(tls), ...authority.certify('DNS:localhost')])
  return { address: `rediss://${login}@localhost:${tls}`, processes: [redis] }
}

/** A master, and two sentinels that have a login of their own. Sentinels give addresses, so that is what is certified. */
export async function startSecuredSentinels(authority: Authority): Promise<Secured> {
  const [master, ...ports] = await Promise.all([quietPort(), quietPort(), quietPort()])
  const certified = authority.certify('DNS:localhost,IP:127.0.0.1')
  const tls = (port: number) => ['--tls-port', String(port), '--tls-replication', 'yes', ...certified]
  const redis = await startRedis([...user, ...tls(master)])
  const settings = [
    `sentinel monitor mymaster 127.0.0.1 ${master} 2`,
    'user default off',
    `user watcher on ">${sentinelPassword}" ${sentinelRights}`,
  ]
  const sentinels = await Promise.all(ports.map(port => startRedis(['--sentinel', ...tls(port)], settings.join('\n'))))
  const own = `sentinelUsername=watcher&sentinelPassword=${encodeURIComponent(sentinelPassword)}`
  const hosts = ports.map(port => `localhost:${port}`).join()
  return { address: `rediss+sentinel://${login}@${hosts}/mymaster?${own}`, processes: [redis, ...sentinels] }
}

/** Three masters that give out their name, to which alone their certificate is made out. */
export async function startSecuredCluster(authority: Authority): Promise<Secured> {
  const certified = authority.certify('DNS:localhost')
  const named = ['--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname']
  const nodes = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const [tls, bus] = [await quietPort(), await quietPort()]
      const cluster = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--tls-cluster', 'yes', ...named]
      return { tls, bus, redis: await startRedis([...user, '--tls-port', String(tls), ...cluster, ...certified]) }
    }),
  )
  const [first] = nodes
  for (const { redis } of nodes.slice(1)) {
    await redis.ask('CLUSTER', 'MEET', '127.0.0.1', String(first?.tls), String(first?.bus))
  }
  const bounds = [0, 5461, 10_923, 16_384]
  for (const [at, { redis }] of nodes.entries()) {
    await redis.ask('CLUSTER', 'ADDSLOTSRANGE', String(bounds[at]), String((bounds[at + 1] ?? 0) - 1))
  }
  await until('every node says ok, and knows the names of all', async () => {
    const reports = await Promise.all(nodes.map(({ redis }) => redis.ask('CLUSTER', 'INFO')))
    const slots = await Promise.all(nodes.map(({ redis }) => redis.ask('CLUSTER', 'SLOTS')))
    const whole = slots.every(of => Array.isArray(of) && of.length === 3 && of.every(isNamed))
    return whole && reports.every(report => String(report).includes('cluster_state:ok'))
  })
  const hosts = nodes.map(({ tls }) => `localhost:${tls}`).join()
  return { address: `rediss+cluster://${login}@${hosts}`, processes: nodes.map(({ redis }) => redis) }
}

const login = `scanlogin:${encodeURIComponent(password)}`

/** With the rights that docs/redis.md names, and no more. */
const rights = '+@read +@write +@connection +@pubsub +@scripting +time +info +cluster ~scanlogin:* &scanlogin:*'
const sentinelRights = '+@connection +sentinel|get-master-addr-by-name +sentinel|sentinels'
const user = ['--user', 'scanlogin', 'on', `>${password}`, ...rights.split(' ')]

function isNamed(range: unknown): boolean {
  return Array.isArray(range) && Array.isArray(range[2]) && range[2][0] === 'localhost'
}
