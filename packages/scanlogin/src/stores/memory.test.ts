import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import type { Entry } from '../core/store.ts'
import { open } from '../core/ticket.ts'
import { toEntry } from '../core/ticket-record.ts'
import { createClock } from '../testing/clock.ts'
import { storeSuite } from '../testing/store-suite.ts'
import { memoryStore } from './memory.ts'

storeSuite('memoryStore', {
  describe,
  it,
  open() {
    const clock = createClock()
    const store = memoryStore({ clock })
    return { here: store, there: store, pass: clock.advance, now: clock.now }
  },
})

describe('memoryStore', () => {
  it('ends an entry at its expiresAt, to the millisecond', async () => {
    const { clock, store } = start()
    await store.put('key', entry(clock.now() + 1000))
    await clock.advance(999)
    expect(await store.get('key')).toBeDefined()
    await clock.advance(1)
    expect(await store.get('key')).toBeUndefined()
  })

  it('lets go of entries that nobody reads once their time is over', async () => {
    const { clock, store } = start({ maxEntries: 1000 })
    await fill(store, 1000, clock.now() + 1000)
    await clock.advance(2000)
    for (let i = 0; i < 1000; i++) expect(await store.put(`new ${i}`, entry(clock.now() + 1000))).toBe(true)
  })

  it('lets go of entries however far apart they end', async () => {
    const { clock, store } = start({ maxEntries: 100 })
    for (let i = 0; i < 100; i++) await store.put(`old ${i}`, entry(clock.now() + i * 1000))
    await clock.advance(200_000)
    for (let i = 0; i < 100; i++) expect(await store.put(`new ${i}`, entry(clock.now() + 1000))).toBe(true)
  })

  it('takes out only a few with each write when ten thousand end together', async () => {
    const { clock, store } = start()
    await fill(store, 10_000, clock.now() + 1000)
    await clock.advance(2000)
    const removals = vi.spyOn(Map.prototype, 'delete')
    await store.put('one more', entry(clock.now() + 1000))
    const removed = removals.mock.calls.filter(([key]) => String(key).startsWith('filled')).length
    removals.mockRestore()
    expect(removed).toBeGreaterThan(1)
    expect(removed).toBeLessThan(100)
  })

  it('keeps an entry whose time was lengthened when its first time is over', async () => {
    const { clock, store } = start()
    await store.put('key', entry(clock.now() + 1000))
    await store.put('key', { ...entry(clock.now() + 60_000), version: 2 })
    await clock.advance(10_000)
    await fill(store, 100, clock.now() + 1000)
    expect((await store.get('key'))?.version).toBe(2)
  })

  it('refuses new keys when it is full and goes on changing the old ones', async () => {
    const { clock, store } = start({ maxEntries: 2 })
    const expiresAt = clock.now() + 60_000
    await fill(store, 2, expiresAt)
    await expect(store.put('third', entry(expiresAt))).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await store.put('filled 1', { ...entry(expiresAt), version: 2 })).toBe(true)
    expect(await store.get('third')).toBeUndefined()
  })

  it('has room again once an entry has ended', async () => {
    const { clock, store } = start({ maxEntries: 1 })
    await store.put('first', entry(clock.now() + 500))
    await clock.advance(500)
    expect(await store.put('first', entry(clock.now() + 500))).toBe(true)
    await clock.advance(1500)
    expect(await store.put('second', entry(clock.now() + 500))).toBe(true)
  })

  it('forgets an entry that had ended before it was written', async () => {
    const { clock, store } = start({ maxEntries: 1 })
    await store.put('stillborn', entry(clock.now() - 5000))
    expect(await store.get('stillborn')).toBeUndefined()
    await clock.advance(2000)
    expect(await store.put('next', entry(clock.now() + 1000))).toBe(true)
  })

  it('holds a million live tickets in less than 1 KiB each', async () => {
    const { clock, store } = start()
    const before = liveHeap()
    for (let i = 0; i < 1_000_000; i++) {
      const ticket = toEntry(open(birth(i, clock.now()), clock.now() + 120_000 + (i % 10_000)))
      await store.put(`t:${i.toString(32).padStart(26, '0')}`, ticket)
    }
    const each = (liveHeap() - before) / 1_000_000
    expect(await store.get(`t:${(999_999).toString(32).padStart(26, '0')}`)).toBeDefined()
    expect(each).toBeGreaterThan(100)
    expect(each).toBeLessThan(1024)
  })
})

function start({ maxEntries }: { maxEntries?: number } = {}) {
  const clock = createClock()
  return { clock, store: memoryStore({ clock, ...(maxEntries && { maxEntries }) }) }
}

function entry(expiresAt: number): Entry {
  return { version: 1, expiresAt, value: 'value' }
}

async function fill(store: ReturnType<typeof memoryStore>, count: number, expiresAt: number): Promise<void> {
  for (let i = 0; i < count; i++) await store.put(`filled ${i}`, entry(expiresAt))
}

function birth(index: number, createdAt: number) {
  const id = index.toString(32).padStart(26, '0')
  return {
    id,
    createdAt,
    secretHash: `${id}${'s'.repeat(17)}`,
    rotationKey: id.slice(4),
    clientId: 'shop',
    returnTo: `https://shop.example/after/${index}`,
    codeChallenge: `${id}${'c'.repeat(17)}`,
    origin: { ip: '203.0.113.7', browser: 'Firefox', os: 'Linux' },
  }
}

/** Bytes of heap that are still in use after a collection. */
function liveHeap(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}
