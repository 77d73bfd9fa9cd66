/** The edge to `node:http`, low enough to break a connection in the middle of a call. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Call, Outcome } from './call.ts'
import { text } from './call.ts'

export interface ListenOptions {
  host: string
  /** 0 for one that is free. */
  port: number
  answer(call: Call): Promise<Outcome>
}

export interface Listening {
  /** `http://127.0.0.1:8790` */
  readonly url: string
  /** Cuts every connection, those that hang included. */
  stop(): Promise<void>
}

export async function listen({ host, port, answer }: ListenOptions): Promise<Listening> {
  const server = createServer((request, response) => {
    respond(request, response, answer).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, resolve)
  })
  // A server that listens on a port, not on a pipe, has an address of this shape.
  const address = server.address() as AddressInfo
  return { url: `http://${reachable(address)}:${address.port}`, stop: () => stop(server) }
}

/** An address that can be called: one that stands for all of them is called on this machine. */
function reachable({ address, family }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1'
  return family === 'IPv6' ? `[${address}]` : address
}

function stop(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ListenOptions['answer'],
): Promise<void> {
  const body = await readBody(request)
  const outcome = body ? await answer(toCall(request, response, body)) : tooLarge
  if (outcome === 'hang' || response.destroyed) return
  if (outcome === 'reset') {
    // `resetAndDestroy` sends RST: what a caller sees of a peer that has crashed.
    response.socket?.resetAndDestroy()
    return
  }
  response.writeHead(outcome.status, { ...outcome.headers, 'content-length': Buffer.byteLength(outcome.body) })
  response.end(request.method === 'HEAD' ? undefined : outcome.body)
}

function toCall(request: IncomingMessage, response: ServerResponse, body: Uint8Array): Call {
  const url = new URL(request.url ?? '/', 'http://simulator')
  const hangup = new AbortController()
  response.once('close', () => hangup.abort())
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(headers),
    body,
    address: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    hangup: hangup.signal,
  }
}

/** `undefined` for one that is too large; it is read to its end all the same, so that the caller hears the answer. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of request) {
    size += piece.length
    if (size <= largestBody) pieces.push(piece)
  }
  return size <= largestBody ? Buffer.concat(pieces) : undefined
}

/** Bytes. */
const largestBody = 1_048_576
const tooLarge = text('Too large.\n', { status: 413 })
