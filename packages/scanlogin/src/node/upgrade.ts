/**
 * WebSockets on `node:http`. The frames are the work of `ws`, which the host brings along; who may open a socket is
 * decided by the handler before there is one, and what goes over it is one way: texts out, nothing but pongs back.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Hangup } from '../core/waiting.ts'
import type { Answer, Call } from '../http/call.ts'
import type { SocketOpening } from '../http/handler.ts'
import { NodeCall } from './call.ts'
import { type SocketPeer, tell } from './socket.ts'

/** What of a handler is used here. */
export interface SocketOpener {
  openSocket(call: Call): Promise<SocketOpening>
}

/** `WebSocketServer` of `ws` 8. */
export type SocketServerClass = new (settings: SocketSettings) => SocketServer

export interface SocketServer {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, opened: (peer: SocketPeer) => void): void
}

export interface SocketSettings {
  noServer: boolean
  clientTracking: boolean
  perMessageDeflate: boolean
  maxPayload: number
  closeTimeout: number
  handleProtocols: () => false
}

export interface UpgradeOptions {
  /** Seconds between pings; who leaves two unanswered is cut off. Default 15. */
  heartbeat?: number
}

export type NodeUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** For `serve`, or for `listenForSockets` where the server is the host's own. */
export function toNodeUpgrade(
  handler: SocketOpener,
  WebSocketServer: SocketServerClass,
  { heartbeat = 15 }: UpgradeOptions = {},
): NodeUpgrade {
  const sockets = new WebSocketServer(settings)
  return (request, socket, head) => {
    // A connection may break at any time; its closing is what counts.
    socket.on('error', () => {})
    handler
      .openSocket(new NodeCall(request, new SocketHangup(socket)))
      .then(opening => {
        if ('refusal' in opening) refuse(socket, opening.refusal)
        else sockets.handleUpgrade(request, socket, head, peer => tell(peer, opening.texts, heartbeat * 1000))
      })
      .catch(() => socket.destroy())
  }
}

const settings: SocketSettings = {
  noServer: true,
  clientTracking: false,
  // Texts of some hundred bytes gain nothing, and each compressor would cost 300 KiB.
  perMessageDeflate: false,
  /** Bytes. Nothing is expected at all; larger messages close with 1009 before they are read. */
  maxPayload: 1024,
  /** ms until a peer that does not answer the closing is cut off. */
  closeTimeout: 2000,
  // Some clients hide a credential among the protocols: it must not be sent back.
  handleProtocols: () => false,
}

/** The connection closing, as the part of an `AbortSignal` that waiting needs. */
class SocketHangup implements Hangup {
  readonly #socket: Duplex

  constructor(socket: Duplex) {
    this.#socket = socket
  }

  get aborted(): boolean {
    return this.#socket.destroyed
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#socket.once('close', listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#socket.off('close', listener)
  }
}

/** There is no `ServerResponse` for an upgrade: the refusal is written as it goes over the wire. */
function refuse(socket: Duplex, { status, headers, body }: Answer): void {
  const text = typeof body === 'string' ? body : ''
  const fields = { ...headers, 'content-length': String(Buffer.byteLength(text)), connection: 'close' }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`, () => socket.destroy())
}
