import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRecent } from './recent.ts'

describe('what was touched last', () => {
  it('is there, and what was touched long ago makes room for it', () => {
    const recent = createRecent<number>(10)
    for (let n = 0; n < 40; n++) recent.set(`key ${n}`, n)
    expect(recent.get('key 0')).toBeUndefined()
    for (const n of [39, 38, 37, 36, 35]) expect(recent.get(`key ${n}`)).toBe(n)
  })

  it('is never more than there is room for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.array(fc.nat(30)), (half, keys) => {
        const recent = createRecent<number>(half * 2)
        for (const key of keys) recent.set(`key ${key}`, key)
        const present = Array.from({ length: 31 }, (_, key) => recent.get(`key ${key}`)).filter(
          key => key !== undefined,
        )
        expect(present.length).toBeLessThanOrEqual(half * 2)
        expect(recent.get(`key ${keys.at(-1)}`)).toBe(keys.at(-1))
      }),
    )
  })

  it('does not come back once it is deleted', () => {
    const recent = createRecent<string>(4)
    recent.set('key', 'old')
    recent.set('other', 'value')
    recent.set('key', 'new')
    for (let n = 0; n < 2; n++) recent.set(`key ${n}`, 'value')
    recent.delete('key')
    expect(recent.get('key')).toBeUndefined()
  })
})
