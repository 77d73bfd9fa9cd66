import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkScanUrl, payloadOf } from './scan-code.ts'

const scanUrl = 'https://id.example.com/s'
const payload = '0123456789ABCDEFGHJKMNPQRS.7.0123456789'
const ours = `${scanUrl}#${payload}`

/** What cameras meet: codes of others, and codes made to look like ours. */
const foreign = [
  '',
  payload,
  `#${payload}`,
  `/s#${payload}`,
  `//id.example.com/s#${payload}`,
  `http://id.example.com/s#${payload}`,
  `HTTPS://id.example.com/s#${payload}`,
  `https://ID.example.com/s#${payload}`,
  `https:id.example.com/s#${payload}`,
  `https:\\\\id.example.com/s#${payload}`,
  `https://evil.example/s#${payload}`,
  `https://id.example.com.evil.example/s#${payload}`,
  `https://evil.example/?https://id.example.com/s#${payload}`,
  `https://id.example.com@evil.example/s#${payload}`,
  `https://user:word@id.example.com/s#${payload}`,
  `https://id.example.com:443/s#${payload}`,
  `https://id.example.com:8443/s#${payload}`,
  `https://id.example.com./s#${payload}`,
  `https://id.xn--xample-9uf.com/s#${payload}`,
  `https://id.еxample.com/s#${payload}`,
  `https://id.ｅxample.com/s#${payload}`,
  `https://id.example.com/S#${payload}`,
  `https://id.example.com/s/#${payload}`,
  `https://id.example.com/s/x#${payload}`,
  `https://id.example.com//s#${payload}`,
  `https://id.example.com/./s#${payload}`,
  `https://id.example.com/x/../s#${payload}`,
  `https://id.example.com/%73#${payload}`,
  `https://id.example.com/ѕ#${payload}`,
  `https://id.example.com/scan#${payload}`,
  `https://id.example.com/s?#${payload}`,
  `https://id.example.com/s?next=https://evil.example#${payload}`,
  `https://id.example.com/s%23${payload}`,
  `https://id.example.com/s＃${payload}`,
  `https://id.example.com/s##${payload}`,
  scanUrl,
  `${scanUrl}#`,
  ` ${ours}`,
  `${ours} `,
  `${ours}\n`,
  `${ours}\0`,
  `\ufeff${ours}`,
  `${ours}#x`,
  `${ours}.x`,
  `${ours}&return_to=https://evil.example`,
  `${scanUrl}#${payload.toLowerCase()}`,
  `${scanUrl}#${payload.replace('7', '07')}`,
  `${scanUrl}#${payload.replace('7', '-1')}`,
  `${scanUrl}#${payload.replace('7', '12345')}`,
  `${scanUrl}#${payload.replace('0', 'O')}`,
  `${scanUrl}#${payload.replace('0', 'U')}`,
  `${scanUrl}#${payload.replace('0', '０')}`,
  `${scanUrl}#${payload.slice(1)}`,
  `${scanUrl}#${payload.slice(0, -1)}`,
  `${scanUrl}#__proto__`,
  `javascript:alert(1)//${ours}`,
  `data:text/html,${ours}`,
  'weixin://wxpay/bizpayurl?pr=abc123',
  'https://login.weixin.qq.com/l/4dKzYh0Rng==',
  'https://qr.alipay.com/s7x00001abcdefgh',
  'https://login.live.com/qr#0123456789ABCDEFGHJKMNPQRS',
  'tg://login?token=AQAAAAA',
  'https://discord.com/ra/0123456789ABCDEFGHJKMNPQRS',
  'intent://id.example.com/s#Intent;scheme=https;end',
  'WIFI:T:WPA;S:guest;P:secret;;',
  'otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP',
  '7'.repeat(4296),
  `${ours}${'7'.repeat(4296 - ours.length)}`,
]

describe('a scanned text', () => {
  it('is ours when it is the address, a hash and a payload', () => {
    expect(payloadOf(ours, scanUrl)).toBe(payload)
  })

  it('is ours without step and mac, where codes do not rotate', () => {
    expect(payloadOf(`${scanUrl}#0123456789ABCDEFGHJKMNPQRS`, scanUrl)).toBe('0123456789ABCDEFGHJKMNPQRS')
  })

  it.each(foreign)('is not ours: %j', text => {
    expect(payloadOf(text, scanUrl)).toBeUndefined()
  })

  it('is not ours with any character more', () => {
    const place = fc.nat({ max: ours.length })
    fc.assert(
      fc.property(place, fc.string({ minLength: 1, maxLength: 3, unit: 'binary' }), (at, more) => {
        const text = ours.slice(0, at) + more + ours.slice(at)
        // One digit more in the step is a code of another moment, and the server judges those.
        fc.pre(!/^\.[1-9]\d{1,3}\./.test(text.slice(scanUrl.length + 27)))
        expect(payloadOf(text, scanUrl)).toBeUndefined()
      }),
    )
  })

  it('is not ours, whatever it is, unless it begins as ours do', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withFragments: true }), fc.string({ unit: 'binary' })), text => {
        expect(payloadOf(text, scanUrl)).toBeUndefined()
      }),
    )
  })
})

describe('the address of a site', () => {
  it.each(['https://id.example.com/s', 'http://192.168.1.20:8787/s', 'https://example.com/sign-in/scan'])(
    'is an address without query and fragment: %s',
    address => {
      expect(() => checkScanUrl(address)).not.toThrow()
    },
  )

  it.each([
    '',
    '/s',
    'id.example.com/s',
    'https://id.example.com/s#',
    'https://id.example.com/s?x=1',
    'https://alice@id.example.com/s',
    'HTTPS://id.example.com/s',
    'javascript:alert(1)',
    'weixin://id.example.com/s',
  ])('is refused at the start otherwise: %j', address => {
    expect(() => checkScanUrl(address)).toThrow(TypeError)
  })
})
