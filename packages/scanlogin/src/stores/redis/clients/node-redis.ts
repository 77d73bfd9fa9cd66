/**
 * `redis` (node-redis), as it is. Set it up so that it fails at once while there is no connection, and so that it pings:
 * `docs/redis.md` has the settings and why.
 */
import type { RedisPort } from '../port.ts'

/** `redis` (node-redis), of version 6.1 or later, already connected. */
export interface NodeRedisClient {
  sendCommand(command: string[]): Promise<unknown>
  duplicate(): NodeRedisClient
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  on(event: string, listener: (...args: string[]) => void): unknown
  destroy(): void
}

export function fromNodeRedis(client: NodeRedisClient): RedisPort {
  let subscriber: NodeRedisClient | undefined

  return {
    whole: true,
    send: sendUnlessSilent(client),
    subscribe(channel, hear, again) {
      const own = client.duplicate()
      subscriber = own
      own.on('error', ignore)
      return new Promise(resolve => {
        // At every connection: the first may be lost before it has subscribed. Repeated it does nothing.
        own.on('ready', () =>
          own.subscribe(channel, hear).then(() => {
            again()
            resolve()
          }, ignore),
        )
        own.connect().catch(ignore)
      })
    },
    async close() {
      subscriber?.destroy()
    },
  }
}

/** Its socket timeout starts anew with every command that is sent, so while a connection is silent nothing more is. */
function sendUnlessSilent(client: NodeRedisClient): RedisPort['send'] {
  let unanswered = 0
  let since = 0

  function answered(): void {
    unanswered--
    since = performance.now()
  }

  return (_key, command) => {
    if (unanswered === 0) since = performance.now()
    else if (performance.now() - since > silence) return Promise.reject(new Error('The connection is silent'))
    unanswered++
    const reply = client.sendCommand([...command])
    reply.then(answered, answered)
    return reply
  }
}

/** ms without any answer while one is owed. */
const silence = 1000

/** It reports a lost connection as an event; what was under way has been rejected, and it comes back by itself. */
function ignore(): void {}
