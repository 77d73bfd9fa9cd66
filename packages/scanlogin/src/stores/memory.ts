/**
 * Tickets in the memory of one process: the embedded default. No database, nothing survives a restart.
 *
 * Entries leave by buckets of one second of expiry, a few at a time with each write, so that neither a million live
 * tickets nor a million that end together ever stop the process to be counted.
 */
import { type Clock, systemClock } from '../core/clock.ts'
import { LoginError } from '../core/errors.ts'
import type { Entry, Store } from '../core/store.ts'
import { createListeners } from './listeners.ts'
import { createMemoryOutbox } from './memory-outbox.ts'

export interface MemoryStoreOptions {
  /** Most entries at a time; a new one beyond it is refused as `store_unavailable`. Default 4,000,000. */
  maxEntries?: number
  clock?: Pick<Clock, 'now'>
}

export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { maxEntries = 4_000_000, clock = systemClock } = options
  const shards = Array.from({ length: shardCount }, () => new Map<string, Entry>())
  const dueKeys = new Map<number, string[]>()
  const listeners = createListeners()
  const outbox = createMemoryOutbox(clock)
  let count = 0
  let swept = secondOf(clock.now())

  function live(key: string): Entry | undefined {
    const entry = shardOf(key).get(key)
    return entry && entry.expiresAt > clock.now() ? entry : undefined
  }

  function shardOf(key: string): Map<string, Entry> {
    // One map of a million stops the process for up to 0.2 s when it grows; these grow one by one.
    const hash = key.charCodeAt(key.length - 3) * 31 + key.charCodeAt(key.length - 5)
    return shards[hash % shardCount || 0] as Map<string, Entry>
  }

  function write(key: string, entry: Entry): void {
    const shard = shardOf(key)
    const before = shard.get(key)
    shard.set(key, entry)
    if (!before) count++
    const second = bucketOf(entry)
    if (before && bucketOf(before) === second) return
    const keys = dueKeys.get(second)
    if (keys) keys.push(key)
    else dueKeys.set(second, [key])
  }

  function bucketOf({ expiresAt }: Entry): number {
    // Never behind the sweep, which does not come back: an entry may be over when it is written, and clocks step back.
    return Math.max(secondOf(expiresAt), swept)
  }

  /** Takes out a few entries that are due: more than one put adds, so that what is over always gets less. */
  function sweep(): void {
    const now = clock.now()
    if (dueKeys.size === 0) swept = secondOf(now)
    for (let visits = 0; visits < 64 && swept < secondOf(now); ) {
      const keys = dueKeys.get(swept)
      const key = keys?.pop()
      visits += keys ? 8 : 1
      if (key !== undefined) expire(key, now)
      else {
        dueKeys.delete(swept)
        swept++
      }
    }
  }

  function expire(key: string, now: number): void {
    const shard = shardOf(key)
    const entry = shard.get(key)
    // Written again since: it stands in a later bucket too.
    if (!entry || entry.expiresAt > now) return
    shard.delete(key)
    count--
  }

  return {
    async get(key) {
      return live(key)
    },

    async put(key, entry, { over, before = Number.POSITIVE_INFINITY, also, seen } = {}) {
      sweep()
      const present = live(key)
      if (present && entry.version === 1) seen?.(present)
      if ((present?.version ?? 0) !== entry.version - 1 || clock.now() >= before) return false
      if (over !== undefined && present?.value !== over) return false
      if (count >= maxEntries && !shardOf(key).has(key)) throw new LoginError('store_unavailable')
      write(key, entry)
      if (also) outbox.write(key, also)
      listeners.notify(key, entry)
      return true
    },

    async watch(key, ring) {
      return { stop: listeners.add(key, ring), entry: live(key), certain: true }
    },

    now: () => clock.now(),
    outbox,

    async close() {
      listeners.clear()
    },
  }
}

const shardCount = 64

function secondOf(time: number): number {
  return Math.floor(time / 1000)
}
