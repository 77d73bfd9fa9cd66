/** What Redis says of itself: version, what it does when it is full, and what of it outlives a restart. */
import { type Examination, type Finding, fail, ok, warn } from '../examination.ts'
import type { StoreNode } from './nodes.ts'

export const storeVersion = perNode('store-version', 'The store is a version that is known to do', ({ info }) => {
  const valkey = info.get('valkey_version')
  const version = valkey ?? info.get('redis_version') ?? '0'
  const name = `${valkey === undefined ? 'Redis' : 'Valkey'} ${version}`
  const [oldest, words] = valkey === undefined ? [[7, 0] as const, 'Redis 7.0'] : [[7, 2] as const, 'Valkey 7.2']
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const known = major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
  return known ? ok(name) : fail(name, `Use ${words} or later.`)
})

export const eviction = perNode(
  'store-eviction',
  'A full store refuses what is new, and throws nothing away',
  ({ info }) => {
    const policy = info.get('maxmemory_policy') ?? 'unknown'
    const [most, used] = [Number(info.get('maxmemory') ?? 0), Number(info.get('used_memory') ?? 0)]
    if (policy !== 'noeviction')
      return fail(
        `maxmemory-policy is ${policy}: a Redis that is full throws away tickets and sessions, and people are signed out`,
        'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf. A cache beside it needs a Redis of its own.',
      )
    if (most === 0) return ok(`noeviction; ${mebibytes(used)} are used, and no maxmemory is set`)
    const found = `noeviction; ${mebibytes(used)} of ${mebibytes(most)} are used`
    return used > most * 0.8 ? warn(found, 'Raise maxmemory: a Redis that is full takes no new sign-ins.') : ok(found)
  },
)

export const persistence = perNode('store-disk', 'Sessions outlive a restart of the store', ({ info }) => {
  const failed = ['aof_last_write_status', 'rdb_last_bgsave_status'].filter(name => info.get(name) === 'err')
  if (failed.length > 0)
    return fail(
      `writing to disk has failed (${failed.join(', ')}): Redis refuses writes until it works again`,
      'Look at Redis’s log: the disk is full, may not be written, or there is no memory for the fork.',
    )
  if (info.get('aof_enabled') === '1') return ok('appendonly yes')
  return warn(
    'appendonly is off: a restart of Redis signs people out',
    'CONFIG SET appendonly yes, and the same in redis.conf; leave it where signing in again is no trouble.',
  )
})

export const replicas = perNode('store-replicas', 'A fail-over loses as little as can be', ({ info }) => {
  const connected = Number(info.get('connected_slaves') ?? 0)
  if (connected === 0) return ok('there are no replicas')
  // This line is there only where a least number is set.
  if (info.has('min_slaves_good_slaves'))
    return ok(`${connected} replicas, and writes wait for some of them to be there`)
  return warn(
    `${connected} replicas, and a master that has lost them goes on taking writes that nobody will have`,
    'CONFIG SET min-replicas-to-write 1, and the same in redis.conf.',
  )
})

/** The same question for each node. A node is named where something is wrong with it, or where there is but one. */
function perNode(id: string, title: string, judge: (node: StoreNode) => Finding): Examination {
  return {
    id,
    title,
    async examine({ nodes }) {
      const { all } = await nodes()
      const judged = all.map(node => ({ node, finding: judge(node) }))
      const wrong = judged.filter(({ finding }) => finding.verdict !== 'ok')
      if (wrong.length === 0) return [ok([...new Set(judged.map(({ finding }) => finding.found))].join(' / '))]
      return wrong.map(({ node, finding }) => ({ ...finding, found: `${node.name}: ${finding.found}` }))
    },
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`
}
