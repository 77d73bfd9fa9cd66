/** A cluster of three masters with a replica each, which takes a node for dead after a second and a half. */
import { quietPort, type RedisProcess, startRedis, until } from './child.ts'

export interface RedisCluster {
  readonly nodes: readonly RedisProcess[]
  /** The node that has the slot now, as those that live see it. */
  masterOf(slot: number): Promise<RedisProcess>
  slotOf(key: string): Promise<number>
  /** Moves a slot to another master while it is used, as `redis-cli --cluster reshard` does. */
  migrate(slot: number): Promise<void>
  masters(): Promise<RedisProcess[]>
  /** Six more nodes take all over, on ports of their own. These here serve on as replicas that nobody else knows any more. */
  moveAway(): Promise<RedisCluster>
}

export async function startCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: 6 }, startNode))
  const [first] = nodes
  if (!first) throw new Error('There are six')
  for (const node of nodes) await meet(node, first)
  const third = Math.ceil(slots / 3)
  await Promise.all(
    nodes.slice(0, 3).map((node, index) => {
      const [from, to] = [index * third, Math.min(slots, (index + 1) * third) - 1]
      return node.ask('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
    }),
  )
  await until('all know all', async () => (await views(nodes)).every(view => view.length === 6))
  for (const [index, node] of nodes.slice(3).entries()) {
    await node.ask('CLUSTER', 'REPLICATE', String(await nodes[index]?.ask('CLUSTER', 'MYID')))
  }
  await until('every node sees three masters with a replica each', async () =>
    (await views(nodes)).every(view => view.filter(({ flags }) => flags.includes('slave')).length === 3),
  )
  await until('every node says ok, and every replica follows', async () => {
    const reports = await Promise.all(nodes.map(node => node.ask('CLUSTER', 'INFO')))
    const roles = await Promise.all(nodes.slice(3).map(node => node.ask('ROLE')))
    return (
      reports.every(report => String(report).includes('cluster_state:ok')) &&
      roles.every(role => Array.isArray(role) && role[3] === 'connected')
    )
  })
  return createCluster(nodes)
}

const slots = 16_384

async function startNode(): Promise<RedisProcess> {
  const bus = await quietPort()
  const cluster = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '1500']
  return startRedis([...cluster, '--repl-diskless-sync-delay', '0', '--cluster-replica-validity-factor', '0'])
}

async function meet(node: RedisProcess, other: RedisProcess): Promise<void> {
  await node.ask('CLUSTER', 'MEET', '127.0.0.1', String(other.port), String(await busOf(other)))
}

/** As its replica, with all that it has. */
async function follow(node: RedisProcess, master: RedisProcess): Promise<void> {
  await node.ask('CLUSTER', 'REPLICATE', String(await master.ask('CLUSTER', 'MYID')))
  await until('it follows', async () => {
    const role = await node.ask('ROLE')
    return Array.isArray(role) && role[0] === 'slave' && role[3] === 'connected'
  })
}

/** In place of its master, without losing anything. */
async function takeOver(node: RedisProcess, everybody: readonly RedisProcess[]): Promise<void> {
  const seenAs = (role: string) => async () =>
    (await views(everybody)).every(view => view.some(({ port, flags }) => port === node.port && flags.includes(role)))
  // A master that has not heard of its replica yet takes no notice.
  await until('all know that it follows', seenAs('slave'))
  await node.ask('CLUSTER', 'FAILOVER')
  await until('all know that it leads', seenAs('master'))
}

async function busOf(node: RedisProcess): Promise<number> {
  const reply = await node.ask('CONFIG', 'GET', 'cluster-port')
  return Array.isArray(reply) ? Number(reply[1]) : 0
}

function createCluster(nodes: readonly RedisProcess[]): RedisCluster {
  async function masters(): Promise<RedisProcess[]> {
    const view = (await views(nodes)).find(({ length }) => length > 0) ?? []
    const alive = view.filter(({ flags }) => flags.includes('master') && !/fail/.test(flags))
    return nodes.filter(({ port }) => alive.some(seen => seen.port === port))
  }

  async function masterOf(slot: number): Promise<RedisProcess> {
    const view = (await views(nodes)).find(({ length }) => length > 0) ?? []
    const owner = view.find(({ flags, has }) => flags.includes('master') && !/fail/.test(flags) && has(slot))
    const found = nodes.find(({ port }) => port === owner?.port)
    if (!found) throw new Error(`nobody has slot ${slot}`)
    return found
  }

  return {
    nodes,
    masters,
    masterOf,
    async slotOf(key) {
      return Number(await nodes[0]?.ask('CLUSTER', 'KEYSLOT', key))
    },
    async migrate(slot) {
      const from = await masterOf(slot)
      const to = (await masters()).find(node => node !== from)
      if (!to) throw new Error('There is one master only')
      const [source, target] = await Promise.all(
        [from, to].map(async node => String(await node.ask('CLUSTER', 'MYID'))),
      )
      await to.ask('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', source ?? '')
      await from.ask('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', target ?? '')
      for (;;) {
        const keys = await from.ask('CLUSTER', 'GETKEYSINSLOT', String(slot), '10')
        if (!Array.isArray(keys) || keys.length === 0) break
        await from.ask('MIGRATE', '127.0.0.1', String(to.port), '', '0', '10000', 'KEYS', ...keys.map(String))
      }
      for (const node of [to, from]) await node.ask('CLUSTER', 'SETSLOT', String(slot), 'NODE', target ?? '')
    },
    async moveAway() {
      const old = await masters()
      const heirs = await Promise.all(nodes.map(startNode))
      for (const heir of heirs) await meet(heir, nodes[0] ?? heir)
      await until('all know all', async () => (await views([...nodes, ...heirs])).every(({ length }) => length === 12))
      const leaders = heirs.slice(0, 3)
      for (const [at, heir] of leaders.entries()) {
        await follow(heir, old[at] ?? heir)
        await takeOver(heir, [...nodes, ...heirs])
      }
      for (const [at, heir] of heirs.slice(3).entries()) await follow(heir, leaders[at] ?? heir)
      const ids = await Promise.all(nodes.map(async node => String(await node.ask('CLUSTER', 'MYID'))))
      await Promise.all(heirs.flatMap(heir => ids.map(id => heir.ask('CLUSTER', 'FORGET', id))))
      return createCluster(heirs)
    },
  }
}

interface SeenNode {
  port: number
  flags: string
  has(slot: number): boolean
}

/** What each node knows of the others; nothing of those that do not answer. */
function views(nodes: readonly RedisProcess[]): Promise<SeenNode[][]> {
  return Promise.all(
    nodes.map(async node => {
      const report = await node.ask('CLUSTER', 'NODES').catch(() => '')
      return String(report).split('\n').filter(Boolean).map(toSeen)
    }),
  )
}

function toSeen(line: string): SeenNode {
  const [, address = '', flags = '', , , , , , ...ranges] = line.split(' ')
  const [, port] = /:(\d+)@/.exec(address) ?? []
  const has = (slot: number) =>
    ranges.some(range => {
      const [from = '', to = from] = range.split('-')
      return slot >= Number(from) && slot <= Number(to)
    })
  return { port: Number(port), flags, has }
}
