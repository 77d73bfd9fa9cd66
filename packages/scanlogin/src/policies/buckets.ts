/**
 * Token buckets, one for each key: so many at once, and then as many as drip in again. They stand in the process and not
 * in the store, because a limit against floods may be off by a factor, but must not cost a write for every call that it
 * lets through, and least of all for those that it does not.
 */
import { createRecent } from '../core/expiry/recent.ts'

export interface Buckets {
  /** Takes one; gives 0, or the seconds until there is one again. */
  take(key: string, now: number): number
}

interface Bucket {
  readonly level: number
  readonly at: number
}

/** Some 10 MB at most: who floods with new keys makes old ones forgotten, which is lenient, and never more memory. */
const most = 50_000

/** `perMinute` is how many may come, in the long run and at once. */
export function createBuckets(perMinute: number): Buckets {
  const perMs = perMinute / 60_000
  const buckets = createRecent<Bucket>(most)
  return {
    take(key, now) {
      const { level, at } = buckets.get(key) ?? { level: perMinute, at: now }
      // A clock that is set back must not empty anybody's bucket.
      const filled = Math.min(perMinute, level + Math.max(0, now - at) * perMs)
      const taken = filled < 1 ? 0 : 1
      buckets.set(key, { level: filled - taken, at: now })
      return taken === 1 ? 0 : Math.max(1, Math.ceil((1 - filled) / perMs / 1000))
    },
  }
}
