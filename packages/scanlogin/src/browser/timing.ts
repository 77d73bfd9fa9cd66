/** Time and chance as arguments, and the two ways to use them: waiting that can be cut short, and backing off. */

export interface ClientClock {
  /** ms that only ever grow, from any beginning. */
  now(): number
  /** Calls `listener` once after `ms`, unless the returned function is called before. */
  after(ms: number, listener: () => void): () => void
}

/** A change of the computer's clock does not reach a countdown that runs on this one. */
export const pageClock: ClientClock = {
  now: () => performance.now(),
  after(ms, listener) {
    const timer = setTimeout(listener, ms)
    return () => clearTimeout(timer)
  },
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(clock: ClientClock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const wake = () => {
      stop()
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const stop = clock.after(ms, wake)
    signal.addEventListener('abort', wake)
  })
}

export interface Backoff {
  /** Failures in a row, 1 for the first. */
  failures: number
  /** Seconds the server asked for. */
  retryAfter?: number | undefined
  /** Seconds that the wait may grow to. Default 8. */
  longest?: number
}

/**
 * ms to wait after a failure. The cap is taken first and the chance after it: the other way round all who have reached
 * the cap would come back together. What the server asked for is kept, and spread in the same way.
 */
export function backoff({ failures, retryAfter = 0, longest = 8 }: Backoff, random: () => number): number {
  const cap = Math.min(longest, 0.5 * 2 ** (failures - 1))
  return (Math.min(retryAfter, longestRetryAfter) + random() * cap) * 1000
}

/** No ticket lives longer, so a server that asks for more cannot mean this one. */
const longestRetryAfter = 300
