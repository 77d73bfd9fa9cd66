/**
 * The one seam: a store is a compare-and-set register that rings.
 *
 * There is no write by key alone. Every write names the version it replaces, so "read, decide, write" cannot lose a
 * race without noticing. `testing` ships the suite that every store has to pass.
 */
import type { Also, Outbox } from './events/outbox.ts'

export interface Store {
  /** The live entry under `key`. An entry is gone at its `expiresAt`, whether or not anybody swept it away. */
  get(key: string): Promise<Entry | undefined>

  /**
   * Writes `entry` if the live entry's version is `entry.version - 1` (no entry counts as version 0) and it is as `only`
   * says, and then rings for everyone who watches `key`, on every machine. Returns `false`, without having written, if
   * somebody was first, or something else is there, or it is too late.
   */
  put(key: string, entry: Entry, only?: Only): Promise<boolean>

  /**
   * Reads the entry and rings from then on: after each write of `key` that is not in what was read. It may ring once
   * too often, never once too few while the store is healthy. A refused write does not ring.
   */
  watch(key: string, ring: Ring): Promise<Watch>

  /**
   * The time that every node of this store agrees on, ms since the epoch. Absent: the system's. A store that does not know
   * it yet throws `store_unavailable`, and knows it once a `get` has been answered.
   */
  now?(): number

  /** Absent: a store without one keeps no events, and writes none. */
  readonly outbox?: Outbox

  /** Lets go of connections and timers; watches end silently. Repeating it does no harm. */
  close(): Promise<void>
}

/**
 * Begins the keys that every node watches at all times. A store that rings for few listeners of a key rings for all of
 * these: there are a handful of them, and not one for each sign-in.
 */
export const fleetKey = 'fleet:'

/** What else has to hold, or has to be written, when an entry is written. */
export interface Only {
  /**
   * Over an entry with this very text. A version alone does not tell entries apart where a fail-over has taken one back
   * and another was written in its place.
   */
  readonly over?: string
  /** Before this, ms since the epoch by the store's time: what has ended meanwhile stays ended. */
  readonly before?: number
  /** Stands in the outbox if the entry was written, and only then. A store that has no outbox leaves it out. */
  readonly also?: Also
  /** Is told of the live entry that a first version was refused for, where the store has it at hand. */
  readonly seen?: (present: Entry) => void
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

/**
 * Is given what was written where the store has it at hand; without it the listener reads again. `'late'` is a change
 * that the store has found by looking, because its ring got lost.
 */
export type Ring = (written?: Entry | 'late') => void

export interface Watch {
  /** The live entry when the watch began. */
  readonly entry: Entry | undefined
  /**
   * `true` where no ring stays out for more than some seconds, because writer and listener share a process, or because
   * the store looks for changes whose ring got lost: who waits then need not look again by itself. Default `false`, and
   * whoever puts a network in between leaves it out.
   */
  readonly certain?: boolean
  /**
   * `true` where beginning a watch takes a round trip and going on with it none: it may then go on for a moment after its
   * wait, for whoever comes back. Default `false`.
   */
  readonly remote?: boolean
  /** Ends the ringing. Repeating it, or stopping after `close`, does no harm. */
  stop(): void
}
