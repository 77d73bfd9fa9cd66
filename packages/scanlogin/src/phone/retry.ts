/**
 * When to ask again. Every phone call may be repeated: the scan token makes the second answer the same as the first,
 * so a reply lost in a lift costs seconds and not the sign-in.
 */

/** Tries in all, the first one included. */
export const tries = 4

/** Seconds after which a call without an answer counts as lost. */
export const patience = 8

/**
 * Milliseconds to wait before try number `next` (2 and up), or `undefined` to give up. Full jitter, so that the phones
 * of a whole building do not come back in step. `retryAfter` is the server's wish in seconds; one that is longer than
 * a person holds a phone still is passed on instead of waited for.
 */
export function pauseBefore(next: number, retryAfter: number | undefined, chance: number): number | undefined {
  if (next > tries || (retryAfter !== undefined && retryAfter > patience)) return undefined
  const spread = Math.min(4000, 250 * 2 ** (next - 2))
  return (retryAfter ?? 0) * 1000 + chance * spread
}
