import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskName, plainText } from './plain-text.ts'

/** Text with many more of the awkward characters than chance would bring. */
const invisible = [
  '\u0000',
  '\u001b',
  '\u007f',
  '\u0085',
  '\u00ad',
  '\u034f',
  '\u061c',
  '\u115f',
  '\u17b4',
  '\u180b',
  '\u180e',
  '\u200b',
  '\u200d',
  '\u200e',
  '\u2028',
  '\u202e',
  '\u2060',
  '\u2066',
  '\u2800',
  '\u3164',
  '\ud800',
  '\udc00',
  '\ufe0f',
  '\ufeff',
  '\uffa0',
  '\ufff9',
  '\u{e0001}',
  '\u{e0041}',
  '\u{e0100}',
]
const text = fc
  .array(
    fc.oneof(fc.constantFrom(...invisible), fc.string({ unit: 'binary', maxLength: 5 }), fc.constantFrom(' ', '\n')),
    {
      maxLength: 200,
    },
  )
  .map(parts => parts.join(''))

describe('plain text', () => {
  it('keeps no control, direction or invisible character', () => {
    fc.assert(
      fc.property(text, some => {
        expect(plainText(some)).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]/u,
        )
      }),
    )
  })

  it.each(invisible.map(character => [character.codePointAt(0)?.toString(16), character]))(
    'takes out U+%s',
    (_name, character) => {
      expect(plainText(`Ali${character}ce`)).toMatch(/^Ali ?ce$/)
      expect(plainText(character)).toBe('')
    },
  )

  it('is one line without space at its ends', () => {
    fc.assert(
      fc.property(text, some => {
        expect(plainText(some)).not.toMatch(/^\s|[^\S ]| {2}|\s$/u)
      }),
    )
    expect(plainText('  Alice\r\n\tLiddell ')).toBe('Alice Liddell')
    expect(plainText('Alice Liddell', 6)).toBe('Alice')
  })

  it('is at most 64 characters, or what was asked for', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 100 }), (some, longest) => {
        expect([...plainText(some)].length).toBeLessThanOrEqual(64)
        expect([...plainText(some, longest)].length).toBeLessThanOrEqual(longest)
      }),
    )
    expect(plainText('x'.repeat(100_000))).toBe('x'.repeat(64))
  })

  it('does not cut a character in two', () => {
    expect(plainText('😀'.repeat(65))).toBe('😀'.repeat(64))
    expect(plainText('😀'.repeat(1000), 3)).toBe('😀😀😀')
  })

  it('leaves people their names', () => {
    for (const name of ['李雷', "D'Arcy O’Neill", 'Łukasz', 'محمد', 'नरेन्द्र', 'Ngô Bảo Châu', 'Zoë 😀']) {
      expect(plainText(name)).toBe(name)
    }
  })
})

describe('a masked name', () => {
  it('shows the first letter only, whatever the script', () => {
    expect(maskName('Alice Liddell')).toBe('A•••')
    expect(maskName('李雷')).toBe('李•••')
    expect(maskName('😀x')).toBe('😀•••')
  })

  it('hides how long the name is', () => {
    expect(maskName('Bo')).toBe('B•••')
    expect(maskName('')).toBe('•••')
  })
})
