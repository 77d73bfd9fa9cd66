/** Time as an argument: what the code below needs of the world, so that a test can hold it still. */
export interface Clock {
  /** ms since the epoch. */
  now(): number
  /** Calls `listener` once after `ms`, unless the returned function is called before. */
  after(ms: number, listener: () => void): () => void
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, listener) {
    const timer = setTimeout(listener, ms)
    return () => clearTimeout(timer)
  },
}
