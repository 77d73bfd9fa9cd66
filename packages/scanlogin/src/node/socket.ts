/** One open WebSocket: passes the texts on, asks whether the peer is still there, and takes no messages from it. */
import type { SocketTexts } from '../http/calls/socket.ts'
import { unsentLimit } from './listener.ts'

/** `WebSocket` of `ws` 8. */
export interface SocketPeer {
  /** Bytes that were sent here and have not left yet. */
  readonly bufferedAmount: number
  send(text: string): void
  ping(): void
  close(code: number, reason: string): void
  /** Cuts the connection off. */
  terminate(): void
  on(event: 'message' | 'ping' | 'pong' | 'close' | 'error', listener: () => void): unknown
}

/** Runs until the texts end or the peer has gone. `interval` in ms. */
export function tell(peer: SocketPeer, texts: SocketTexts, interval: number): void {
  let unanswered = 0
  let frames = 0
  const beat = setInterval(() => {
    frames = 0
    if (unanswered++ < pingsUnanswered) peer.ping()
    else peer.terminate()
  }, interval)

  function count(): void {
    // Each ping is answered by a pong: who does not read those is a slow reader as well.
    if (peer.bufferedAmount > unsentLimit) peer.terminate()
    else if (++frames === framesPerInterval) peer.close(1008, 'Too many frames')
    else if (frames > framesPerInterval * 10) peer.terminate()
  }

  peer.on('pong', () => {
    unanswered = 0
    count()
  })
  peer.on('ping', count)
  peer.on('message', () => {
    peer.close(1003, 'Nothing is read here')
    count()
  })
  // Messages that are too long and frames that are none: `ws` closes with the right code by itself.
  peer.on('error', () => {})
  peer.on('close', () => clearInterval(beat))
  pass(texts, peer).catch(() => peer.terminate())
}

async function pass(texts: SocketTexts, peer: SocketPeer): Promise<void> {
  try {
    for (;;) {
      const { value, done } = await texts.next()
      if (done) return peer.close(value.code, value.reason)
      peer.send(value)
      if (peer.bufferedAmount > unsentLimit) return peer.terminate()
    }
  } finally {
    await texts.return({ code: 1001, reason: '' })
  }
}

const pingsUnanswered = 2
/** Control frames that a peer may send between two of our pings; two are usual. */
const framesPerInterval = 60
