/**
 * Requests that offer an upgrade nobody here wants, such as the `h2c` that Java's client offers with every call. A server
 * may ignore the offer, and Node does, but only while it has no sockets at all. Then all of them come as upgrades, with
 * the parser detached and the body unread.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { NodeUpgrade } from './upgrade.ts'

/** WebSockets go to `upgrade`, every other request stays the server's. Returns the sockets that are open, at any time. */
export function listenForSockets(server: Server, upgrade: NodeUpgrade): ReadonlySet<Duplex> {
  const open = new Set<Duplex>()
  server.on('upgrade', (request, socket, head) => {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') return giveBack(server, request, socket, head)
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    upgrade(request, socket, head)
  })
  return open
}

/** The connection, with the request as it came but for the offer. */
function giveBack(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2)
    const rest = name.toLowerCase() === 'connection' ? withoutOffers(value) : value
    if (rest && !offers.has(name.toLowerCase())) lines.push(`${name}: ${rest}`)
  }
  // Header values are bytes to Node, each of them one character.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}

const offers = new Set(['upgrade', 'http2-settings'])

/** `Connection` lists the names of the headers that make the offer, and may say `close` beside them. */
function withoutOffers(connection: string): string {
  const options = connection.split(',').map(option => option.trim())
  return options.filter(option => !offers.has(option.toLowerCase())).join(', ')
}
