import { describe, expect, it } from 'vitest'
import { codeAt } from './kept-code.ts'

describe('codes that are kept', () => {
  const kept = { codes: ['a', 'b', 'c'], since: 1000, nextIn: 7, stepSeconds: 10 }

  it.each([
    [0, 'a'],
    [6.9, 'a'],
    [7, 'b'],
    [16.9, 'b'],
    [17, 'c'],
    [500, 'c'],
  ])('give after %s seconds the one that the browser shows then', (seconds, code) => {
    expect(codeAt(kept, 1000 + seconds * 1000)).toBe(code)
  })

  it('are one where the code does not change', () => {
    expect(codeAt({ ...kept, codes: ['a'] }, 100_000)).toBe('a')
  })
})
