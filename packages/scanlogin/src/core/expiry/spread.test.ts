import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { about, atLeast, atMost } from './spread.ts'

const time = fc.integer({ min: 0, max: 86_400_000 })
const share = fc.double({ min: 0, max: 1, noNaN: true })
const chance = fc.double({ min: 0, max: 1, noNaN: true })
/** What floating point leaves over. */
const crumb = 1e-6

describe('a time that is spread', () => {
  it('is never longer than a lifetime that was promised', () => {
    fc.assert(
      fc.property(time, share, chance, (life, part, luck) => {
        expect(atMost(life, part, luck)).toBeLessThanOrEqual(life)
        expect(atMost(life, part, luck)).toBeGreaterThanOrEqual(life * (1 - part) - crumb)
      }),
    )
  })

  it('is never shorter than a pause that was asked for', () => {
    fc.assert(
      fc.property(time, share, chance, (pause, part, luck) => {
        expect(atLeast(pause, part, luck)).toBeGreaterThanOrEqual(pause)
        expect(atLeast(pause, part, luck)).toBeLessThanOrEqual(pause * (1 + part) + crumb)
      }),
    )
  })

  it('keeps the mean of a pace: what one chance adds the opposite one takes', () => {
    fc.assert(
      fc.property(time, share, chance, (pace, part, luck) => {
        expect((about(pace, part, luck) + about(pace, part, 1 - luck)) / 2).toBeCloseTo(pace, 5)
        expect(Math.abs(about(pace, part, luck) - pace)).toBeLessThanOrEqual(pace * part + crumb)
      }),
    )
  })

  it('differs with chance over all of the share', () => {
    const both = (spread: typeof about) => [0, 1].map(luck => spread(1000, 1 / 4, luck))
    expect([atMost, atLeast, about].map(both)).toEqual([
      [1000, 750],
      [1000, 1250],
      [750, 1250],
    ])
  })
})
