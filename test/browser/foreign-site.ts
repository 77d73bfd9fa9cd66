/** A site that is not ours: an empty page at every address, for whatever a test wants to do from there. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ForeignSite {
  /** Another site altogether: `http://127.0.0.1:40123`. */
  readonly far: string
  /** Only another port of the same host, so that browsers send it our cookies: `http://localhost:40123`. */
  readonly near: string
  /** The `Referer` of every visit so far, `undefined` where there was none. */
  readonly referrers: readonly (string | undefined)[]
  close(): Promise<void>
}

export async function openForeignSite(): Promise<ForeignSite> {
  const referrers: (string | undefined)[] = []
  const server = createServer((request, response) => {
    referrers.push(request.headers.referer)
    response.writeHead(200, { 'content-type': 'text/html', connection: 'close' })
    response.end('<!doctype html><html lang="en"><title>Another site</title><body></body></html>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has such an address.
  const { port } = server.address() as AddressInfo
  return {
    far: `http://127.0.0.1:${port}`,
    near: `http://localhost:${port}`,
    referrers,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

export interface ForeignCall {
  readonly method: 'POST' | 'DELETE'
  readonly url: string
  /** JSON. */
  readonly body: string
}

/** Every way in which a page can have its visitor's browser send something to another site. Runs in that page. */
export async function tryEverything(calls: readonly ForeignCall[]): Promise<void> {
  for (const { method, url, body } of calls) {
    for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const frame = Object.assign(document.createElement('iframe'), { name: 'target' })
      const form = Object.assign(document.createElement('form'), { method: 'POST', action: url, target: 'target' })
      form.enctype = enctype
      // As plain text this is the JSON, with a sign of equality in it between name and value.
      form.append(Object.assign(document.createElement('input'), { name: body.slice(0, -2), value: body.slice(-2) }))
      document.body.append(frame, form)
      await settled(frame, () => form.submit())
    }
    for (const mode of ['cors', 'no-cors'] as const) {
      for (const type of ['text/plain', 'application/json']) {
        const verb = mode === 'cors' ? method : 'POST'
        const options: RequestInit = { method: verb, mode, body, credentials: 'include', keepalive: true }
        await fetch(url, { ...options, headers: { 'content-type': type } }).catch(() => {})
      }
    }
    // With nothing in it there is no type either, by which a server could tell that no script of its own has sent it.
    await fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' }).catch(() => {})
    const image = Object.assign(document.createElement('img'), { src: url })
    const script = Object.assign(document.createElement('script'), { src: url })
    const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url })
    for (const element of [image, script, style]) await settled(element, () => document.body.append(element))
  }

  async function settled(element: HTMLElement, begin: () => void): Promise<void> {
    const ended = new Promise(resolve => {
      for (const end of ['load', 'error']) element.addEventListener(end, resolve, { once: true })
    })
    begin()
    await ended
    element.remove()
  }
}
