/**
 * Keeps away from an endpoint that answers nothing: after five failures in a row it is left alone for a while, then asked
 * with one delivery, and left alone for longer if that fails too. What waits for it keeps its tries.
 */
export interface EndpointBreaker {
  /** How many deliveries may begin now, at most `free`. */
  admits(free: number, now: number): number
  succeeded(): void
  failed(now: number): void
  /** The endpoint has asked for it. `ms` from now. */
  rest(ms: number, now: number): void
  state(now: number): 'closed' | 'open' | 'half-open'
}

export function createEndpointBreaker(): EndpointBreaker {
  let failures = 0
  let openUntil = 0

  const state: EndpointBreaker['state'] = now => {
    if (now < openUntil) return 'open'
    return failures >= threshold ? 'half-open' : 'closed'
  }

  return {
    state,
    admits(free, now) {
      const at = state(now)
      if (at === 'open') return 0
      return at === 'half-open' ? Math.min(1, free) : free
    },
    succeeded() {
      failures = 0
      openUntil = 0
    },
    failed(now) {
      failures++
      if (failures < threshold) return
      const pause = Math.min(longest, shortest * 2 ** (failures - threshold))
      openUntil = Math.max(openUntil, now + pause * (0.8 + 0.4 * Math.random()))
    },
    rest(ms, now) {
      openUntil = Math.max(openUntil, now + Math.min(ms, longest))
    },
  }
}

const threshold = 5
/** ms */
const shortest = 10_000
const longest = 600_000
