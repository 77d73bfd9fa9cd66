/** What `createConnector` promises whatever the provider: one browser, one exchange, one answer. */
import { describe, expect, it } from 'vitest'
import type { Arrival, CallingBrowser, Connector, Identity } from '../../packages/scanlogin/src/connectors/connector.ts'
import { type ConnectorOptions, createConnector } from '../../packages/scanlogin/src/connectors/create-connector.ts'
import type { ConnectorEvent } from '../../packages/scanlogin/src/connectors/event.ts'
import type { Provider } from '../../packages/scanlogin/src/connectors/provider.ts'
import { ConnectorError } from '../../packages/scanlogin/src/connectors/refusal.ts'
import { LoginError } from '../../packages/scanlogin/src/core/errors.ts'
import { memoryStore } from '../../packages/scanlogin/src/stores/memory.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'

const redirectUri = 'https://id.example.com/connect/fake'
const home = 'https://www.example.com/home'
const person: Identity = { provider: 'fake', appId: 'app', subject: 'o-1', unionId: 'u-1', name: 'Li' }

describe('an attempt', () => {
  it('ends with the identity in the browser that has begun it', async () => {
    const { begin, connector } = start()
    const { query, browser } = await begin()
    const arrival = await connector.callback(query, browser)
    expect(arrival).toMatchObject({ outcome: 'identity', identity: person, way: 'website', returnTo: home })
    expect(tokenOf(arrival)).toMatch(/^[\w-]{43}$/)
  })

  it('is no use to another browser, and stays good for its own', async () => {
    const { begin, connector, exchanged } = start()
    const mine = await begin()
    const theirs = await begin()
    const planted: CallingBrowser = { cookie: name => (name === mine.cookie.name ? theirs.cookie.value : undefined) }
    for (const stranger of [nobody, theirs.browser, planted]) {
      expect(await connector.callback(mine.query, stranger)).toMatchObject({ code: 'other_browser' })
    }
    expect(exchanged).toEqual([])
    expect(await connector.callback(mine.query, mine.browser)).toMatchObject({ outcome: 'identity' })
  })

  it('is not found by a state that is made up, missing, doubled, or cut short', async () => {
    const { begin, connector, exchanged } = start()
    const { query, browser } = await begin()
    const state = query.get('state') ?? ''
    for (const forged of ['f'.repeat(64), '', state.slice(1), state.toUpperCase(), `${state}&state=${state}`]) {
      const arrival = await connector.callback(new URLSearchParams(`code=c1&state=${forged}`), browser)
      expect(arrival).toEqual({ outcome: 'refused', code: 'state_unknown' })
    }
    expect(exchanged).toEqual([])
  })

  it('belongs to the provider it was begun with', async () => {
    const { begin, store } = start()
    const { query, browser } = await begin()
    const other = createConnector({ ...provider(), name: 'other' }, { store, redirectUri })
    expect(await other.callback(query, browser)).toMatchObject({ code: 'state_unknown' })
  })

  it('is over when its time is', async () => {
    const { begin, connector, clock } = start()
    const { query, browser, cookie } = await begin()
    expect(cookie.maxAge).toBe(630)
    await clock.advance(600_001)
    expect(await connector.callback(query, browser)).toMatchObject({ code: 'state_unknown' })
  })

  it('is kept without its state, its secret or its code', async () => {
    const written: string[] = []
    const inner = memoryStore()
    const store = {
      ...inner,
      put: (...given: Parameters<typeof inner.put>) => {
        written.push(JSON.stringify(given))
        return inner.put(...given)
      },
    }
    const { begin, connector } = start({ store })
    const { query, browser, cookie } = await begin()
    await connector.callback(query, browser)
    expect(written).toHaveLength(3)
    for (const secret of [query.get('state') ?? '', cookie.value, 'c1'])
      expect(written.join()).not.toContain(`${secret}"`)
  })
})

describe('a code', () => {
  it('is exchanged once, however many nodes get the callback at the same moment', async () => {
    const { begin, connector, exchanged } = start()
    const { query, browser } = await begin()
    const arrivals = await Promise.all(Array.from({ length: 20 }, () => connector.callback(query, browser)))
    expect(exchanged).toEqual(['c1'])
    expect(new Set(arrivals.map(tokenOf)).size).toBe(1)
    expect(arrivals.every(({ outcome }) => outcome === 'identity')).toBe(true)
  })

  it('gives the same answer for 30 seconds, and then none', async () => {
    const { begin, connector, exchanged, clock } = start()
    const { query, browser } = await begin()
    const first = await connector.callback(query, browser)
    await clock.advance(29_000)
    expect(await connector.callback(query, browser)).toEqual(first)
    await clock.advance(2000)
    expect(await connector.callback(query, browser)).toMatchObject({ code: 'state_unknown' })
    expect(exchanged).toEqual(['c1'])
  })

  it('cannot be replaced by another one under the same state', async () => {
    const { begin, connector, exchanged } = start()
    const { query, browser } = await begin()
    await connector.callback(query, browser)
    query.set('code', 'c2')
    expect(await connector.callback(query, browser)).toMatchObject({ code: 'state_used' })
    expect(exchanged).toEqual(['c1'])
  })

  it('is given up when whoever has taken it does not come back', async () => {
    const { begin, connector, clock } = start({ identify: () => new Promise<never>(() => {}) })
    const { query, browser } = await begin()
    void connector.callback(query, browser)
    const second = connector.callback(query, browser)
    await clock.advance(15_001)
    expect(await second).toMatchObject({ code: 'interrupted' })
  })

  it('is not asked about where it cannot be one', async () => {
    for (const code of ['', 'x'.repeat(513), 'a b', 'ü']) {
      const { begin, connector, exchanged } = start()
      const { query, browser } = await begin()
      query.set('code', code)
      expect(await connector.callback(query, browser), code).toMatchObject({ outcome: 'refused' })
      expect(exchanged).toEqual([])
    }
  })
})

describe('a refusal', () => {
  it('is repeated like an identity, and says where to go on', async () => {
    const { begin, connector } = start()
    const { query, browser } = await begin()
    query.delete('code')
    const refused = { outcome: 'refused', code: 'denied', way: 'website', returnTo: home }
    expect(await connector.callback(query, browser)).toEqual(refused)
    expect(await connector.callback(query, browser)).toEqual(refused)
  })

  it('is an event with the words of the provider and of nobody else', async () => {
    const failure = new ConnectorError('code_rejected', { errcode: '40029', reference: '6571a2b3' })
    const { begin, connector, events } = start({ identify: () => Promise.reject(failure) })
    const { query, browser } = await begin()
    expect(await connector.callback(query, browser)).toMatchObject({ code: 'code_rejected', reference: '6571a2b3' })
    expect(events.map(({ type }) => type)).toEqual(['started', 'refused'])
    expect(events[1]).toMatchObject({ code: 'code_rejected', errcode: '40029', attempt: events[0]?.attempt })
    const told = JSON.stringify(events)
    for (const secret of [query.get('state') ?? '', 'c1', person.subject]) expect(told).not.toContain(secret)
  })

  it('is none where the provider fails in a way that nobody foresaw', async () => {
    const { begin, connector } = start({ identify: () => Promise.reject(new Error('a bug')) })
    const { query, browser } = await begin()
    await expect(connector.callback(query, browser)).rejects.toThrow('a bug')
  })

  it('and its failure holds nothing that must not be logged, whatever it says', async () => {
    const words = 'GET https://api.example/token?appid=a&secret=s3cret&code=c0de failed: {"openid":"0pen1d"}'
    const cause = new Error('access_token=t0ken')
    const { begin, connector } = start({ identify: () => Promise.reject(new TypeError(words, { cause })) })
    const { query, browser } = await begin()
    const failure = await connector.callback(query, browser).catch(error => error)
    expect(failure).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('GET https://api.example/token'),
    })
    const told = `${failure.message} ${failure.stack} ${failure.cause}`
    for (const secret of ['s3cret', 'c0de', '0pen1d', 't0ken']) expect(told).not.toContain(secret)
    expect(told).toContain('contract.test.ts')
  })
})

describe('an identity', () => {
  it('has a name that cannot pose as another line, and a picture by https', async () => {
    const name = 'Li\u202e\u0014 \n Xiaoman'
    const { begin, connector } = start({ identify: async () => ({ ...person, name, avatar: 'http://a.example/1' }) })
    const { query, browser } = await begin()
    const shown = { name: 'Li Xiaoman', avatar: 'https://a.example/1' }
    expect(await connector.callback(query, browser)).toMatchObject({ identity: shown })
  })

  it('is none without an id that somebody can have', async () => {
    for (const subject of ['', 'o\u0000', 'x'.repeat(256)]) {
      const { begin, connector } = start({ identify: async () => ({ ...person, subject }) })
      const { query, browser } = await begin()
      expect(await connector.callback(query, browser)).toMatchObject({ code: 'provider_unintelligible' })
    }
  })
})

describe('a connector', () => {
  it('begins nothing that it was not set up for', async () => {
    const { connector } = start()
    const wrong = [
      { way: 'inside' },
      { way: 'website', shown: 'frame' },
      { way: 'website', returnTo: `${home}/` },
      { way: 'website', returnTo: 'https://evil.example' },
    ] as const
    for (const request of wrong) await expect(connector.start(request)).rejects.toThrow(LoginError)
  })

  it('is refused with options that cannot be', () => {
    const store = memoryStore()
    expect(() => createConnector(provider(), { store, redirectUri: '/connect' })).toThrow('redirectUri')
    expect(() => createConnector(provider(), { store, redirectUri, attemptTtl: 5 })).toThrow('attemptTtl')
    expect(() => createConnector(provider(), { store, redirectUri, repeatWindow: -1 })).toThrow('repeatWindow')
    expect(() => createConnector({ ...provider(), name: 'We Chat' }, { store, redirectUri })).toThrow('name')
  })
})

interface Scene {
  store?: ConnectorOptions['store']
  identify?: Provider['identify']
}

function start({ store: given, identify = async () => person }: Scene = {}) {
  const clock = createClock()
  const store = given ?? memoryStore({ clock })
  const exchanged: string[] = []
  const events: ConnectorEvent[] = []
  const fake = provider((code, visit) => {
    exchanged.push(code)
    return identify(code, visit)
  })
  const options = { store, redirectUri, returnTo: [home], ...(given ? {} : { clock }) }
  const connector = createConnector(fake, { ...options, onEvent: event => events.push(event) })
  return { connector, store, clock, exchanged, events, begin: () => begin(connector) }
}

function provider(identify: Provider['identify'] = async () => person): Provider {
  return {
    name: 'fake',
    ways: ['website'],
    page: ({ state }) => ({ address: `https://fake.example/?state=${state}` }),
    read: query => (query.has('code') ? { code: query.get('code') ?? '' } : 'refused'),
    identify,
  }
}

/** A browser that was sent away, and has come back with a code. */
async function begin(connector: Connector) {
  const { address, cookie } = await connector.start({ way: 'website', returnTo: home })
  const query = new URLSearchParams({ code: 'c1', state: new URL(address).searchParams.get('state') ?? '' })
  const browser: CallingBrowser = { cookie: name => (name === cookie.name ? cookie.value : undefined) }
  return { query, browser, cookie }
}

const nobody: CallingBrowser = { cookie: () => undefined }

function tokenOf(arrival: Arrival): string | undefined {
  return arrival.outcome === 'identity' ? arrival.token : undefined
}
