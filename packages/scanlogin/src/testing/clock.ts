/**
 * A clock that stands still until a test moves it. Whole sign-ins with their two minutes of life then take
 * milliseconds, and a deadline can be met to the millisecond.
 */
import type { Clock } from '../core/clock.ts'

export interface ManualClock extends Clock {
  /**
   * Moves the time by `ms`. Timers that fall due fire in order, each at its own time, and what waits on them runs
   * before the next one; a timer set on the way fires too if it falls due. Work that needs a network is not waited for.
   */
  advance(ms: number): Promise<void>
  /** Timers that are set: 0 once everything that waited has gone. */
  timers(): number
}

interface Timer {
  readonly due: number
  readonly listener: () => void
}

/** `start` in ms since the epoch. Default: midnight of 1 January 2030, UTC. */
export function createClock(start: number = Date.UTC(2030, 0, 1)): ManualClock {
  // In the order in which they were set, so that of two that are due together the older one fires first.
  const timers = new Set<Timer>()
  let time = start

  function nextDue(until: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.due <= until && (!next || timer.due < next.due)) next = timer
    }
    return next
  }

  function after(ms: number, listener: () => void): () => void {
    const timer = { due: time + ms, listener }
    timers.add(timer)
    return () => {
      timers.delete(timer)
    }
  }

  function every(ms: number, listener: () => void): () => void {
    let stop = after(ms, again)
    function again(): void {
      stop = after(ms, again)
      listener()
    }
    return () => stop()
  }

  return {
    now: () => time,
    after,
    every,
    async advance(ms) {
      if (!(ms >= 0)) throw new TypeError('A clock advances by 0 ms or more')
      const until = time + ms
      await settle()
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        timers.delete(timer)
        time = Math.max(time, timer.due)
        timer.listener()
        await settle()
      }
      time = until
      await settle()
    },
    timers: () => timers.size,
  }
}

/** Every promise that needs no outside world has settled when the runtime gets round to its next timer. */
function settle(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 0))
}
