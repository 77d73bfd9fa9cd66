import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stageOf, termOf } from './term.ts'

describe('a term', () => {
  it('is due some time before it is over', () => {
    const term = termOf(1000, 7_200_000, 600_000)
    expect([1000, 6_600_999, 6_601_000, 7_200_999, 7_201_000].map(now => stageOf(term, now))).toEqual([
      'fresh',
      'fresh',
      'due',
      'due',
      'over',
    ])
  })

  it('that is short is due in the middle, and so is one without a lead', () => {
    expect(termOf(0, 300_000, 290_000).renewAt).toBe(150_000)
    expect(termOf(0, 5000).renewAt).toBe(2500)
  })

  it('goes from fresh to due to over, and never back', () => {
    const order = ['fresh', 'due', 'over']
    const life = fc.integer({ min: 1, max: 86_400_000 })
    fc.assert(
      fc.property(life, fc.nat(86_400_000), fc.array(fc.nat(172_800_000)), (lasts, lead, times) => {
        const term = termOf(0, lasts, lead)
        const stages = times.sort((one, other) => one - other).map(now => order.indexOf(stageOf(term, now)))
        expect(stages).toEqual(stages.toSorted((one, other) => one - other))
        expect([stageOf(term, 0), stageOf(term, lasts)]).toEqual(['fresh', 'over'])
      }),
    )
  })
})
