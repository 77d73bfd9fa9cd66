/** Verdicts put together: whatever policy is added, nothing gets easier. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Verdict } from './policy.ts'
import { noTerms, together } from './terms.ts'
import { combine, readVerdict, termsOf } from './verdict.ts'

const reasons = fc.uniqueArray(fc.constantFrom('new_browser', 'other_network', 'many_attempts'), { minLength: 1 })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant<Verdict>({ verdict: 'allow' }),
  fc.record({ verdict: fc.constant('deny' as const), reasons, retryAfter: maybe(fc.integer({ min: 0, max: 9000 })) }),
  fc.record({
    verdict: fc.constant('require' as const),
    checkCode: maybe(fc.integer({ min: 4, max: 8 })),
    userVerification: maybe(fc.boolean()),
    shortSession: maybe(fc.boolean()),
    reasons,
  }),
)
const verdicts = fc.array(verdict, { maxLength: 6 })

describe('the combined verdict', () => {
  it('never gets laxer by adding a policy', () => {
    fc.assert(
      fc.property(verdicts, verdict, (some, one) => {
        expect(strictness(combine([...some, one]))).toBeAtLeastAsStrictAs(strictness(combine(some)))
      }),
    )
  })

  it('is at least as strict as each of them', () => {
    fc.assert(
      fc.property(verdicts, some => {
        for (const one of some) expect(strictness(combine(some))).toBeAtLeastAsStrictAs(strictness(one))
      }),
    )
  })

  it('does not depend on the order in which they stand', () => {
    fc.assert(
      fc.property(verdicts, some => {
        const [forward, backward] = [combine(some), combine([...some].reverse())]
        expect(sorted(forward)).toEqual(sorted(backward))
      }),
    )
  })

  it('asks for nothing where nobody has an opinion', () => {
    expect(combine([])).toEqual({ verdict: 'allow' })
    expect(termsOf(combine([]))).toEqual(noTerms)
  })

  it('says no for good where one policy does, however soon another would allow it', () => {
    const later: Verdict = { verdict: 'deny', reasons: ['many_attempts'], retryAfter: 5 }
    const never: Verdict = { verdict: 'deny', reasons: ['other_network'] }
    expect(combine([later, never])).toEqual({ verdict: 'deny', reasons: ['many_attempts', 'other_network'] })
    expect(combine([later, { ...later, retryAfter: 60 }])).toMatchObject({ retryAfter: 60 })
  })
})

describe('terms', () => {
  it('only ever grow', () => {
    fc.assert(
      fc.property(verdict, verdict, (one, other) => {
        const [first, second] = [termsOf(one), termsOf(other)]
        const both = together(first, second)
        expect(both.checkCode).toBe(Math.max(first.checkCode, second.checkCode))
        expect(both.userVerification).toBe(first.userVerification || second.userVerification)
        expect(both.shortSession).toBe(first.shortSession || second.shortSession)
        for (const reason of [...first.reasons, ...second.reasons]) expect(both.reasons).toContain(reason)
      }),
    )
  })
})

describe('an answer of a policy', () => {
  it('is what it was where it is a verdict', () => {
    fc.assert(
      fc.property(verdict, one => {
        expect(readVerdict(one)).toEqual(one)
      }),
    )
  })

  it.each([
    undefined,
    null,
    true,
    'allow',
    {},
    { verdict: 'yes' },
    { verdict: 'deny' },
    { verdict: 'deny', reasons: [] },
    { verdict: 'deny', reasons: ['Not well formed'] },
    { verdict: 'deny', reasons: ['many_attempts'], retryAfter: Number.NaN },
    { verdict: 'deny', reasons: ['many_attempts'], retryAfter: '5' },
    { verdict: 'require', reasons: ['new_browser'], checkCode: 3 },
    { verdict: 'require', reasons: ['new_browser'], checkCode: 4.5 },
    { verdict: 'require', reasons: ['new_browser'], userVerification: 'yes' },
    { verdict: 'require', reasons: ['new_browser'], shortSession: 1 },
    { verdict: 'require', reasons: Array.from({ length: 9 }, (_, index) => `reason_${index}`) },
  ])('is no verdict where it is %j', answer => {
    expect(readVerdict(answer)).toBeUndefined()
  })

  it('is read from any value without throwing', () => {
    fc.assert(fc.property(fc.anything(), value => void readVerdict(value)))
  })
})

interface Strictness {
  /** 3 no for good, 2 not now, 1 yes if, 0 yes. */
  readonly level: number
  readonly retryAfter: number
  readonly checkCode: number
  readonly userVerification: boolean
  readonly shortSession: boolean
}

function strictness(verdict: Verdict): Strictness {
  const { checkCode, userVerification, shortSession } = termsOf(verdict)
  const level = { allow: 0, require: 1, deny: 2 }[verdict.verdict]
  const retryAfter = verdict.verdict === 'deny' ? (verdict.retryAfter ?? Number.POSITIVE_INFINITY) : 0
  return { level, retryAfter, checkCode, userVerification, shortSession }
}

expect.extend({
  toBeAtLeastAsStrictAs(one: Strictness, other: Strictness) {
    // Who is denied need not be asked for anything.
    const pass =
      one.level > other.level
        ? true
        : one.level === other.level &&
          one.retryAfter >= other.retryAfter &&
          one.checkCode >= other.checkCode &&
          one.userVerification >= other.userVerification &&
          one.shortSession >= other.shortSession
    return { pass, message: () => `${JSON.stringify(one)} is laxer than ${JSON.stringify(other)}` }
  },
})

declare module 'vitest' {
  interface Matchers {
    toBeAtLeastAsStrictAs(other: Strictness): void
  }
}

function sorted(verdict: Verdict): Verdict {
  return verdict.verdict === 'allow' ? verdict : { ...verdict, reasons: [...verdict.reasons].sort() }
}
