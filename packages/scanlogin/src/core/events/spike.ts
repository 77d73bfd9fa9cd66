/**
 * Notices when many people say "not me" at a time: someone may be sending codes around. Counted in each process by
 * itself, because an alarm needs no exact number.
 */

/** ms that are looked at together; at most one alarm in that time. */
const window = 300_000
/** Fewer are chance. */
const least = 10

export interface Spike {
  /** A person has decided. Gives the number of denials when it is time for an alarm. */
  note(decision: 'confirmed' | 'denied', now: number): number | undefined
}

export function createSpike(): Spike {
  let begun = 0
  let alarmed = false
  let counts = { confirmed: 0, denied: 0 }
  return {
    note(decision, now) {
      if (now - begun >= window) {
        begun = now
        alarmed = false
        counts = { confirmed: 0, denied: 0 }
      }
      counts[decision]++
      if (alarmed || counts.denied < least || counts.denied <= counts.confirmed) return undefined
      alarmed = true
      return counts.denied
    },
  }
}
