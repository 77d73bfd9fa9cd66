/** One question at a time for each key: whoever comes while it is under way waits for the same answer. */
export interface Flights<Answer> {
  /**
   * What is under way, or else `ask`. Once that has its answer it can tell whether it may be kept: not where the key was
   * left meanwhile, because what was read may be from before that.
   */
  join(key: string, ask: (isCurrent: () => boolean) => Promise<Answer>): Promise<Answer>
  /** Whoever joins from now on asks anew. */
  leave(key: string): void
}

export function createFlights<Answer>(): Flights<Answer> {
  const underWay = new Map<string, Promise<Answer>>()
  return {
    join(key, ask) {
      const present = underWay.get(key)
      if (present) return present
      const isCurrent = () => underWay.get(key) === mine
      const done = () => {
        if (isCurrent()) underWay.delete(key)
      }
      const mine = ask(isCurrent)
      underWay.set(key, mine)
      mine.then(done, done)
      return mine
    },
    leave(key) {
      underWay.delete(key)
    },
  }
}
