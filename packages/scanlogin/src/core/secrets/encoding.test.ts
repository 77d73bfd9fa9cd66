import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64url, toBase64url, toCrockford } from './encoding.ts'

const bytes = fc.uint8Array({ maxLength: 64 })

describe('base64url', () => {
  it('gives back every byte', () => {
    holds(bytes, some => expect(fromBase64url(toBase64url(some))).toEqual(new Uint8Array(some)))
  })

  it('is what everybody else writes', () => {
    holds(bytes, some => expect(toBase64url(some)).toBe(Buffer.from(some).toString('base64url')))
  })

  it('writes 32 bytes as 43 characters that need no escaping in an address', () => {
    const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 })
    holds(secrets, some => expect(toBase64url(some)).toMatch(/^[\w-]{43}$/))
  })
})

describe("Crockford's base32", () => {
  it('is the number that the bytes are, five bits a digit from the left', () => {
    holds(bytes, some => expect(toCrockford(some)).toBe(byBigInt(some)))
  })

  it('writes known values', () => {
    expect(toCrockford(new Uint8Array(0))).toBe('')
    expect(toCrockford(Uint8Array.of(0))).toBe('00')
    expect(toCrockford(Uint8Array.of(255))).toBe('ZW')
    expect(toCrockford(Uint8Array.of(255, 255, 255, 255, 255))).toBe('ZZZZZZZZ')
    expect(toCrockford(new TextEncoder().encode('foobar'))).toBe('CSQPYRK1E8')
  })

  it('writes different ids for different bytes', () => {
    const ids = fc.uint8Array({ minLength: 16, maxLength: 16 })
    holds(fc.tuple(ids, ids), ([one, other]) => {
      expect(toCrockford(one) === toCrockford(other)).toBe(String(one) === String(other))
      expect(toCrockford(one)).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    })
  })
})

function holds<T>(values: fc.Arbitrary<T>, claim: (value: T) => void): void {
  fc.assert(fc.property(values, value => void claim(value)))
}

/** The same by arithmetic: the bytes as one number, filled up with zero bits, divided by 32 again and again. */
function byBigInt(some: Uint8Array): string {
  const length = Math.ceil((some.length * 8) / 5)
  const number = some.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) << BigInt(length * 5 - some.length * 8)
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  return Array.from({ length }, (_, place) => digits[Number((number >> BigInt(5 * (length - 1 - place))) % 32n)]).join(
    '',
  )
}
