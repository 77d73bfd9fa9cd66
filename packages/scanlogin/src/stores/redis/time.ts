/** Redis's clock, as the one that all nodes agree on: a node whose own clock is wrong then still ends tickets in time. */
import { LoginError } from '../../core/errors.ts'
import type { Commands } from './commands.ts'

export interface RedisTime {
  /** ms since the epoch. Throws `store_unavailable` until Redis has told its time once. */
  now(): number
  /** Resolves once Redis has told its time for the first time. */
  readonly known: Promise<void>
  /** Compares the clocks anew. */
  compare(): Promise<void>
  stop(): void
}

/** ms between two comparisons: clocks drift by far less than the tenth of a second that would matter. */
const interval = 30_000

/**
 * ms to the next one where Redis has not answered, because a node that does not know the time can write nothing; and
 * between the first few, because a process that has just started is slow to hear an answer.
 */
const soon = 250
const first = 8

export function createRedisTime(commands: Commands): RedisTime {
  // A clock that nobody sets: what happens to the node's own while it runs does not matter.
  const start = Date.now() - performance.now()
  const here = () => start + performance.now()
  let offset = 0
  let narrowest = Number.POSITIVE_INFINITY
  let answers = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  let know = () => {}
  const known = new Promise<void>(resolve => {
    know = resolve
  })

  async function compare(): Promise<void> {
    let pause = soon
    try {
      await ask()
      know()
      if (++answers >= first) pause = interval
    } finally {
      clearTimeout(timer)
      if (!stopped) timer = setTimeout(() => compare().catch(() => {}), pause)
    }
  }

  async function ask(): Promise<void> {
    const sent = here()
    const reply = await commands.send('', ['TIME'])
    const received = here()
    if (!Array.isArray(reply)) throw new Error('Redis has not told its time')
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
    now() {
      // A clock that may be minutes wrong would bring what has ended back to life.
      if (answers === 0) throw new LoginError('store_unavailable', { cause: new Error('The time is not known yet') })
      return Math.floor(here() + offset)
    },
    known,
    compare,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
