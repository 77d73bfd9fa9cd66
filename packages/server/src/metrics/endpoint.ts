/**
 * Where Prometheus reads: `/metrics` on a port of its own. What it tells is not for everyone, and a port is easier to
 * keep inside than a path behind the same proxy.
 */
import { createServer } from 'node:http'

export interface MetricsAddress {
  readonly host: string
  readonly port: number
}

/** What of a registry is shown. */
export interface Readable {
  readonly contentType: string
  metrics(): Promise<string>
}

/** Resolves, once it listens, with what closes it; rejects if it cannot listen. */
export async function showMetrics(registry: Readable, { host, port }: MetricsAddress): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') {
      response.writeHead(404).end()
      return
    }
    const headers = { 'content-type': registry.contentType, 'cache-control': 'no-store' }
    registry.metrics().then(
      text => response.writeHead(200, headers).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, resolve)
  })
  // A start that fails later ends, and is not kept alive by this.
  server.unref()
  return () =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
}

/** `9464` is that port on this machine only; `0.0.0.0:9464` is for others to reach; `off` is nowhere. */
export function readMetricsAddress(text: string): MetricsAddress | false | 'wrong' {
  if (text === 'off') return false
  const [, v6, name, digits] = /^(?:(?:\[([\da-f:.]+)\]|([\w.-]+)):)?(\d{1,5})$/i.exec(text) ?? []
  const port = Number(digits)
  if (!(port >= 1 && port <= 65_535)) return 'wrong'
  return { host: v6 ?? name ?? '127.0.0.1', port }
}
