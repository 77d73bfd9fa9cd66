/**
 * What the Redis store asks of a client library, and the two libraries most teams have, as they are. Set the client up
 * so that it fails at once while there is no connection: what a queue keeps for later, a person has long been told has
 * failed. `docs/redis.md` has the settings and why.
 */
export interface RedisPort {
  /** `true` where one node has all keys, so that one command may ask about many of them. Default `false`. */
  readonly whole?: boolean
  /** Sends one command now, or rejects. `key` tells a cluster where to. */
  send(key: string, command: readonly string[]): Promise<unknown>
  /**
   * Listens on a connection of its own; `again` is called each time the subscription stands anew. Resolves when it
   * stands for the first time, however long that takes.
   */
  subscribe(channel: string, hear: (message: string) => void, again: () => void): Promise<void>
  /** Ends the connection that `subscribe` has made; the client itself is its owner's. */
  close(): Promise<void>
}

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

/** `redis` (node-redis), of version 6.1 or later, already connected. */
export interface NodeRedisClient {
  sendCommand(command: string[]): Promise<unknown>
  duplicate(): NodeRedisClient
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  on(event: string, listener: (...args: string[]) => void): unknown
  destroy(): void
}

export function fromIoredis(client: IoredisClient): RedisPort {
  let subscriber: IoredisClient | undefined
  let pings: ReturnType<typeof setInterval> | undefined

  return {
    whole: client.isCluster !== true,
    send: (_key, [name = '', ...args]) => client.call(name, ...args),
    subscribe(channel, hear, again) {
      let unanswered = 0
      let deaf = true
      return new Promise(resolve => {
        function listen(): void {
          const own = client.duplicate()
          subscriber = own
          deaf = true
          const stand = () => own.subscribe(channel).then(stands, ignore)
          own.on('message', (_channel: string, message: string) => hear(message))
          own.on('error', ignore)
          own.on('ready', stand)
          // A client that connects at its first command: this is it.
          if (own.status === 'wait') stand()
        }

        function stands(): void {
          unanswered = 0
          deaf = false
          again()
          resolve()
        }

        // A connection that has gone silent looks like one on which nothing happens. Subscribing once more is the one
        // question that a cluster's client, too, asks on the connection that listens; who gives no answer is replaced.
        function ask(): void {
          if (subscriber?.status !== 'ready') return
          if (unanswered++ < 3) {
            subscriber.subscribe(channel).then(answered, ignore)
          } else {
            subscriber.disconnect()
            unanswered = 0
            listen()
          }
        }

        function answered(): void {
          // After a silence that has ended by itself, whatever was said meanwhile is lost, too.
          if (deaf || unanswered > 1) stands()
          unanswered = 0
        }

        listen()
        pings = setInterval(ask, pingInterval)
      })
    },
    async close() {
      clearInterval(pings)
      subscriber?.disconnect()
    },
  }
}

export function fromNodeRedis(client: NodeRedisClient): RedisPort {
  let subscriber: NodeRedisClient | undefined
  let unanswered = 0
  let since = 0

  function answered(): void {
    unanswered--
    since = performance.now()
  }

  return {
    whole: true,
    send(_key, command) {
      // Its socket timeout starts anew with every command that is sent, so while a connection is silent nothing more is.
      if (unanswered === 0) since = performance.now()
      else if (performance.now() - since > pingInterval) return Promise.reject(new Error('The connection is silent'))
      unanswered++
      const reply = client.sendCommand([...command])
      reply.then(answered, answered)
      return reply
    },
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

/** ms. A dead connection is replaced in four of them. */
const pingInterval = 1000

/** Clients report a lost connection as an event; what was under way has been rejected, and they come back by themselves. */
function ignore(): void {}
