/** How often somebody may try a key: a key is no word that can be guessed, and nobody gets to fill the log with tries. */

export interface Tries {
  /** Seconds until this address may try again; 0 for now. */
  wait(address: string | undefined, at: number): number
  /** A try that has failed. */
  failed(address: string | undefined, at: number): void
}

const window = 60_000
const mostAddresses = 10_000

/** `most` failures a minute from one address, in each process. */
export function createTries(most: number): Tries {
  const known = new Map<string, { until: number; failures: number }>()

  return {
    wait(address = '', at) {
      const tries = known.get(address)
      if (!tries || tries.until <= at || tries.failures < most) return 0
      return Math.ceil((tries.until - at) / 1000)
    },
    failed(address = '', at) {
      const tries = known.get(address)
      if (tries && tries.until > at) {
        tries.failures++
        return
      }
      known.delete(address)
      known.set(address, { until: at + window, failures: 1 })
      // The oldest leaves: its minute is the first that is over.
      const [oldest] = known.keys()
      if (known.size > mostAddresses && oldest !== undefined) known.delete(oldest)
    },
  }
}
