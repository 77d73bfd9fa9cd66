/** Server processes as they are shipped, on one store and behind one address: each call goes to any of them. */
import { WebSocket } from 'ws'
import type { Fetch } from '../../packages/scanlogin/src/testing/caller.ts'
import type { OpenServer } from '../../packages/scanlogin/src/testing/protocol-suite.ts'
import { allowedOrigin, apiKey, type Running, returnTo, startServer } from '../start.ts'

export interface Fleet {
  readonly processes: readonly Running[]
  /** What a rule of the protocol suite opens. */
  readonly server: OpenServer
}

export interface FleetOptions {
  store: string
  nodes?: number
  /** What the caller does with a 503. Default: takes it for the answer. */
  patience?: 'none' | 'tries again'
  /** More of the environment, by node. */
  env?: (node: number) => Record<string, string>
}

export async function startFleet({ store, nodes = 2, patience = 'none', env }: FleetOptions): Promise<Fleet> {
  const publicUrl = 'http://localhost:9'
  const shared = { SCANLOGIN_STORE: store, SCANLOGIN_PUBLIC_URL: publicUrl, SCANLOGIN_RETURN_TO: returnTo }
  const processes: Running[] = []
  for (let node = 0; node < nodes; node++) {
    const server = await startServer({ ...shared, ...env?.(node) })
    processes.push(server)
    running.push(server)
  }
  const url = `${publicUrl}/v1`
  const anyNode: Fetch = async request => {
    const { server } = pick(processes)
    const { method, headers, signal } = request
    // Whole, as a page sends it: a body that is still on its way cannot be sent once more.
    const body = request.body ? { body: await request.arrayBuffer() } : {}
    return fetch(server.url + request.url.slice(url.length), { method, headers, signal, ...body })
  }
  return {
    processes,
    server: {
      url,
      apiKey,
      allowedOrigin,
      returnTo,
      origin: publicUrl,
      WebSocket,
      get socketUrl() {
        return pick(processes).server.url
      },
      fetch: patience === 'none' ? anyNode : patient(anyNode),
    },
  }
}

/** Ends all that this file has started, also when a test has failed. */
export async function endFleets(): Promise<void> {
  await Promise.all(running.splice(0).map(({ stop }) => stop()))
}

const running: Running[] = []

/** As `docs/protocol.md` wants clients: a 503 is no answer, and what is idempotent is asked again. */
function patient(fetch: Fetch): Fetch {
  return async request => {
    for (const end = Date.now() + 25_000; ; ) {
      const response = await fetch(request.clone())
      if (response.status !== 503 || Date.now() > end) return response
      await response.body?.cancel()
      await new Promise(resolve => setTimeout(resolve, 100 + Math.random() * 200))
    }
  }
}

function pick<T>(choices: readonly T[]): T {
  const chosen = choices[Math.floor(Math.random() * choices.length)]
  if (!chosen) throw new Error('There is nothing to choose from')
  return chosen
}
