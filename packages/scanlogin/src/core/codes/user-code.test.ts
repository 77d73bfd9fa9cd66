import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemRandom } from '../secrets/random.ts'
import { makeUserCode, readUserCode, showUserCode } from './user-code.ts'

const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const code = fc.string({ unit: fc.constantFrom(...letters), minLength: 8, maxLength: 8 })
const noise = fc.array(fc.constantFrom('-', ' ', '\t', '–', '.', '\u00a0', '_'), { maxLength: 3 })

describe('a user code', () => {
  it('is eight letters of which no word can be made', () => {
    for (let i = 0; i < 1000; i++) expect(makeUserCode(systemRandom)).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/)
  })

  it('is shown in two groups', () => {
    expect(showUserCode('WDJBMJHT')).toBe('WDJB-MJHT')
  })

  it('is read in upper and lower case, with dashes and spaces anywhere', () => {
    const typed = fc.tuple(code, fc.array(fc.tuple(fc.boolean(), noise), { minLength: 8, maxLength: 8 }))
    fc.assert(
      fc.property(typed, ([right, mangling]) => {
        const mangled = mangling.map(([lower, between], i) => {
          const letter = right.charAt(i)
          return (lower ? letter.toLowerCase() : letter) + between.join('')
        })
        expect(readUserCode(mangled.join(''))).toBe(right)
        expect(readUserCode(showUserCode(right))).toBe(right)
      }),
    )
  })

  it('is not read out of anything that is longer, shorter or has another letter', () => {
    const other = fc.constantFrom(...'AEIOUY0123456789')
    fc.assert(
      fc.property(code, other, fc.nat(7), (right, letter, place) => {
        expect(readUserCode(right.slice(0, place) + letter + right.slice(place + 1))).toBeUndefined()
        expect(readUserCode(right + letter)).toBeUndefined()
        expect(readUserCode(`${right}B`)).toBeUndefined()
        expect(readUserCode(right.slice(1))).toBeUndefined()
      }),
    )
  })

  it('or nothing is read out of arbitrary text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), text => {
        expect(readUserCode(text) ?? 'BBBBBBBB').toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/)
      }),
    )
  })

  it('is not looked for in more than a line', () => {
    expect(readUserCode(`WDJBMJHT${' '.repeat(56)}`)).toBe('WDJBMJHT')
    expect(readUserCode(`WDJBMJHT${' '.repeat(57)}`)).toBeUndefined()
  })

  it('is not made of the bytes that would favour the first letters', () => {
    const draws = [
      [240, 241, 242, 243, 244, 245, 246, 247],
      [248, 249, 250, 251, 252, 253, 254, 255],
      [0, 19, 20, 39, 219, 220, 238, 239],
    ]
    expect(makeUserCode(() => Uint8Array.from(draws.shift() ?? []))).toBe('BZBZZBXZ')
  })
})
