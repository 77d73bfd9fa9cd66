import { describe, expect, it } from 'vitest'
import { systemRandom } from './random.ts'

describe('random bytes', () => {
  it('are as many as were asked for', () => {
    for (const length of [0, 1, 8, 16, 32, 8192]) expect(systemRandom(length)).toHaveLength(length)
  })

  it('never come twice, whichever lengths are drawn one after the other', () => {
    const drawn = Array.from({ length: 20_000 }, (_, i) => systemRandom(i % 2 ? 16 : 32).toString())
    expect(new Set(drawn).size).toBe(20_000)
  })

  it('belong to whoever drew them: a later draw leaves them alone', () => {
    const first = systemRandom(32)
    const copy = first.slice()
    for (let i = 0; i < 1000; i++) systemRandom(32)
    expect(first).toEqual(copy)
  })

  it('have every value', () => {
    const seen = new Set(Array.from({ length: 100 }, () => [...systemRandom(1000)]).flat())
    expect(seen.size).toBe(256)
  })
})
