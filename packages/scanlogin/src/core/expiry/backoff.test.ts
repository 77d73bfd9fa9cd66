import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoff } from './backoff.ts'

describe('a pause after failures', () => {
  it('doubles with each of them, up to the longest', () => {
    const pauses = [1, 2, 3, 4, 5, 6].map(failures => backoff(failures, { shortest: 100, longest: 1000 }))
    expect(pauses).toEqual([100, 200, 400, 800, 1000, 1000])
  })

  it('stays within its bounds and never gets shorter, however often something fails', () => {
    const bounds = fc.tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 0, max: 600_000 }))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), bounds, (failures, [shortest, more]) => {
        const longest = shortest + more
        const pause = backoff(failures, { shortest, longest })
        expect(pause).toBeGreaterThanOrEqual(shortest)
        expect(pause).toBeLessThanOrEqual(longest)
        expect(backoff(failures + 1, { shortest, longest })).toBeGreaterThanOrEqual(pause)
      }),
    )
  })
})
