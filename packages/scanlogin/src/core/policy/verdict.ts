/** Verdicts put together, and told from whatever else a policy may answer. */
import { allow, type Denied, type Required, type Verdict } from './policy.ts'
import { mostReasons, noTerms, reasonPattern, type Terms, together, union } from './terms.ts'

/** The strictest wins: a denial before a requirement before a yes; requirements and reasons add up. */
export function combine(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce(stricter, allow)
}

/** A verdict that was well formed, or `undefined`. */
export function readVerdict(answer: unknown): Verdict | undefined {
  if (typeof answer !== 'object' || answer === null || !('verdict' in answer)) return undefined
  // An object, so it has properties, and of none is more believed than that it is there.
  const { verdict, reasons, ...rest } = answer as Readonly<Record<string, unknown>>
  if (verdict === 'allow') return allow
  if (!isReasons(reasons)) return undefined
  if (verdict === 'deny') {
    const { retryAfter } = rest
    return isAbsentOr(retryAfter, isSeconds) ? { verdict, reasons, retryAfter } : undefined
  }
  if (verdict !== 'require') return undefined
  const { checkCode, userVerification, shortSession } = rest
  const known = isAbsentOr(checkCode, isDigits) && isAbsentOr(userVerification, isFlag)
  if (!known || !isAbsentOr(shortSession, isFlag)) return undefined
  return { verdict, checkCode, userVerification, shortSession, reasons }
}

/** What a verdict adds to the terms of a sign-in. */
export function termsOf(verdict: Verdict): Terms {
  if (verdict.verdict !== 'require') return noTerms
  const { checkCode = 0, userVerification = false, shortSession = false, reasons } = verdict
  return { checkCode, userVerification, shortSession, reasons }
}

function stricter(one: Verdict, other: Verdict): Verdict {
  if (one.verdict === 'allow') return other
  if (other.verdict === 'allow') return one
  if (one.verdict === 'deny' && other.verdict === 'deny') return bothDenied(one, other)
  if (one.verdict === 'deny') return one
  if (other.verdict === 'deny') return other
  return { verdict: 'require', ...together(termsOf(one), termsOf(other)) } satisfies Required
}

/** Who says no for good is not softened by who says "not now". */
function bothDenied(one: Denied, other: Denied): Denied {
  const reasons = union(one.reasons, other.reasons)
  if (one.retryAfter === undefined || other.retryAfter === undefined) return { verdict: 'deny', reasons }
  return { verdict: 'deny', reasons, retryAfter: Math.max(one.retryAfter, other.retryAfter) }
}

function isReasons(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > mostReasons) return false
  return value.every(reason => typeof reason === 'string' && reasonPattern.test(reason))
}

function isAbsentOr<T>(value: unknown, check: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || check(value)
}

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
const isSeconds = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isDigits = (value: unknown): value is number => isSeconds(value) && [4, 5, 6, 7, 8].includes(value)
