/**
 * What a store may keep besides its entries: an outbox, in which an event stands from the very step that changed the
 * entry until somebody has delivered it. An event that has to be written although nobody calls any more, such as that a
 * ticket has expired, is left with the entry in advance: it falls due by itself unless the entry is written again first.
 */

/** What is written in one step with an entry, or not at all. */
export interface Also {
  /** Texts that stand at the end of the outbox from then on, in this order. */
  readonly events: readonly string[]
  /** What falls due if the entry is not written again before; it takes the place of what was left there earlier. */
  readonly later?: Later | undefined
}

export interface Later {
  /** ms since the epoch. */
  readonly at: number
  readonly event: string
}

/** The side that delivers. Any node may ask for any part; all events of one entry stand in the same part, in their order. */
export interface Outbox {
  readonly parts: number
  /** ms in which every part has to be looked at: by so much an event is late that no ring tells of. */
  readonly round: number
  /**
   * Moves what has fallen due to the end of the part, each event once on whichever node, and then lends the oldest, at
   * most `most`. Nobody else is lent the part for `lease` ms. `undefined` where there is none, or somebody has it.
   */
  take(part: number, most: number, lease: number): Promise<Loan | undefined>
  /** Rings after each write of this process that has put an event there. Returns what ends that. */
  watch(ring: (part: number) => void): () => void
  /** Events that stand in the part. */
  depth(part: number): Promise<number>
}

export interface Loan {
  readonly events: readonly string[]
  /**
   * Takes the first `count` out and gives the part back. `false` where the lease was over: somebody else may have taken
   * them meanwhile, and they come again.
   */
  settle(count: number): Promise<boolean>
}
