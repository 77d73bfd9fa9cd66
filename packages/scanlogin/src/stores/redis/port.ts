/** What the Redis store asks of a client library. Those that most teams have are fitted to it in `clients/`, as they are. */
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
