/** The parts of sending: signatures as others compute them, addresses that nothing leads to, and time between tries. */
import type { LookupAddress, LookupAllOptions, lookup } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../packages/server/src/config.ts'
import { readSecret } from '../../../packages/server/src/webhooks/endpoint.ts'
import { admitted, createEndpointBreaker } from '../../../packages/server/src/webhooks/sending/breaker.ts'
import { createDestinations } from '../../../packages/server/src/webhooks/sending/destination.ts'
import { post } from '../../../packages/server/src/webhooks/sending/post.ts'
import { mostTries, pauseAfter } from '../../../packages/server/src/webhooks/sending/schedule.ts'
import { signatureHeaders } from '../../../packages/server/src/webhooks/sending/signature.ts'

describe('a signature', () => {
  // The example of the Standard Webhooks specification.
  const example = Buffer.from('plJ3nmyCDGBKInavdOK15jsl', 'base64')
  const message = {
    id: 'msg_loFOjxBNrRLzqYUf',
    at: 1_731_705_121_000,
    body: '{"event_type":"ping","data":{"success":true}}',
  }

  it('is the one that the specification computes', () => {
    expect(signatureHeaders(message, [example])).toEqual({
      'webhook-id': 'msg_loFOjxBNrRLzqYUf',
      'webhook-timestamp': '1731705121',
      'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    })
  })

  it('stands beside that of the other secret while it is changed', () => {
    const { 'webhook-signature': both } = signatureHeaders(message, [Buffer.alloc(32, 1), example])
    expect(both?.split(' ')).toHaveLength(2)
    expect(both?.split(' ')[1]).toBe('v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=')
  })

  it('needs a secret that is long enough, and whole', () => {
    const whole = Buffer.alloc(32, 7).toString('base64')
    expect(readSecret(`whsec_${whole}`)).toEqual(Buffer.alloc(32, 7))
    for (const wrong of [whole, `whsec_${Buffer.alloc(23).toString('base64')}`, `whsec_${whole}!`, 'whsec_']) {
      expect(readSecret(wrong)).toBeUndefined()
    }
  })
})

describe('an address', () => {
  const { permits } = createDestinations([])

  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fe80::1',
    '2002:7f00:1::',
    '2001:db8::1',
    'ff02::1',
    'localhost',
    '',
  ])('%s is not one that webhooks go to', address => expect(permits(address)).toBe(false))

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00::1'])('%s is on the internet', address =>
    expect(permits(address)).toBe(true),
  )

  it('of the intranet may be named', () => {
    const { permits } = createDestinations(['10.1.0.0/16', 'fd00:1::/32'])
    expect(['10.1.2.3', '10.2.0.1', 'fd00:1::5', 'fd00:2::5'].map(permits)).toEqual([true, false, true, false])
  })

  it.each([
    'http://127.0.0.1:9/',
    'http://2130706433:9/',
    'http://0x7f.1:9/',
    'http://[::1]:9/',
    'http://[::ffff:7f00:1]:9/',
    'http://localhost:9/',
  ])('%s is refused, however it is written', async url => {
    const posting = post({ url, headers: {}, body: '' }, { destinations: createDestinations([]) })
    await expect(posting).rejects.toThrow('not on the public internet')
  })
})

describe('a name', () => {
  function resolving(...addresses: string[]) {
    const found = addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }))
    // The one form that is called.
    const resolve = ((_name: string, _options: LookupAllOptions, callback: (e: null, all: LookupAddress[]) => void) =>
      callback(null, found)) as unknown as typeof lookup
    const { lookup: look } = createDestinations([], resolve)
    return new Promise<unknown>(resolve =>
      look('example.com', { all: true }, (error, addresses) => resolve(error ? error.name : addresses)),
    )
  }

  it('leads where all its addresses are on the internet', async () => {
    expect(await resolving('8.8.8.8')).toEqual([{ address: '8.8.8.8', family: 4 }])
  })

  it('leads nowhere when one of them is not', async () => {
    expect(await resolving('8.8.8.8', '127.0.0.1')).toBe('DestinationRefused')
    expect(await resolving('::1')).toBe('DestinationRefused')
    expect(await resolving()).toBe('DestinationRefused')
  })
})

describe('the tries', () => {
  it('begin soon and go on for three days', () => {
    const middle = () => 0.5
    const pauses = Array.from({ length: mostTries - 1 }, (_, tried) => pauseAfter(tried + 1, 0, middle) ?? 0)
    expect(pauses[0]).toBe(5000)
    expect(pauses).toEqual([...pauses].sort((one, other) => one - other))
    const days = pauses.reduce((sum, pause) => sum + pause, 0) / 86_400_000
    expect(days).toBeGreaterThan(3)
    expect(pauseAfter(mostTries)).toBeUndefined()
  })

  it('are spread, so that what failed together does not come back together', () => {
    expect(pauseAfter(2, 0, () => 0)).toBe(240_000)
    expect(pauseAfter(2, 0, () => 1)).toBeCloseTo(360_000)
  })

  it('wait as long as the receiver asks, but no longer than a day', () => {
    expect(pauseAfter(1, 600)).toBe(600_000)
    expect(pauseAfter(1, 10 ** 8)).toBe(86_400_000)
  })
})

describe('a breaker', () => {
  it('opens with the fifth failure in a row, lets one through after a while, and closes when that is taken', () => {
    const breaker = createEndpointBreaker(() => 0.5)
    const admits = (now: number, underWay = 0) => admitted(breaker.state(now), underWay, 8)
    for (let failure = 0; failure < 4; failure++) breaker.failed(0)
    breaker.succeeded()
    for (let failure = 0; failure < 4; failure++) breaker.failed(0)
    expect([admits(0), admits(0, 3), admits(0, 8)]).toEqual([8, 5, 0])
    breaker.failed(0)
    expect([breaker.state(9999), admits(9999)]).toEqual(['open', 0])
    expect([breaker.state(10_000), admits(10_000)]).toEqual(['half-open', 1])
    // The one is on its way.
    expect(admits(10_000, 1)).toBe(0)
    breaker.failed(10_000)
    // For longer this time.
    expect([29_999, 30_000].map(breaker.state)).toEqual(['open', 'half-open'])
    breaker.succeeded()
    expect(admits(10_000)).toBe(8)
  })
})

describe('the configuration', () => {
  const hook = {
    name: 'shop',
    url: 'https://shop.example.com/hooks',
    secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
  }
  const read = (...given: unknown[]) => readConfig({ SCANLOGIN_WEBHOOKS: JSON.stringify(given) })

  it('takes several endpoints, with one secret or several', () => {
    const both = { ...hook, name: 'both', secret: [hook.secret, hook.secret], types: ['ticket.redeemed'] }
    expect(read(hook, both).SCANLOGIN_WEBHOOKS).toMatchObject([
      { name: 'shop', secrets: [expect.any(Buffer)] },
      { name: 'both', secrets: [expect.any(Buffer), expect.any(Buffer)], types: ['ticket.redeemed'] },
    ])
  })

  it.each([
    [{ ...hook, url: 'ftp://shop.example.com/' }],
    [{ ...hook, url: 'https://shop.example.com:22/' }],
    [{ ...hook, url: 'https://user:word@shop.example.com/' }],
    [{ ...hook, secret: 'whsec_c2hvcnQ=' }],
    [{ ...hook, secret: [] }],
    [{ ...hook, types: ['ticket.sold'] }],
    [{ ...hook, types: ['constructor'] }],
    [{ ...hook, colour: 'red' }],
    [hook, hook],
  ])('refuses %j without repeating what it holds', (...given) => {
    expect(() => read(...given)).toThrow(/SCANLOGIN_WEBHOOKS: write/)
    try {
      read(...given)
    } catch (error) {
      expect(String(error)).not.toContain(hook.secret)
    }
  })

  it('wants https in production, and a Redis for a stream', () => {
    const production = { NODE_ENV: 'production', SCANLOGIN_PUBLIC_URL: 'https://id.example.com' }
    const open = JSON.stringify([{ ...hook, url: 'http://shop.example.com/hooks' }])
    expect(() => readConfig({ SCANLOGIN_WEBHOOKS: open, ...production })).toThrow('https addresses')
    expect(() => readConfig({ SCANLOGIN_EVENT_STREAM: 'events' })).toThrow('SCANLOGIN_STORE')
    expect(() => readConfig({ SCANLOGIN_EVENTS: 'every' })).toThrow('nobody is told')
  })
})
