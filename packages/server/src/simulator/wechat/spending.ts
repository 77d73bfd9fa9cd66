/** What an app has used up of its quotas. Days and months are China's: they change at 16:00 UTC. */
import type { Clock } from '../play/clock.ts'

export type Period = 'minute' | 'day' | 'month'

export interface Spending {
  /** Counts one more call in the current period; `false`, and not counted, if `most` have been made. */
  spend(name: string, most: number, period: Period): boolean
  /** How often it was called in the current period. */
  spent(name: string, period: Period): number
  /** Forgets all counts whose name begins so. */
  clear(prefix: string): void
}

export function createSpending(clock: Clock): Spending {
  const counts = new Map<string, { period: string; count: number }>()
  const spent = (name: string, period: Period) => {
    const known = counts.get(name)
    return known?.period === periodAt(clock.now(), period) ? known.count : 0
  }
  return {
    spent,
    spend(name, most, period) {
      const count = spent(name, period)
      if (count >= most) return false
      counts.set(name, { period: periodAt(clock.now(), period), count: count + 1 })
      return true
    },
    clear(prefix) {
      for (const name of counts.keys()) if (name.startsWith(prefix)) counts.delete(name)
    },
  }
}

/** `2030-01-01T08:15`, cut to the period. */
function periodAt(time: number, period: Period): string {
  const china = new Date(time + 8 * 3_600_000).toISOString()
  return china.slice(0, { month: 7, day: 10, minute: 16 }[period])
}
