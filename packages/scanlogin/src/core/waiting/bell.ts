/** What rings while one browser waits, and is remembered while it does not. */
import type { Clock } from '../clock.ts'
import type { Entry, Ring } from '../store.ts'

/** The newest entry that a ring has brought; or that it rang without one, late, or not at all. */
export type Rung = Entry | 'unread' | 'late' | 'silence'

export interface Bell {
  ring: Ring
  /** What has rung since it was last asked and is more than `version`. */
  heard(version: number): Rung
  /** The same, as soon as there is something, or at `time`, ms since the epoch. */
  rungOr(time: number, version: number): Promise<Rung>
}

export function createBell(clock: Clock): Bell {
  let rung: Rung = 'silence'
  let known = 0
  let wake: (() => void) | undefined

  function heard(version: number): Rung {
    known = version
    const heard = typeof rung === 'object' && rung.version <= known ? 'silence' : rung
    rung = 'silence'
    return heard
  }

  return {
    ring(written) {
      if (!written) rung = 'unread'
      else if (written === 'late') rung = rung === 'silence' ? 'late' : rung
      // What a hint carries was written, but hints come late and twice: only something newer counts.
      else if (written.version <= known) return
      else if (rung === 'silence' || (typeof rung === 'object' && written.version > rung.version)) rung = written
      wake?.()
    },
    heard,
    async rungOr(time, version) {
      const before = heard(version)
      if (before !== 'silence') return before
      await new Promise<void>(resolve => {
        const stop = clock.after(Math.max(0, time - clock.now()), resolve)
        wake = () => {
          stop()
          resolve()
        }
      })
      wake = undefined
      return heard(version)
    },
  }
}
