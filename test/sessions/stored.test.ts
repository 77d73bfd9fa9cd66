/** Sessions kept in the store: how long they live, whose they are, and what another node sees of them. */
import { describe, expect, it } from 'vitest'
import { LoginError, memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import { type StoredSessionsOptions, storedSessions } from '../../packages/scanlogin/src/session.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { createFaultyStore } from '../../packages/scanlogin/src/testing/faulty-store.ts'

const alice = { id: 'alice', name: 'Alice' }
const minute = 60_000

function start(options: Partial<StoredSessionsOptions> = {}) {
  const clock = createClock()
  const store = createCountingStore(memoryStore({ clock }))
  const node = () => storedSessions({ store, clock, ...options })
  return { clock, store, here: node(), there: node() }
}

function notYet(): never {
  throw new LoginError('store_unavailable')
}

describe('a stored session', () => {
  it('lives for as long as it is used', async () => {
    const { here, clock } = start()
    await here.open(alice, 'token')
    for (let passed = 0; passed < 400; passed += 25) {
      await clock.advance(25 * minute)
      expect((await here.read('token'))?.user, `after ${passed + 25} minutes`).toEqual(alice)
    }
  })

  it('ends half an hour to the minute after its last use', async () => {
    const { here, clock } = start()
    await here.open(alice, 'token')
    await clock.advance(30 * minute)
    expect(await here.read('token')).toBeDefined()
    await clock.advance(31 * minute)
    expect(await here.read('token')).toBeUndefined()
  })

  it('ends at its limit however much it is used', async () => {
    const { here, clock } = start({ ttl: 3600 })
    const { expiresAt } = await here.open(alice, 'token')
    for (let passed = 0; passed < 59; passed++) {
      await clock.advance(minute)
      expect((await here.read('token'))?.expiresAt).toBe(expiresAt)
    }
    await clock.advance(minute)
    expect(await here.read('token')).toBeUndefined()
  })

  it('lives its whole time unused where idleness is no end', async () => {
    const { here, clock } = start({ idle: false })
    await here.open(alice, 'token')
    await clock.advance(28_800_000 - 1)
    expect(await here.read('token')).toBeDefined()
    await clock.advance(1)
    expect(await here.read('token')).toBeUndefined()
  })

  it('is shorter where a policy wants it so', async () => {
    const { here, clock } = start()
    const { expiresAt } = await here.open(alice, 'token', { shortSession: true })
    expect(expiresAt - clock.now()).toBe(3_600_000)
  })

  it('is written once a minute at most, however much it is used', async () => {
    const { here, clock, store } = start({ staleness: 0 })
    await here.open(alice, 'token')
    const before = store.writes()
    for (let second = 0; second < 180; second++) {
      await clock.advance(1000)
      await here.read('token')
    }
    expect(store.writes() - before).toBe(3)
  })

  it('is the same one when it is opened again, and none when it was ended', async () => {
    const { here, there } = start()
    const first = await here.open(alice, 'token')
    expect(await there.open(alice, 'token')).toEqual(first)
    await here.end('token')
    await here.end('token')
    await expect(there.open(alice, 'token')).rejects.toMatchObject({ code: 'already_redeemed' })
    expect(await here.list('alice')).toEqual([])
  })

  it('is over at once on the node that ends it, and within five seconds on every other', async () => {
    const { here, there, clock } = start()
    await here.open(alice, 'token')
    await Promise.all([here.read('token'), there.read('token')])
    await here.end('token')
    expect(await here.read('token')).toBeUndefined()
    await clock.advance(5000)
    expect(await there.read('token')).toBeUndefined()
  })

  it('is neither there nor gone while the store is out of reach', async () => {
    const clock = createClock()
    const store = createFaultyStore(memoryStore({ clock }))
    const sessions = storedSessions({ store, clock })
    await sessions.open(alice, 'token')
    await sessions.read('token')
    store.fail()
    await clock.advance(5000)
    await expect(sessions.read('token')).rejects.toThrow('out of order')
    for (let n = 0; n < 5; n++) await sessions.read('token').catch(() => {})
    await expect(sessions.read('token')).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('opens as the first thing that a process asks of a store which tells the time', async () => {
    let asked = false
    const store: Store = {
      ...memoryStore(),
      get: async () => {
        asked = true
        return undefined
      },
      now: () => (asked ? 1000 : notYet()),
    }
    const opened = await storedSessions({ store }).open(alice, 'token')
    expect(opened.openedAt).toBe(1000)
  })

  it('that an earlier version has opened is still one', async () => {
    const { here, store, clock } = start()
    await here.open(alice, 'token')
    const key = store.keys().find(key => key.startsWith('s:')) ?? ''
    const expiresAt = clock.now() + 28_800_000
    await store.put(key, { version: 2, expiresAt, value: JSON.stringify(alice) })
    expect(await here.read('token')).toMatchObject({ user: alice, expiresAt, openedAt: clock.now(), details: {} })
  })

  it('leaves nothing in the store that signs anybody in', async () => {
    const { here, store } = start()
    await here.open(alice, 'a-token-of-a-browser')
    expect(store.keys().length).toBeGreaterThan(1)
    for (const key of store.keys()) {
      expect(`${key} ${(await store.get(key))?.value}`).not.toContain('a-token-of-a-browser')
    }
  })
})

describe('the sessions of a user', () => {
  it('are listed with the newest first, and with how they came about', async () => {
    const { here, clock } = start()
    const details = { claimed: { browser: 'Firefox', os: 'Linux' }, address: '192.0.2.7', amr: ['mca'] }
    await here.open(alice, 'first', details)
    await clock.advance(1000)
    await here.open(alice, 'second')
    await here.open({ id: 'bob' }, 'third')
    const listed = await here.list('alice')
    expect(listed.map(({ details }) => details)).toEqual([{}, details])
    expect(listed.map(({ user }) => user)).toEqual([alice, alice])
  })

  it('are ended one by one, or all others, by their user only', async () => {
    const { here } = start()
    const [first, second, third] = await Promise.all(['1', '2', '3'].map(token => here.open(alice, token)))
    await here.open({ id: 'bob' }, 'bobs')
    await here.endSome('bob', { id: first?.id ?? '' })
    expect(await here.list('alice')).toHaveLength(3)
    await here.endSome('alice', { id: first?.id ?? '' })
    expect(await here.read('1')).toBeUndefined()
    await here.endSome('alice', { allBut: second?.id })
    expect((await here.list('alice')).map(({ id }) => id)).toEqual([second?.id])
    expect(await here.read('3')).toBeUndefined()
    expect(third).toBeDefined()
    expect(await here.read('bobs')).toBeDefined()
  })

  it('end with the phone that approved them, where that is asked for', async () => {
    const { here } = start()
    await here.open(alice, '1', { approvedBy: { idHash: 'one' } })
    await here.open(alice, '2', { approvedBy: { idHash: 'other' } })
    await here.open(alice, '3')
    await here.endSome('alice', { approvedBy: 'one' })
    expect(await Promise.all(['1', '2', '3'].map(async token => !!(await here.read(token))))).toEqual([
      false,
      true,
      true,
    ])
  })

  it('are a hundred at most: one more ends the oldest', async () => {
    const { here, clock } = start()
    for (let n = 0; n < 101; n++) {
      await here.open(alice, `token ${n}`)
      await clock.advance(1000)
    }
    expect(await here.list('alice')).toHaveLength(100)
    expect(await here.read('token 0')).toBeUndefined()
    expect(await here.read('token 1')).toBeDefined()
  })

  it('fit into the store where there are as many as may be', async () => {
    const { here, store } = start()
    for (let n = 0; n < 100; n++) await here.open(alice, `token ${n}`)
    const key = store.keys().find(key => key.startsWith('su:')) ?? ''
    expect((await store.get(key))?.value.length).toBeLessThan(8192)
  })

  it('leave the list when they are over', async () => {
    const { here, store, clock } = start({ ttl: 60 })
    for (let n = 0; n < 50; n++) await here.open(alice, `token ${n}`)
    const key = store.keys().find(key => key.startsWith('su:')) ?? ''
    await clock.advance(61_000)
    await here.open(alice, 'last')
    expect(JSON.parse((await store.get(key))?.value ?? '')).toHaveLength(1)
  })
})

describe('the options of sessions', () => {
  it('are refused where they cannot be', () => {
    const store = memoryStore()
    const wrong: Partial<StoredSessionsOptions>[] = [
      { ttl: 59 },
      { ttl: 60.5 },
      { ttl: Number.NaN },
      { idle: 119 },
      { shortTtl: 0 },
      { mostPerUser: 101 },
      { mostPerUser: 0 },
      { staleness: -1 },
      { staleness: 61 },
    ]
    for (const options of wrong) expect(() => storedSessions({ store, ...options }), `${options}`).toThrow(TypeError)
    expect(() =>
      storedSessions({ store, ttl: 60, idle: 120, shortTtl: 60, mostPerUser: 1, staleness: 0 }),
    ).not.toThrow()
  })
})

function createCountingStore(real: Store): Store & { writes(): number; keys(): string[] } {
  const keys = new Set<string>()
  let writes = 0
  return {
    ...real,
    async put(key, entry, only) {
      const written = await real.put(key, entry, only)
      if (written) writes++
      if (written) keys.add(key)
      return written
    },
    writes: () => writes,
    keys: () => [...keys],
  }
}
