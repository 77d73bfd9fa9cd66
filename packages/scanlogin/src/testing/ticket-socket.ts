/**
 * A WebSocket as a test sees it: what it tells, text by text, and how it ends. The class is the runtime's own (Node from 22
 * on, Bun, Deno) or that of `ws`, because a test has to set headers, which a page cannot.
 */
import type { TicketResource } from '../http/wire.ts'

export type SocketClass = new (url: string, settings: { headers: Record<string, string> }) => SocketPeer

/** What of a `WebSocket` is used here. */
export interface SocketPeer {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: SocketEnd) => void): void
  addEventListener(type: 'open' | 'error', listener: () => void): void
  send(text: string): void
  close(): void
  /** Of `ws`, which shows what others keep to themselves. */
  on?(event: 'ping', listener: () => void): unknown
}

export interface SocketEnd {
  readonly code: number
  readonly reason: string
}

export interface TicketSocket {
  /** `false` where the server has refused it before the upgrade. */
  readonly opened: boolean
  /** The next frame; `undefined` once it is closed. */
  next(): Promise<SocketFrame | undefined>
  /** Of one that was open. */
  readonly closed: Promise<SocketEnd>
  /** Resolves at the first ping; `undefined` where the class does not show pings. */
  readonly pinged: Promise<void> | undefined
  send(text: string): void
  close(): void
}

export interface SocketFrame {
  readonly form: 'text' | 'binary'
  /** The JSON of a text. Every field is optional: whether they are there is for the test to say. */
  readonly ticket: Partial<TicketResource>
}

/** Resolves when it is open, or will never be. */
export async function openTicketSocket(
  Class: SocketClass,
  url: string,
  headers: Record<string, string>,
): Promise<TicketSocket> {
  const peer = new Class(url, { headers })
  const frames: SocketFrame[] = []
  let heard = () => {}
  let over = false
  const closed = new Promise<SocketEnd>(resolve => {
    peer.addEventListener('close', ({ code, reason }) => {
      over = true
      heard()
      resolve({ code, reason })
    })
  })
  peer.addEventListener('message', ({ data }) => {
    frames.push(typeof data === 'string' ? { form: 'text', ticket: parse(data) } : { form: 'binary', ticket: {} })
    heard()
  })
  const pinged = peer.on && new Promise<void>(resolve => peer.on?.('ping', () => resolve()))
  const opened = await new Promise<boolean>(resolve => {
    peer.addEventListener('open', () => resolve(true))
    // Node's own leaves it at this where it never was open; others close, too.
    peer.addEventListener('error', () => resolve(false))
    closed.then(() => resolve(false))
  })
  return {
    opened,
    closed,
    pinged,
    async next() {
      while (frames.length === 0 && !over) {
        await new Promise<void>(resolve => {
          heard = resolve
        })
      }
      return frames.shift()
    },
    send: text => peer.send(text),
    close: () => peer.close(),
  }
}

function parse(text: string): Partial<TicketResource> {
  try {
    const ticket: unknown = JSON.parse(text)
    // Nothing is claimed but that it is an object.
    return typeof ticket === 'object' && ticket !== null ? (ticket as Partial<TicketResource>) : {}
  } catch {
    return {}
  }
}
