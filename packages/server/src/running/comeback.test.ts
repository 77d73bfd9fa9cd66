import { describe, expect, it } from 'vitest'
import { createComeback } from './comeback.ts'

const early = 9_999
const late = 10_000

describe('a worker that has ended', () => {
  it('comes back soon, and again as soon, as long as it lives in between', () => {
    const { after } = createComeback()
    expect([late, late, early, late, late].map(after)).toEqual([100, 100, 100, 100, 100])
  })

  it('comes back later each time where it ends at once, and not at all the sixth time', () => {
    const { after } = createComeback()
    expect([0, 0, 0, early, 0, 0].map(after)).toEqual([100, 200, 400, 800, 1600, undefined])
  })

  it('that has lived in between begins to count anew', () => {
    const { after } = createComeback()
    expect([0, 0, 0, 0, late, 0, 0].map(after)).toEqual([100, 200, 400, 800, 100, 100, 200])
  })
})
