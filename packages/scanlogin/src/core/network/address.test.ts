import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInside, isLoopback, lineOf, neighbourhood, parseAddress, parseNetwork } from './address.ts'

describe('an address', () => {
  it.each([
    ['2001:db8::1', '2001:0DB8:0000:0000:0000:0000:0000:0001'],
    ['2001:db8:0:a::', '2001:DB8:0000:000a:0:0:0:0'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('is the same as %s and as %s', (one, other) => {
    expect(parseAddress(one)).toHaveLength(16)
    expect(parseAddress(one)).toEqual(parseAddress(other))
    expect(lineOf(one)).toBe(lineOf(other))
    expect(neighbourhood(one)).toBe(neighbourhood(other))
  })
})

describe('a line', () => {
  it('has one address of IPv4, and 64 bits of IPv6', () => {
    expect(lineOf('203.0.113.7')).not.toBe(lineOf('203.0.113.8'))
    expect(lineOf('2001:db8:1:2::1')).toBe(lineOf('2001:db8:1:2:ffff:ffff:ffff:ffff'))
    expect(lineOf('2001:db8:1:2::1')).not.toBe(lineOf('2001:db8:1:3::1'))
  })
})

describe('a neighbourhood', () => {
  it('has 24 bits of IPv4, and 56 of IPv6', () => {
    expect(neighbourhood('203.0.113.7')).toBe(neighbourhood('203.0.113.250'))
    expect(neighbourhood('203.0.113.7')).not.toBe(neighbourhood('203.0.114.7'))
    expect(neighbourhood('2001:db8:1:2::1')).toBe(neighbourhood('2001:db8:1:ff::1'))
    expect(neighbourhood('2001:db8:1:2::1')).not.toBe(neighbourhood('2001:db8:1:100::1'))
  })
})

describe('a network', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', '11.0.0.1'],
    ['10.0.0.0/8', '::ffff:10.1.2.3', '::10.1.2.3'],
    ['2001:db8::/33', '2001:db8:7fff::1', '2001:db8:8000::1'],
    ['203.0.113.7', '203.0.113.7', '203.0.113.6'],
  ])('%s has %s in it, and not %s', (text, inside, outside) => {
    const network = parseNetwork(text)
    const holds = (one: string) => network && isInside(parseAddress(one) ?? [], network)
    expect(holds(inside)).toBe(true)
    expect(holds(outside)).toBe(false)
  })

  it.each(['10.0.0.0/33', '2001:db8::/129', '10.0.0.0/8/8', '10.0.0.0/x', 'anywhere/8'])(
    'is not what %j says',
    text => {
      expect(parseNetwork(text)).toBeUndefined()
    },
  )

  it('is this machine’s where it is 127.0.0.0/8 or ::1', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'].map(isLoopback)).not.toContain(
      false,
    )
    expect(['128.0.0.1', '::2', 'localhost'].map(isLoopback)).not.toContain(true)
  })
})

describe('addresses', () => {
  it('are the same however they are written', () => {
    for (const text of [
      '2001:db8::1',
      '2001:DB8:0:0:0:0:0:1',
      '2001:db8::0001',
      '2001:db8::1%eth0',
      '2001:db8::0.0.0.1',
    ]) {
      expect(parseAddress(text)).toEqual(parseAddress('2001:0db8:0000:0000:0000:0000:0000:0001'))
    }
    expect(parseAddress('::ffff:203.0.113.7')).toEqual(parseAddress('203.0.113.7'))
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '::1::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    'g::1',
    ':::',
  ])('are not read out of %j', text => {
    expect(parseAddress(text)).toBeUndefined()
  })

  it('are inside every network that is made of their first bits', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (text, bits) => {
        const [address, around] = [parseAddress(text), parseNetwork(`${text}/${bits}`)]
        expect(address && around && isInside(address, around)).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (text, bits) => {
        const [address, around] = [parseAddress(text), parseNetwork(`${text}/${bits}`)]
        expect(address && around && isInside(address, around)).toBe(true)
      }),
    )
  })

  it('are read from any text without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => void [parseNetwork(text), neighbourhood(text)]))
  })
})
