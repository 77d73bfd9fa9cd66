/** Redis's clock, as the one that all nodes agree on: a node whose own clock is wrong then still ends tickets in time. */
import type { Commands } from './commands.ts'

export interface RedisTime {
  /** ms since the epoch. */
  now(): number
  /** Compares the clocks anew. */
  compare(): Promise<void>
  stop(): void
}

/** ms between two comparisons: clocks drift by far less than the tenth of a second that would matter. */
const interval = 30_000

/** ms until the next try where Redis has not answered: a node that does not know the time can write nothing. */
const soon = 500

export function createRedisTime(commands: Commands): RedisTime {
  // A clock that nobody sets: what happens to the node's own while it runs does not matter.
  const start = Date.now() - performance.now()
  const here = () => start + performance.now()
  let offset = 0
  let narrowest = Number.POSITIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  async function compare(): Promise<void> {
    clearTimeout(timer)
    let pause = soon
    try {
      await ask()
      pause = interval
    } finally {
      if (!stopped) timer = setTimeout(() => compare().catch(() => {}), pause)
    }
  }

  async function ask(): Promise<void> {
    const sent = here()
    const reply = await commands.send('', ['TIME'])
    const received = here()
    if (!Array.isArray(reply)) return
    const [seconds, microseconds] = reply.map(Number)
    const there = (seconds ?? 0) * 1000 + (microseconds ?? 0) / 1000
    const found = there - (sent + received) / 2
    const width = received - sent
    // The longer the way, the less it says; but a clock that was set says something new in any case.
    if (width > narrowest * 2 && Math.abs(found - offset) < width) return
    narrowest = Math.max(1, width)
    offset = found
  }

  return {
    now: () => Math.round(here() + offset),
    compare,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
