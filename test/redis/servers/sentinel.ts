/** One master, two replicas, and three sentinels that take a master for dead after a second. */
import { type RedisProcess, startRedis, until } from './child.ts'

export interface SentinelSet {
  readonly servers: readonly RedisProcess[]
  readonly sentinels: readonly RedisProcess[]
  /** What the sentinels call the master. */
  readonly name: string
  /** The one they hold for the master now. */
  master(): Promise<RedisProcess>
}

/** `way` is how replicas and sentinels reach the first master, where something stands in front; clients are told it, too. */
export async function startSentinelSet(way = async (port: number) => port): Promise<SentinelSet> {
  const first = await startRedis(prompt)
  const known = await way(first.port)
  await first.ask('CONFIG', 'SET', 'replica-announce-port', String(known))
  const replicas = await Promise.all(
    [1, 2].map(() => startRedis([...prompt, '--replicaof', '127.0.0.1', String(known)])),
  )
  const servers = [first, ...replicas]
  await until('both replicas follow', async () => {
    const roles = await Promise.all(replicas.map(replica => replica.ask('ROLE')))
    return roles.every(role => Array.isArray(role) && role[3] === 'connected')
  })
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(known)))
  await until('the sentinels know each other and both replicas', async () => {
    const views = await Promise.all(sentinels.map(sentinel => sentinel.ask('SENTINEL', 'MASTER', name)))
    return views.every(view => field(view, 'num-slaves') === '2' && field(view, 'num-other-sentinels') === '2')
  })

  async function master(): Promise<RedisProcess> {
    const ports = new Set<string>()
    for (const sentinel of sentinels) {
      const address = await sentinel.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)
      if (Array.isArray(address)) ports.add(String(address[1]))
    }
    const found = servers.find(server => ports.size === 1 && ports.has(String(server === first ? known : server.port)))
    if (!found) throw new Error('the sentinels do not agree on a master')
    return found
  }

  return { servers, sentinels, name, master }
}

const name = 'mymaster'
const prompt = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1']

function startSentinel(master: number): Promise<RedisProcess> {
  const settings = [
    `sentinel monitor ${name} 127.0.0.1 ${master} 2`,
    `sentinel down-after-milliseconds ${name} 1000`,
    `sentinel failover-timeout ${name} 4000`,
    `sentinel parallel-syncs ${name} 2`,
  ]
  // It writes what it finds out into its file.
  return startRedis(['--sentinel'], settings.join('\n'))
}

function field(reply: unknown, name: string): unknown {
  return Array.isArray(reply) ? reply[reply.indexOf(name) + 1] : undefined
}
