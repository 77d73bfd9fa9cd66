import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../stores/memory.ts'
import { createClock } from '../../testing/clock.ts'
import type { Store } from '../store.ts'
import { knownBrowsers } from './known-browsers.ts'
import { readBrowsers, writeBrowsers } from './record.ts'

const desk = { browser: 'Firefox', os: 'Windows' }
const day = 86_400_000

function start(limits: { keep?: number; limit?: number } = {}) {
  const clock = createClock()
  const store = memoryStore({ clock })
  return { clock, store, browsers: knownBrowsers({ store, clock, ...limits }) }
}

/** What the store is asked from now on. */
function callsOf(store: Store): string[] {
  const calls: string[] = []
  const { get, put } = store
  store.get = key => {
    calls.push('get')
    return get(key)
  }
  store.put = (...entry) => {
    calls.push('put')
    return put(...entry)
  }
  return calls
}

describe('a browser', () => {
  it('is known to who has signed in with it, and to nobody else', async () => {
    const { browsers } = start()
    await browsers.remember('alice', 'k1', desk)
    expect(await browsers.knows('alice', 'k1')).toBe(true)
    expect(await browsers.knows('alice', 'k2')).toBe(false)
    expect(await browsers.knows('mallory', 'k1')).toBe(false)
  })

  it('is forgotten 180 days after the last sign-in with it', async () => {
    const { browsers, clock } = start()
    await browsers.remember('alice', 'k1', desk)
    await clock.advance(100 * day)
    await browsers.remember('alice', 'k1', desk)
    await clock.advance(180 * day - 1)
    expect(await browsers.knows('alice', 'k1')).toBe(true)
    await clock.advance(1)
    expect(await browsers.knows('alice', 'k1')).toBe(false)
  })

  it('outlives the others of its user only while it is used', async () => {
    const { browsers, clock } = start()
    await browsers.remember('alice', 'old', desk)
    await clock.advance(100 * day)
    await browsers.remember('alice', 'new', desk)
    await clock.advance(100 * day)
    expect(await browsers.knows('alice', 'old')).toBe(false)
    expect(await browsers.knows('alice', 'new')).toBe(true)
  })

  it('makes room when a user has too many, the one not used for longest first', async () => {
    const { browsers, clock } = start({ limit: 3 })
    for (const key of ['k1', 'k2', 'k3', 'k1', 'k4']) {
      await clock.advance(2 * day)
      await browsers.remember('alice', key, desk)
    }
    const known = await Promise.all(['k1', 'k2', 'k3', 'k4'].map(key => browsers.knows('alice', key)))
    expect(known).toEqual([true, false, true, true])
  })

  it('is listed with its first and its last use, the last used first', async () => {
    const { browsers, clock } = start()
    const began = clock.now()
    await browsers.remember('alice', 'k1', desk)
    await clock.advance(2 * day)
    await browsers.remember('alice', 'k2', { browser: 'Safari', os: 'macOS' })
    await clock.advance(2 * day)
    await browsers.remember('alice', 'k1', desk)
    expect(await browsers.list('alice')).toMatchObject([
      { ...desk, firstUsed: began, lastUsed: began + 4 * day },
      { browser: 'Safari', os: 'macOS', firstUsed: began + 2 * day, lastUsed: began + 2 * day },
    ])
    expect(await browsers.list('mallory')).toEqual([])
  })

  it('is new again once it is forgotten, alone or with all others', async () => {
    const { browsers } = start()
    for (const key of ['k1', 'k2', 'k3']) await browsers.remember('alice', key, desk)
    const [{ id } = { id: '' }] = await browsers.list('alice')
    await browsers.forget('mallory', id)
    await browsers.forget('alice', id)
    await browsers.forget('alice', id)
    expect(await browsers.knows('alice', 'k3')).toBe(false)
    expect(await browsers.knows('alice', 'k1')).toBe(true)
    await browsers.forgetAll('alice')
    expect(await browsers.list('alice')).toEqual([])
    await browsers.remember('alice', 'k1', desk)
    expect(await browsers.knows('alice', 'k1')).toBe(true)
  })

  it('does not show in the store whose it is, nor that two users share it', async () => {
    const { browsers, store } = start()
    const written: string[] = []
    const { put } = store
    store.put = (key, entry, only) => {
      written.push(key, entry.value)
      return put(key, entry, only)
    }
    await browsers.remember('alice', 'thumbprint', desk)
    await browsers.remember('bob', 'thumbprint', desk)
    expect(written.join()).not.toMatch(/alice|bob|thumbprint/)
    const [one, other] = [await browsers.list('alice'), await browsers.list('bob')]
    expect(one[0]?.id).not.toBe(other[0]?.id)
  })

  it('costs a read and no write when it was used today already', async () => {
    const { browsers, store } = start()
    await browsers.remember('alice', 'k1', desk)
    const calls = callsOf(store)
    await browsers.remember('alice', 'k1', desk)
    expect(calls).toEqual(['get'])
  })

  it('is remembered without another read by the node that has looked for it at the scan', async () => {
    const { browsers, store, clock } = start()
    await browsers.remember('alice', 'other', desk)
    for (const wanted of [['get', 'put'], ['get'], ['get', 'put']]) {
      const calls = callsOf(store)
      await browsers.remember('alice', 'k1', desk, { known: await browsers.knows('alice', 'k1') })
      expect(calls).toEqual(wanted)
      if (wanted.length === 1) await clock.advance(2 * day)
    }
    expect(await browsers.list('alice')).toHaveLength(2)
  })
})

describe('a node that has not looked at the scan', () => {
  it('remembers the first browser of a user by one write', async () => {
    const { store, clock } = start()
    const elsewhere = knownBrowsers({ store, clock })
    const calls = callsOf(store)
    await elsewhere.remember('alice', 'k1', desk, { known: false })
    expect(calls).toEqual(['put'])
    expect(await elsewhere.knows('alice', 'k1')).toBe(true)
  })

  it('loses none of the browsers that others have remembered', async () => {
    const { browsers, store, clock } = start()
    const elsewhere = knownBrowsers({ store, clock })
    for (const key of ['k1', 'k2', 'k3', 'k4']) {
      await browsers.remember('alice', key, desk, { known: false })
      await elsewhere.remember('alice', `${key}-there`, desk, { known: false })
    }
    expect(await browsers.list('alice')).toHaveLength(8)
  })

  it('remembers a browser that was forgotten elsewhere, and has signed in as a new one', async () => {
    const { browsers, store, clock } = start()
    const elsewhere = knownBrowsers({ store, clock })
    await browsers.remember('alice', 'k1', desk)
    await elsewhere.forgetAll('alice')
    await browsers.remember('alice', 'k1', desk, { known: false })
    expect(await elsewhere.knows('alice', 'k1')).toBe(true)
  })
})

describe('a browser that is forgotten while it signs in', () => {
  it.each([
    ['here', 0],
    ['elsewhere', 0],
    ['here', 2 * day],
    ['elsewhere', 2 * day],
  ])('stays forgotten, when that happens %s and %d ms after its last use', async (where, later) => {
    const { browsers, store, clock } = start()
    const elsewhere = knownBrowsers({ store, clock })
    await browsers.remember('alice', 'k1', desk)
    await clock.advance(later)
    const known = await browsers.knows('alice', 'k1')
    await (where === 'here' ? browsers : elsewhere).forgetAll('alice')
    await browsers.remember('alice', 'k1', desk, { known })
    expect(await browsers.knows('alice', 'k1')).toBe(false)
  })
})

describe('sign-ins that end at the same moment', () => {
  it('are all remembered', async () => {
    const { browsers } = start()
    const keys = Array.from({ length: 20 }, (_, number) => `k${number}`)
    await Promise.all(keys.map(key => browsers.remember('alice', key, desk)))
    expect(await Promise.all(keys.map(key => browsers.knows('alice', key)))).toEqual(keys.map(() => true))
  })

  it('do not bring back what is forgotten meanwhile', async () => {
    const { browsers } = start()
    await browsers.remember('alice', 'k1', desk)
    const [{ id } = { id: '' }] = await browsers.list('alice')
    await Promise.all([
      browsers.forget('alice', id),
      browsers.remember('alice', 'k2', desk),
      browsers.remember('alice', 'k3', desk),
    ])
    expect(await browsers.knows('alice', 'k1')).toBe(false)
    expect(await browsers.list('alice')).toHaveLength(2)
  })
})

describe('the list in a store', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })
  const time = fc.integer({ min: 0, max: 4e12 })
  const browser = fc.record(
    { id: text, firstUsed: time, lastUsed: time, browser: text, os: text },
    { noNullPrototype: true },
  )

  it('is the same when it is read', () => {
    fc.assert(
      fc.property(fc.array(browser, { maxLength: 50 }), browsers => {
        expect(readBrowsers(writeBrowsers(browsers))).toEqual(browsers)
      }),
    )
  })

  it('counts as empty, and throws nothing, whatever else stands there', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.json()), value => {
        expect(readBrowsers(value)).toEqual([])
      }),
    )
  })

  it('stays below 8 KiB with as many browsers as there may be', async () => {
    const { browsers, store } = start()
    let longest = 0
    const { put } = store
    store.put = (key, entry, only) => {
      longest = Math.max(longest, entry.value.length)
      return put(key, entry, only)
    }
    const long = { browser: 'Samsung Internet', os: 'HarmonyOS' }
    for (let number = 0; number < 60; number++) await browsers.remember('alice', `k${number}`, long)
    expect(await browsers.list('alice')).toHaveLength(50)
    expect(longest).toBeLessThan(8192)
  })
})

describe('options that cannot be', () => {
  it.each([{ keep: 0 }, { keep: 731 }, { limit: 0 }, { limit: 51 }, { limit: 1.5 }])('are refused: %j', wrong => {
    expect(() => start(wrong)).toThrow(TypeError)
  })
})
