import { describe, expect, it } from 'vitest'
import { clientAddressBehind } from './client-address.ts'

const proxy = '10.0.0.2'

describe('the address of the browser', () => {
  it('is the other end of the connection where no proxy is trusted, whatever the header says', () => {
    expect(seen(0, '203.0.113.7')).toBe(proxy)
  })

  it('is what the one proxy has appended, not what the browser wrote before it', () => {
    expect(seen(1, '198.51.100.1, 203.0.113.7')).toBe('203.0.113.7')
    expect(seen(1, '198.51.100.1,198.51.100.2 ,  203.0.113.7')).toBe('203.0.113.7')
  })

  it('is found as many steps from the right as there are proxies', () => {
    expect(seen(2, '198.51.100.1, 203.0.113.7, 10.0.0.1')).toBe('203.0.113.7')
  })

  it('is the other end of the connection where the header is too short, or no address', () => {
    expect(seen(2, '203.0.113.7')).toBe(proxy)
    expect(seen(1, undefined)).toBe(proxy)
    expect(seen(1, '')).toBe(proxy)
    for (const bad of [
      'unknown',
      '_hidden',
      '<b>',
      '999.1.1.1',
      '1.2.3',
      '::::',
      '203.0.113.7\u202e',
      '[',
      'a'.repeat(9000),
    ])
      expect(seen(1, bad)).toBe(proxy)
  })

  it('comes without the port that some proxies append', () => {
    expect(seen(1, '203.0.113.7:50314')).toBe('203.0.113.7')
    expect(seen(1, '[2001:db8::7]:50314')).toBe('2001:db8::7')
    expect(seen(1, '[2001:db8::7]')).toBe('2001:db8::7')
    expect(seen(1, '2001:db8::7')).toBe('2001:db8::7')
  })

  it('is an IPv4 address also where the socket is IPv6', () => {
    expect(clientAddressBehind(0)({ peer: '::ffff:203.0.113.7', header: () => undefined })).toBe('203.0.113.7')
    expect(seen(1, '::ffff:203.0.113.7')).toBe('203.0.113.7')
  })

  it('is unknown where the runtime does not tell the other end', () => {
    expect(clientAddressBehind(0)({ peer: undefined, header: () => undefined })).toBeUndefined()
    expect(clientAddressBehind(1)({ peer: undefined, header: () => 'nonsense' })).toBeUndefined()
  })
})

function seen(proxies: number, forwarded: string | undefined): string | undefined {
  const header = (name: string) => (name === 'x-forwarded-for' ? forwarded : undefined)
  return clientAddressBehind(proxies)({ peer: proxy, header })
}
