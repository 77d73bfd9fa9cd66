import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toBase64url } from '../secrets/encoding.ts'
import { checkCodeHash, makeCheckCode } from './check-code.ts'

const token = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64url)
const digits = fc.integer({ min: 4, max: 8 })

describe('a check code', () => {
  it('has as many digits as were asked for, zeros in front included', async () => {
    const property = fc.asyncProperty(token, digits, async (scanToken, count) => {
      expect(await makeCheckCode('id', scanToken, count)).toMatch(new RegExp(`^\\d{${count}}$`))
    })
    await fc.assert(property)
  })

  it('is the same each time for one phone and one ticket, and another for every other', async () => {
    const property = fc.asyncProperty(token, token, async (one, other) => {
      fc.pre(one !== other)
      const code = await makeCheckCode('id', one, 8)
      expect(await makeCheckCode('id', one, 8)).toBe(code)
      expect(await makeCheckCode('id', other, 8)).not.toBe(code)
      expect(await makeCheckCode('another id', one, 8)).not.toBe(code)
    })
    // Two of 10^8 codes meet by chance now and then: these runs are the same ones each time.
    await fc.assert(property, { seed: 1 })
  })

  it('is kept as a hash that is good for one ticket only', async () => {
    expect(await checkCodeHash('id', '1234')).not.toContain('1234')
    expect(await checkCodeHash('id', '1234')).toBe(await checkCodeHash('id', '1234'))
    expect(await checkCodeHash('id', '1234')).not.toBe(await checkCodeHash('another id', '1234'))
    expect(await checkCodeHash('id', '1234')).not.toBe(await checkCodeHash('id', '1235'))
  })
})
