/**
 * What a sign-in has to fulfil before it may succeed, gathered from policies on the way. Terms stand in the ticket, so
 * that every node enforces them, whichever asked for them. They only ever grow.
 */
export interface Terms {
  /** Digits of the check code; 0 where the site's own choice is enough. */
  readonly checkCode: number
  /** The phone has to show that it is its owner who confirms: fingerprint, face, PIN. */
  readonly userVerification: boolean
  readonly shortSession: boolean
  /** Why, as codes such as `new_browser`: the phone page has words for them. */
  readonly reasons: readonly Reason[]
}

/** Small letters, digits and `_`, 2 to 40 of them. */
export type Reason = string

export const reasonPattern = /^[a-z][a-z0-9_]{1,39}$/

/** A ticket keeps so many reasons; its record has to stay small. */
export const mostReasons = 8

export const noTerms: Terms = { checkCode: 0, userVerification: false, shortSession: false, reasons: [] }

/** The stricter of the two in everything. */
export function together(one: Terms | undefined, other: Terms | undefined): Terms {
  if (!one || !other) return one ?? other ?? noTerms
  return {
    checkCode: Math.max(one.checkCode, other.checkCode),
    userVerification: one.userVerification || other.userVerification,
    shortSession: one.shortSession || other.shortSession,
    reasons: union(one.reasons, other.reasons),
  }
}

/** Each reason once, as many as a ticket keeps. */
export function union(one: readonly Reason[], other: readonly Reason[]): Reason[] {
  return [...new Set([...one, ...other])].slice(0, mostReasons)
}
