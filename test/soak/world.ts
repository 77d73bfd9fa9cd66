/** What a soak runs on: server processes as they are shipped, one Redis behind a network with weather, and people. */
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import type { Fetch } from '../../packages/scanlogin/src/testing/caller.ts'
import { endRedis, quietPort, type RedisProcess, startRedis, until } from '../redis/servers/child.ts'
import { startProxy, type TcpProxy } from '../redis/servers/tcp-proxy.ts'
import { endServers, type RunningServer, startServer } from '../server/server.ts'
import type { Chance } from './chance.ts'

export interface Node extends RunningServer {
  readonly metricsPort: number
}

export interface World {
  readonly redis: RedisProcess
  /** Between all nodes and Redis. */
  readonly network: TcpProxy
  /** It is never killed, so that what it needs can be watched from the start to the end. */
  readonly veteran: Node
  /** All that live, the veteran first. */
  nodes(): readonly Node[]
  /** One that may be killed. */
  recruit(): Node
  /** Another one in its place, which serves when this resolves. */
  replace(node: Node, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Whose every call goes to a node by chance. */
  people(): Actors
  close(): Promise<void>
}

const apiKey = 'k'.repeat(32)
const publicUrl = 'http://localhost:9'

export async function openWorld(size: number, { pick }: Chance): Promise<World> {
  // A Redis that is killed comes back with all but what it was told last.
  const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'everysec'])
  const network = await startProxy(redis.port)
  const nodes: Node[] = []
  for (let index = 0; index < size; index++) nodes.push(await start(network.port))
  const [veteran] = nodes
  if (!veteran) throw new Error('There is one node at least')

  const anyNode: Fetch = async request => {
    const { pathname, search } = new URL(request.url)
    const { method, headers, signal } = request
    const body = request.body ? { body: await request.arrayBuffer() } : {}
    return fetch(pick(nodes).url + pathname + search, { method, headers, signal, ...body })
  }

  return {
    redis,
    network,
    veteran,
    nodes: () => nodes,
    recruit: () => pick(nodes.slice(1)),
    async replace(node, signal) {
      nodes.splice(nodes.indexOf(node), 1)
      process.kill(node.pid, signal)
      await node.exited
      nodes.push(await start(network.port))
    },
    people: () => createActors({ url: `${publicUrl}/v1`, apiKey, origin: publicUrl, proof: 'bearer', fetch: anyNode }),
    async close() {
      await endServers()
      await network.stop()
      await endRedis()
    },
  }
}

async function start(storePort: number): Promise<Node> {
  const metricsPort = await quietPort()
  const server = await startServer({
    SCANLOGIN_STORE: `redis://127.0.0.1:${storePort}`,
    SCANLOGIN_PUBLIC_URL: publicUrl,
    SCANLOGIN_API_KEY: apiKey,
    SCANLOGIN_METRICS: String(metricsPort),
    SCANLOGIN_DRAIN_DELAY: '1',
    // All who wait come from one address here.
    SCANLOGIN_MAX_WAITING_PER_ADDRESS: '50000',
    SCANLOGIN_LOG_LEVEL: 'fatal',
  })
  await until('it is alive', async () => (await fetch(`${server.url}/healthz/live`)).ok)
  return { ...server, metricsPort }
}
