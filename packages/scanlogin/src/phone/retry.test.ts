import { describe, expect, it } from 'vitest'
import { patience, pauseBefore, readRetryAfter, tries } from './retry.ts'

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

describe('Retry-After', () => {
  const now = Date.UTC(2030, 0, 1, 12, 0, 0)

  it('is read as seconds', () => {
    expect(readRetryAfter('0', now)).toBe(0)
    expect(readRetryAfter('120', now)).toBe(120)
  })

  it('is read as a date, and one that has gone by is now', () => {
    expect(readRetryAfter('Tue, 01 Jan 2030 12:00:30 GMT', now)).toBe(30)
    expect(readRetryAfter('Tue, 01 Jan 2030 11:00:00 GMT', now)).toBe(0)
  })

  it('is nothing where it is absent or unreadable', () => {
    expect([null, '', 'soon', '1'.repeat(40)].map(text => readRetryAfter(text, now))).toEqual(Array(4).fill(undefined))
  })
})
