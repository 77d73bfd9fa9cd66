/**
 * The one seam: a store is a compare-and-set register that rings.
 *
 * There is no write by key alone. Every write names the version it replaces, so "read, decide, write" cannot lose a
 * race without noticing. `testing` ships the suite that every store has to pass.
 */
export interface Store {
  /** The live entry under `key`. An entry is gone at its `expiresAt`, whether or not anybody swept it away. */
  get(key: string): Promise<Entry | undefined>

  /**
   * Writes `entry` if the live entry's version is `entry.version - 1` (no entry counts as version 0), and then rings
   * for every subscriber of `key`, on every machine. Returns `false`, without having written, if somebody was first.
   */
  put(key: string, entry: Entry): Promise<boolean>

  /**
   * Calls `listener` after `key` was written. It may be called once too often, never once too few while the store is
   * healthy; a listener reads again to learn what is true. A write that starts after the promise has resolved rings,
   * a refused one does not. Unsubscribing twice, or after `close`, does no harm.
   */
  subscribe(key: string, listener: () => void): Promise<Unsubscribe>

  /** Lets go of connections and timers. Subscriptions end silently. */
  close(): Promise<void>
}

/** What a store keeps. A store that cannot be reached rejects with `LoginError('store_unavailable')` within 1 s. */
export interface Entry {
  /** 1 for a new entry, then one more with each write. */
  readonly version: number
  /** ms since the epoch. */
  readonly expiresAt: number
  /** At most 8 KiB of text; the store does not look inside. */
  readonly value: string
}

export type Unsubscribe = () => void
