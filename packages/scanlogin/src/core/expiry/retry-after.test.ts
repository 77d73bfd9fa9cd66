import { describe, expect, it } from 'vitest'
import { readRetryAfter } from './retry-after.ts'

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
    expect([null, undefined, '', 'soon', '1'.repeat(40)].map(text => readRetryAfter(text, now))).toEqual(
      Array(5).fill(undefined),
    )
  })
})
