/**
 * `ioredis`, as it is. Set it up so that it fails at once while there is no connection: what a queue keeps for later, a
 * person has long been told has failed. `docs/redis.md` has the settings and why.
 */
import type { RedisPort } from '../port.ts'
import { type Hearing, keepHearing } from './hearing.ts'

/** `ioredis`, single, Sentinel or Cluster, of version 5.10 or later. */
export interface IoredisClient {
  call(command: string, ...args: string[]): Promise<unknown>
  duplicate(): IoredisClient
  subscribe(channel: string): Promise<unknown>
  on(event: string, listener: (...args: string[]) => void): unknown
  disconnect(): void
  readonly status: string
  readonly isCluster?: boolean
}

export function fromIoredis(client: IoredisClient): RedisPort {
  let subscriber: IoredisClient | undefined
  let hearing: Hearing | undefined

  return {
    whole: client.isCluster !== true,
    send: (_key, [name = '', ...args]) => client.call(name, ...args),
    subscribe(channel, hear, again) {
      return new Promise(resolve => {
        const watched = keepHearing({
          connected: () => subscriber?.status === 'ready',
          // To subscribe once more is the one question that a cluster's client, too, asks on the connection that listens.
          ask: async () => subscriber?.subscribe(channel),
          replace() {
            subscriber?.disconnect()
            listen()
          },
          again() {
            again()
            resolve()
          },
        })
        hearing = watched

        function listen(): void {
          const own = client.duplicate()
          subscriber = own
          const stand = () => own.subscribe(channel).then(watched.stands, ignore)
          own.on('message', (_channel: string, message: string) => hear(message))
          own.on('error', ignore)
          own.on('ready', stand)
          // A client that connects at its first command: this is it.
          if (own.status === 'wait') stand()
        }

        listen()
      })
    },
    async close() {
      hearing?.stop()
      subscriber?.disconnect()
    },
  }
}

/** It reports a lost connection as an event; what was under way has been rejected, and it comes back by itself. */
function ignore(): void {}
