/**
 * The simulator's time. It runs as ours does, or stands still until it is moved; either may be moved on, so that nobody
 * waits two hours to see a token expire.
 */
export interface Clock {
  /** ms since the epoch. */
  now(): number
  /** Calls `listener` once after `ms`, unless the returned function is called before. */
  after(ms: number, listener: () => void): () => void
}

export interface MovableClock extends Clock {
  /** Moves the time on by `ms`; what falls due on the way happens in its order. */
  advance(ms: number): Promise<void>
}

/** Runs on by itself. One that stands still is `createClock()` of `scanlogin/testing`. */
export function runningClock(): MovableClock {
  const alarms = new Set<Alarm>()
  let ahead = 0
  const now = () => Date.now() + ahead

  function wind(alarm: Alarm): void {
    clearTimeout(alarm.timer)
    alarm.timer = setTimeout(() => ring(alarm), alarm.due - now())
    // What somebody waits for in here keeps no program from ending.
    alarm.timer.unref()
  }

  function ring(alarm: Alarm): void {
    if (!alarms.delete(alarm)) return
    clearTimeout(alarm.timer)
    alarm.listener()
  }

  return {
    now,
    after(ms, listener) {
      const alarm: Alarm = { due: now() + ms, listener, timer: undefined }
      alarms.add(alarm)
      wind(alarm)
      return () => {
        alarms.delete(alarm)
        clearTimeout(alarm.timer)
      }
    },
    async advance(ms) {
      if (!(ms >= 0)) throw new TypeError('A clock advances by 0 ms or more')
      ahead += ms
      const due = [...alarms].filter(alarm => alarm.due <= now()).sort((one, other) => one.due - other.due)
      for (const alarm of due) {
        ring(alarm)
        await settle()
      }
      for (const alarm of alarms) wind(alarm)
    },
  }
}

interface Alarm {
  readonly due: number
  readonly listener: () => void
  timer: NodeJS.Timeout | undefined
}

/** Whoever was woken has done what needs no network. */
function settle(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 0))
}
