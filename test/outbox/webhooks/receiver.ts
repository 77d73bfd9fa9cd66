/** Somebody else's server that webhooks go to: it keeps what comes, and answers as it is told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { freePort } from '../../free-port.ts'

export interface Call {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly calls: readonly Call[]
  /** From now on. Default: 204. */
  answer(respond: Respond): void
  stop(): Promise<void>
}

export type Respond = (response: ServerResponse, call: Call) => void

export async function startReceiver(): Promise<Receiver> {
  const calls: Call[] = []
  let respond: Respond = response => response.writeHead(204).end()
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => undefined)
    // Whoever sent it was killed in the middle.
    if (body === undefined) return
    const call = { path: request.url ?? '', headers: request.headers, body }
    calls.push(call)
    respond(response, call)
  })
  const port = await freePort()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    calls,
    answer(next) {
      respond = next
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
