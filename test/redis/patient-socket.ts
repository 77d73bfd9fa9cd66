/**
 * A WebSocket of a client that does as it is told: where the server closes with "try again later", or is not able to open
 * one, it opens the next, and what it has told before is not told again. Pings are kept to itself, as in a page: with each
 * new socket the time to the next one begins anew.
 */
import { WebSocket } from 'ws'
import type { SocketPeer } from '../../packages/scanlogin/src/testing/ticket-socket.ts'

type Listen = SocketPeer['addEventListener']
type Heard = Record<'message' | 'close' | 'open' | 'error', ((event: never) => void)[]>

export class PatientSocket implements SocketPeer {
  readonly #heard: Heard = { message: [], close: [], open: [], error: [] }
  readonly #begin: () => WebSocket
  readonly #end = Date.now() + 25_000
  #socket: WebSocket
  #version = 0

  constructor(url: string, settings: { headers: Record<string, string> }) {
    this.#begin = () => new WebSocket(url, settings)
    this.#socket = this.#open()
  }

  addEventListener: Listen = (type, listener) => {
    this.#heard[type].push(listener)
  }

  send(text: string): void {
    this.#socket.send(text)
  }

  close(): void {
    this.#socket.close()
  }

  #open(): WebSocket {
    const socket = this.#begin()
    let unable = false
    socket.addEventListener('open', () => this.#tell('open', undefined))
    socket.addEventListener('message', event => this.#pass(event))
    socket.addEventListener('error', ({ message }) => {
      unable = / 503$/.test(message) && Date.now() < this.#end
      if (!unable) this.#tell('error', undefined)
    })
    socket.addEventListener('close', ({ code, reason }) => {
      if (!unable && (code !== 1013 || Date.now() > this.#end)) return this.#tell('close', { code, reason })
      setTimeout(() => {
        this.#socket = this.#open()
      }, 200)
    })
    return socket
  }

  /** The next socket begins with the ticket as it is. */
  #pass(event: { readonly data: unknown }): void {
    const { version = 0 }: { version?: number } = JSON.parse(String(event.data))
    if (version <= this.#version) return
    this.#version = version
    this.#tell('message', event)
  }

  #tell(type: keyof Heard, event: unknown): void {
    // Each list holds the listeners of its own kind of event, and `addEventListener` says which kind that is.
    for (const listener of this.#heard[type]) listener(event as never)
  }
}
