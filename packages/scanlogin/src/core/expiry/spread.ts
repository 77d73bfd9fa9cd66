/**
 * Chance in lifetimes and pauses, so that what began together neither ends nor comes back together. A time is in
 * whatever unit the caller has; `chance` is 0 to 1, and the caller's too.
 */

/** Up to `share` of it less: for a lifetime that must not be longer than was said. */
export function atMost(time: number, share: number, chance: number): number {
  return time * (1 - share * chance)
}

/** Up to `share` of it more: for a pause that must not be shorter than was said. */
export function atLeast(time: number, share: number, chance: number): number {
  return time * (1 + share * chance)
}

/** Up to `share` of it less or more: for a pace, whose mean stays what was said. */
export function about(time: number, share: number, chance: number): number {
  return time * (1 - share + 2 * share * chance)
}
