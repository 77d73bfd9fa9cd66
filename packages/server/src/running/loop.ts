/**
 * Notices when this process stands still: some code, such as a policy of the site's own, keeps the event loop to itself.
 * Who asks whether it is ready is then told that it is not, so that a balancer sends people elsewhere.
 */
import type { Log } from '../log.ts'

export interface Loop {
  /** `false` from a standstill of 1 s on, until none of half a second has been seen for 5 s. */
  smooth(): boolean
  close(): void
}

export function watchLoop(log: Log): Loop {
  const pace = createPace(performance.now())

  function look(): void {
    const turn = pace.beat(performance.now())
    if (turn?.to === 'stuck') log.warn({ stoodStill: Math.round(turn.lag) }, advice)
    if (turn?.to === 'smooth') log.info('the event loop runs again: this process is ready')
  }

  let closed = false
  const timer = setInterval(look, interval)
  // It keeps nobody alive.
  timer.unref()
  return {
    smooth() {
      // The question may be read before the timer runs that is late. Without a timer a pause says nothing.
      if (!closed) look()
      return pace.smooth()
    },
    close() {
      closed = true
      clearInterval(timer)
    },
  }
}

export interface Pace {
  /** Time goes on. What has changed by that, if anything. Times are ms of any steady clock. */
  beat(now: number): Turn | undefined
  smooth(): boolean
}

export type Turn = { readonly to: 'stuck'; readonly lag: number } | { readonly to: 'smooth' }

export function createPace(begun: number): Pace {
  let last = begun
  /** When it was last late; `undefined` while all is well. */
  let lateAt: number | undefined
  return {
    beat(now) {
      const lag = now - last - interval
      last = now
      const wasSmooth = lateAt === undefined
      if (lag >= (wasSmooth ? stuckAfter : lateAfter)) {
        lateAt = now
        return wasSmooth ? { to: 'stuck', lag } : undefined
      }
      if (lateAt === undefined || now - lateAt < calm) return undefined
      lateAt = undefined
      return { to: 'smooth' }
    },
    smooth: () => lateAt === undefined,
  }
}

const advice =
  'the event loop stood still, for as many ms as this says: this process is not ready until it runs smoothly again. ' +
  'Look for code that blocks, such as a policy of your own, or give it a whole processor'

/** ms */
const interval = 100
const stuckAfter = 1000
const lateAfter = 500
const calm = 5000
