/** Waiting browsers as bytes on a connection: for those that no client library would behave like. */
import type { Socket } from 'node:net'
import type { ScriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { dial } from '../hostile/raw.ts'

export interface RawWait {
  readonly socket: Socket
  /** Everything the server has said, once it has closed. */
  readonly all: Promise<string>
  /** How many answers have come so far. */
  answers(): number
}

const headers = {
  poll: '',
  stream: 'Accept: text/event-stream\r\nConnection: close\r\n',
  socket:
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
}
const paths = { poll: '?since=1&wait=25', stream: '', socket: '/socket' }

/** Resolves as soon as the request is sent. */
export async function startRaw(
  { port, browser }: { port: number; browser: Pick<ScriptedBrowser, 'ticket' | 'secret'> },
  kind: 'poll' | 'stream' | 'socket',
): Promise<RawWait> {
  const socket = await dial(port)
  let text = ''
  socket.setEncoding('latin1').on('data', piece => {
    text += piece
  })
  const all = new Promise<string>(resolve => socket.once('close', () => resolve(text)))
  const head = `GET /v1/tickets/${browser.ticket.id}${paths[kind]} HTTP/1.1\r\nHost: a\r\n`
  socket.write(`${head}Authorization: Bearer ${browser.secret}\r\n${headers[kind]}\r\n`)
  return { socket, all, answers: () => text.split('HTTP/1.1 ').length - 1 }
}
