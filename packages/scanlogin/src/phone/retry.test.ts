import { describe, expect, it } from 'vitest'
import { patience, pauseBefore, tries } from './retry.ts'

describe('a call without an answer', () => {
  it('is asked again a few times, and then given up', () => {
    const pauses = [2, 3, 4, 5, 6].map(next => pauseBefore(next, undefined, 0.5))
    expect(pauses).toEqual([125, 250, 500, undefined, undefined])
    expect(tries).toBe(4)
  })

  it('comes back at any moment of the pause, so that many do not come back together', () => {
    expect([0, 0.25, 1].map(chance => pauseBefore(3, undefined, chance))).toEqual([0, 125, 500])
  })

  it('waits as long as the server asks for, and a little more', () => {
    expect(pauseBefore(2, 3, 0)).toBe(3000)
    expect(pauseBefore(2, 3, 1)).toBe(3250)
  })

  it('is given up at once when the server asks for more than a person waits for', () => {
    expect(pauseBefore(2, patience, 0)).toBe(patience * 1000)
    expect(pauseBefore(2, patience + 1, 0)).toBeUndefined()
  })
})
