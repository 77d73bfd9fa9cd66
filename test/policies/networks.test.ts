/** Where browsers and phones are: allowed networks, the same network, and places. */
import { describe, expect, it } from 'vitest'
import { network, type Place, placeMismatch, sameNetwork } from '../../packages/scanlogin/src/policies.ts'
import { scene, showing } from './scene.ts'

describe('a list of allowed networks', () => {
  const offices = ['10.0.0.0/8', '2001:db8::/32', '192.0.2.9']

  it.each([
    ['10.200.3.4', 201],
    ['::ffff:10.1.1.1', 201],
    ['2001:db8:ffff::1', 201],
    ['192.0.2.9', 201],
    ['11.0.0.1', 403],
    ['2001:db9::1', 403],
    ['192.0.2.10', 403],
    ['not an address', 403],
  ])('lets a browser at %s begin: %i', async (address, status) => {
    const site = scene(() => [network({ allow: offices })])
    expect((await site.browserAt(address).create()).status).toBe(status)
  })

  it('refuses a browser whose address is not known', async () => {
    const site = scene(() => [network({ allow: offices })])
    expect((await site.browser.create()).body).toMatchObject({ code: 'forbidden', reasons: ['outside_network'] })
  })

  it('refuses a browser that has left when it collects', async () => {
    const site = scene(() => [network({ allow: offices })])
    const browser = site.browserAt('10.1.2.3')
    await site.phone.scan(await showing(browser))
    await site.phone.confirm()
    const elsewhere = { body: {}, headers: { 'x-address': '203.0.113.7' } }
    expect((await browser.call('POST', `/tickets/${browser.ticket.id}/redeem`, elsewhere)).status).toBe(403)
    expect((await browser.redeem()).status).toBe(200)
  })

  it('may be meant for phones, at the scan and again when they confirm', async () => {
    const site = scene(() => [network({ allow: offices, of: 'phone' })])
    const qr = await showing(site.browserAt('203.0.113.7'))
    expect((await site.phoneAt('203.0.113.7', 'alice').scan(qr)).status).toBe(403)
    // An app's back end that does not say where its phone is.
    expect((await site.phone.scan(qr)).status).toBe(403)
    const phone = site.phoneAt('10.1.2.3', 'alice')
    expect((await phone.scan(qr)).status).toBe(200)
    const { ticket, scan_token } = phone.scanned
    const elsewhere = { body: { scan_token }, headers: { 'x-address': '203.0.113.7' } }
    expect((await phone.call('POST', `/tickets/${ticket.id}/confirm`, elsewhere)).status).toBe(403)
    expect((await phone.confirm()).status).toBe(200)
  })

  it('may be meant for both', async () => {
    const site = scene(() => [network({ allow: offices, of: 'both' })])
    expect((await site.browserAt('203.0.113.7').create()).status).toBe(403)
    const qr = await showing(site.browserAt('10.1.2.3'))
    expect((await site.phoneAt('203.0.113.7', 'alice').scan(qr)).status).toBe(403)
    expect((await site.phoneAt('10.9.9.9', 'alice').scan(qr)).status).toBe(200)
  })

  it.each([[[]], [['10.0.0.0/33']], [['10.0.0/8']], [['2001:db8::/129']], [['office']], [['10.0.0.0/8/8']]])(
    'cannot be %j',
    allow => {
      expect(() => network({ allow })).toThrow(TypeError)
    },
  )
})

describe('a phone', () => {
  const cases = [
    ['203.0.113.7', '203.0.113.99', false],
    ['203.0.113.7', '203.0.114.7', true],
    ['2001:db8:0:12ff::1', '2001:db8:0:1201::2', false],
    ['2001:db8:0:12ff::1', '2001:db8:0:1301::2', true],
    ['203.0.113.7', '2001:db8::1', true],
  ] as const

  it.each(cases)('at %s with a browser at %s needs a check code: %s', async (phone, browser, apart) => {
    const site = scene(() => [sameNetwork()])
    const { body } = await site.phoneAt(phone, 'alice').scan(await showing(site.browserAt(browser)))
    expect(body.require?.check_code).toBe(apart)
    expect(body.context?.reasons).toEqual(apart ? ['other_network'] : undefined)
  })

  it('that leaves the network between scan and confirm needs one too', async () => {
    const site = scene(() => [sameNetwork()])
    const phone = site.phoneAt('203.0.113.7', 'alice')
    await phone.scan(await showing(site.browserAt('203.0.113.9')))
    const { ticket, scan_token } = phone.scanned
    const elsewhere = { body: { scan_token }, headers: { 'x-address': '198.51.100.9' } }
    const { body } = await phone.call('POST', `/tickets/${ticket.id}/confirm`, elsewhere)
    expect(body).toMatchObject({ state: 'verifying' })
  })

  it('whose back end says where it is needs none beside its browser', async () => {
    const site = scene(() => [sameNetwork()])
    const qr = await showing(site.browserAt('203.0.113.9'))
    const { user } = site.phone
    const body = { qr, user, phone_address: '203.0.113.7' }
    const scanned = await site.phone.call('POST', '/scan', { body })
    expect(scanned.body).toMatchObject({ require: { check_code: false } })
    const known = await site.phone.call('POST', '/scan', { body: { ...body, phone_address: 'in the office' } })
    expect(known.status).toBe(400)
  })

  it('that is not known to be beside its browser needs one', async () => {
    const site = scene(() => [sameNetwork()])
    const { body } = await site.phone.scan(await showing(site.browserAt('203.0.113.9')))
    expect(body.require?.check_code).toBe(true)
  })
})

describe('a browser in another place than the phone', () => {
  const places: Readonly<Record<string, Place>> = {
    '198.51.100.1': { latitude: 31.23, longitude: 121.47, country: 'CN' },
    '198.51.100.2': { latitude: 30.27, longitude: 120.15, country: 'CN' },
    '198.51.100.3': { latitude: 39.9, longitude: 116.4, country: 'CN' },
    '198.51.100.4': { latitude: 31.2, longitude: 121.5, country: 'JP' },
  }
  const locate = async (address: string) => places[address]

  it.each([
    ['198.51.100.1', '198.51.100.2', false],
    ['198.51.100.1', '198.51.100.3', true],
    ['198.51.100.1', '198.51.100.4', true],
    ['198.51.100.1', '198.51.100.99', false],
  ])('is asked for a check code: %s and %s, %s', async (browser, phone, apart) => {
    const site = scene(() => [placeMismatch({ locate })])
    const { body } = await site.phoneAt(phone, 'alice').scan(await showing(site.browserAt(browser)))
    expect(body.context?.reasons).toEqual(apart ? ['other_place'] : undefined)
    expect(body.require?.check_code).toBe(apart)
  })

  it('is refused while the geo database is out of order', async () => {
    const locate = () => Promise.reject(new Error('no such file'))
    const site = scene(() => [placeMismatch({ locate })])
    const qr = await showing(site.browserAt('198.51.100.1'))
    expect((await site.phoneAt('198.51.100.2', 'alice').scan(qr)).status).toBe(403)
  })
})
