/**
 * The outbox of one process. It lives in the same memory as the tickets, so an event is there from the very turn that
 * changed the ticket, and is gone with the tickets when the process ends.
 *
 * What falls due stands in buckets by the quarter of a second: nothing is sorted, and nothing has a timer of its own.
 */
import type { Clock } from '../core/clock.ts'
import type { Also, Later, Outbox } from '../core/events/outbox.ts'

export interface MemoryOutbox extends Outbox {
  /** In the turn in which the entry was written. */
  write(key: string, also: Also): void
}

export function createMemoryOutbox(clock: Pick<Clock, 'now'>): MemoryOutbox {
  const events: string[] = []
  const laters = new Map<string, Later>()
  const dueKeys = new Map<number, string[]>()
  const rings = new Set<(part: number) => void>()
  let swept = bucketOf(clock.now())
  let lentUntil = 0

  function leave(key: string, later: Later): void {
    if (dueKeys.size === 0) swept = Math.floor(clock.now() / bucket)
    laters.set(key, later)
    // Never behind the sweep, which does not come back.
    const due = Math.max(bucketOf(later.at), swept)
    const keys = dueKeys.get(due)
    if (keys) keys.push(key)
    else dueKeys.set(due, [key])
  }

  /** A bounded number at a time, so that what ends together does not stop the process. */
  function sweep(now: number): void {
    for (let visits = 0; visits < mostVisits && dueKeys.size > 0 && swept * bucket <= now; visits++) {
      const key = dueKeys.get(swept)?.pop()
      if (key !== undefined) fallDue(key, now)
      else dueKeys.delete(swept++)
    }
  }

  function fallDue(key: string, now: number): void {
    const later = laters.get(key)
    // Written again since: what was left then stands in a bucket of its own.
    if (!later || later.at > now) return
    laters.delete(key)
    events.push(later.event)
  }

  return {
    parts: 1,
    round: bucket,
    write(key, { events: written, later }) {
      events.push(...written)
      if (later) leave(key, later)
      else laters.delete(key)
      if (written.length > 0) for (const ring of rings) ring(0)
    },
    async take(_part, most, lease) {
      const now = clock.now()
      sweep(now)
      if (events.length === 0 || now < lentUntil) return undefined
      const until = now + lease
      lentUntil = until
      return {
        events: events.slice(0, most),
        async settle(count) {
          if (lentUntil !== until) return false
          lentUntil = 0
          events.splice(0, count)
          return true
        },
      }
    },
    watch(ring) {
      rings.add(ring)
      return () => rings.delete(ring)
    },
    depth: async () => events.length,
  }
}

/** ms. */
const bucket = 250
const mostVisits = 4096

function bucketOf(time: number): number {
  return Math.ceil(time / bucket)
}
