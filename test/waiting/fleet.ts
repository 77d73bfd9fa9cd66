/**
 * Server processes on one Redis, and clients as a good proxy or app would have them: they ask nodes that are ready, take
 * a node that says `Connection: close` for one that leaves, and keep count of what broke.
 */
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { type RunningServer, startServer } from '../server/server.ts'

export interface Fleet extends Actors {
  readonly nodes: readonly RunningServer[]
  /** Calls that broke in the middle: reset, cut off, anything but a refused connection. */
  readonly broken: unknown[]
  /** Calls that a node has answered with 5xx. */
  readonly failed: number[]
  /** With more settings than the others have. */
  add(more?: Record<string, string>): Promise<RunningServer>
  /** SIGTERM, as an orchestrator sends it. Gives the exit code. */
  retire(node: RunningServer): Promise<number | null>
  /** SIGKILL, as nobody sends it who can help it. */
  kill(node: RunningServer): Promise<void>
  /** From now on only this node is asked; `undefined` for any. */
  prefer(node: RunningServer | undefined): void
  close(): void
}

const apiKey = 'k'.repeat(32)
const publicUrl = 'http://localhost:9'

export async function startFleet(redisPort: number, size: number, env: Record<string, string> = {}): Promise<Fleet> {
  const nodes: RunningServer[] = []
  const ready = new Set<RunningServer>()
  const broken: unknown[] = []
  const failed: number[] = []
  let preferred: RunningServer | undefined

  async function look(node: RunningServer): Promise<void> {
    const ok = await fetch(`${node.url}/healthz/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ok && nodes.includes(node)) ready.add(node)
    else ready.delete(node)
  }

  const looking = setInterval(() => nodes.forEach(look), 100)

  async function pick(): Promise<RunningServer> {
    for (;;) {
      if (preferred) return preferred
      const choice = [...ready]
      const node = choice[Math.floor(Math.random() * choice.length)]
      if (node) return node
      await pause(50)
    }
  }

  /** Tries again elsewhere only what has certainly not arrived. */
  async function send(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const body = request.method === 'POST' ? { body: await request.text() } : {}
    for (;;) {
      const node = await pick()
      const { method, headers, signal } = request
      try {
        const response = await fetch(node.url + pathname + search, { method, headers, signal, ...body })
        if (response.headers.get('connection') === 'close') ready.delete(node)
        if (response.status >= 500) failed.push(response.status)
        return response
      } catch (error) {
        ready.delete(node)
        if (!wasRefused(error)) {
          broken.push(error)
          throw error
        }
      }
    }
  }

  async function add(more: Record<string, string> = {}): Promise<RunningServer> {
    const node = await startServer({
      SCANLOGIN_STORE: `redis://127.0.0.1:${redisPort}`,
      SCANLOGIN_PUBLIC_URL: publicUrl,
      SCANLOGIN_API_KEY: apiKey,
      SCANLOGIN_LOG_LEVEL: 'warn',
      ...env,
      ...more,
    })
    nodes.push(node)
    while (!ready.has(node)) {
      await look(node)
      await pause(20)
    }
    return node
  }

  function remove(node: RunningServer): void {
    nodes.splice(nodes.indexOf(node), 1)
    ready.delete(node)
  }

  await Promise.all(Array.from({ length: size }, () => add()))
  return {
    ...createActors({ url: 'http://fleet.test/v1', fetch: send, apiKey, origin: publicUrl, proof: 'bearer' }),
    nodes,
    broken,
    failed,
    add,
    async retire(node) {
      node.signal('SIGTERM')
      const code = await node.exited
      remove(node)
      return code
    },
    async kill(node) {
      process.kill(node.pid, 'SIGKILL')
      await node.exited
      remove(node)
    },
    prefer(node) {
      preferred = node
    },
    close: () => clearInterval(looking),
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

function wasRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}
