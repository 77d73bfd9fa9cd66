/** A `node:http` server with the settings that long waits need, and a way down that answers those who wait. */
import { createServer, type Server } from 'node:http'
import { type AddressInfo, Server as TcpServer } from 'node:net'
import type { Duplex } from 'node:stream'
import type { NodeListener } from './listener.ts'
import type { NodeUpgrade } from './upgrade.ts'
import { listenForSockets } from './upgrade-offers.ts'

export interface ServeOptions {
  listener: NodeListener
  /** What a WebSocket is opened by, as `toNodeUpgrade` gives it. Default: nothing, every request is a plain one. */
  upgrade?: NodeUpgrade
  /** Default 0: one that is free. */
  port?: number
  /** Default `127.0.0.1`. */
  host?: string
}

export interface Serving {
  /** `http://127.0.0.1:8787` */
  readonly url: string
  readonly port: number
  /**
   * Takes no more connections, where another process takes them from now on. Those that stand are served on; resolves
   * when the last one is closed. `close` still has to be called.
   */
  stopListening(): Promise<void>
  /**
   * Takes no more connections, lets the answers in progress end, and resolves when the last connection is closed. Streams
   * and sockets end by `login.drain()`, which comes first. After 10 s what is left is cut off.
   */
  close(): Promise<void>
}

/** Resolves when the server listens; rejects if it cannot. */
export async function serve({ listener, upgrade, port = 0, host = '127.0.0.1' }: ServeOptions): Promise<Serving> {
  const server = createServer({ ...limits, keepAlive: true, noDelay: true }, listener)
  // Longer than a balancer keeps its connections (60 s as a rule): the one that closes first must not be us.
  server.keepAliveTimeout = 75_000
  const sockets = upgrade ? listenForSockets(server, upgrade) : new Set<Duplex>()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    // Node's default backlog of 511 drops connections when ten thousand browsers come at once; they retry after 1 s.
    server.listen({ port, host, backlog: 4096 }, resolve)
  })
  const address = server.address() as AddressInfo
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    // Node's `close` of an HTTP server also cuts connections that are idle, and with them the request on its way.
    stopListening: () => new Promise(resolve => TcpServer.prototype.close.call(server, () => resolve())),
    close: () => close(server, sockets),
  }
}

/** ms. Held answers are not touched by these: they bound how long a *request* may take to arrive. */
const limits = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5_000 }

function close(server: Server, sockets: ReadonlySet<Duplex>): Promise<void> {
  return new Promise(resolve => {
    const idle = setInterval(() => server.closeIdleConnections(), 50)
    const hard = setTimeout(() => {
      server.closeAllConnections()
      for (const socket of sockets) socket.destroy()
    }, 10_000)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(hard)
      resolve()
    })
  })
}
