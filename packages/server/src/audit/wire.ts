/** What `fetch` cannot tell: whether a WebSocket opens, and how good the certificate is. */
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'

export interface Wire {
  /** The status that a WebSocket upgrade of the address is answered with; 101 is an open socket. */
  upgrade(address: string, headers: Readonly<Record<string, string>>): Promise<number>
  /** Of an https origin. */
  certificate(origin: string): Promise<Certificate>
}

export interface Certificate {
  /** Such as `TLSv1.3`. */
  readonly protocol: string
  /** Days until it is no longer valid. */
  readonly daysLeft: number
}

const patience = 10_000

export const wire: Wire = {
  upgrade(address, headers) {
    const { protocol } = new URL(address)
    const open = protocol === 'https:' ? tlsRequest : plainRequest
    return new Promise((resolve, reject) => {
      const request = open(address, {
        timeout: patience,
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)))),
          'user-agent': 'scanlogin-audit',
          ...headers,
        },
      })
      request.on('upgrade', (_answer, socket) => {
        socket.destroy()
        resolve(101)
      })
      request.on('response', answer => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
      request.on('timeout', () => request.destroy(new Error('no answer within 10 s')))
      request.on('error', reject)
      request.end()
    })
  },

  certificate(origin) {
    const { hostname, port } = new URL(origin)
    return new Promise((resolve, reject) => {
      const named = isIP(hostname) ? {} : { servername: hostname }
      const socket: TLSSocket = connect({ host: hostname, port: Number(port || 443), ...named }, () => {
        const until = Date.parse(socket.getPeerCertificate().valid_to)
        resolve({ protocol: socket.getProtocol() ?? '', daysLeft: Math.floor((until - Date.now()) / 86_400_000) })
        socket.destroy()
      })
      socket.setTimeout(patience, () => socket.destroy(new Error('no answer within 10 s')))
      socket.on('error', reject)
    })
  },
}
