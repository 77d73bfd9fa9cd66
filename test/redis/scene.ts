/** Nodes of scanlogin in this process, each with a store and connections of its own, and people whose calls reach any. */
import { type LoginOptions, type Store, systemClock } from '../../packages/scanlogin/src/index.ts'
import { type RedisPort, redisStore } from '../../packages/scanlogin/src/redis.ts'
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import type { Fetch } from '../../packages/scanlogin/src/testing/caller.ts'
import { apiKey, type Started, start } from '../start.ts'

export interface Node extends Started {
  readonly store: Store
  /** Whose every call goes to this node. */
  people(): Actors
}

export interface Scene<Ports extends readonly unknown[] = readonly unknown[]> {
  readonly nodes: { readonly [index in keyof Ports]: Node }
  /** Whose every call goes to a node by chance. */
  people(): Actors
  fetch: Fetch
  close(): Promise<void>
}

export interface SceneOptions {
  /** Seconds within which a change is found whose message got lost. Default 1: nobody here wants to wait for five. */
  recheck?: number
  /** ms by which all nodes' clocks are ahead of Redis. Default 0. */
  ahead?: number
  /** Seconds that a code can be scanned for. Default 120. */
  scanTtl?: number
  /** What the sign-ins of a node have besides, of its own store. Default: nothing. */
  besides?: (store: Store) => Pick<LoginOptions, 'browsers' | 'policies'>
}

export const siteUrl = 'https://id.example.com'

export async function openScene<const Ports extends readonly RedisPort[]>(
  ports: Ports,
  options: SceneOptions = {},
): Promise<Scene<Ports>> {
  // One for each port, in their order.
  const nodes = ports.map(port => openNode(port, options)) as { readonly [index in keyof Ports]: Node }
  // A node knows the time once its first command is answered.
  for (const { store } of nodes) await store.get('first')
  const fetch: Fetch = request => {
    const node = nodes[Math.floor(Math.random() * nodes.length)]
    if (!node) throw new Error('There is no node')
    return node.handler(request)
  }
  return {
    nodes,
    fetch,
    people: () => peopleBy(fetch),
    async close() {
      for (const { login, store } of nodes) {
        login.drain()
        await store.close()
      }
    },
  }
}

function openNode(port: RedisPort, { recheck = 1, ahead = 0, scanTtl = 120, besides }: SceneOptions): Node {
  const store = redisStore(port, { recheck })
  const now = () => (store.now?.() ?? Date.now()) + ahead
  const clock = { ...systemClock, now }
  const started = start({ proof: 'bearer', login: { store, clock, recheck, scanTtl, ...besides?.(store) } })
  return { ...started, store, people: () => peopleBy(started.handler) }
}

function peopleBy(fetch: Fetch): Actors {
  return createActors({ url: `${siteUrl}/v1`, apiKey, proof: 'bearer', fetch })
}

/** The reply, or an error when it stays out: every call has an end, whatever has become of Redis. */
export async function answerOf<T>(reply: Promise<T>, seconds = 10): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000)
  })
  try {
    return await Promise.race([reply, late])
  } finally {
    clearTimeout(timer)
  }
}
