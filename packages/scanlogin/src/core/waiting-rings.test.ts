import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryStore } from '../stores/memory.ts'
import { createClock, type ManualClock } from '../testing/clock.ts'
import { createFaultyStore, type FaultyStore } from '../testing/faulty-store.ts'
import type { Entry, Store } from './store.ts'
import { createWaitingRoom, type Patience, type WaitingRoom } from './waiting.ts'

let clock: ManualClock
let store: FaultyStore
let room: WaitingRoom

beforeEach(() => {
  clock = createClock()
  store = createFaultyStore(memoryStore({ clock }))
  room = createWaitingRoom(store, clock)
})

afterEach(async () => {
  room.empty()
  await clock.advance(0)
  expect({ watchers: store.watchers(), timers: clock.timers(), waiting: room.size() }).toEqual({
    watchers: 0,
    timers: 0,
    waiting: 0,
  })
})

describe('a ring', () => {
  it('that carries what was written wakes a waiter without a read', async () => {
    const waiter = await waiterFor(2)
    await write(2)
    await clock.advance(0)
    expect(waiter.answer).toEqual(entry(2))
    expect(store.reads()).toBe(0)
  })

  it('that carries nothing makes a waiter read', async () => {
    const waiter = await waiterFor(2)
    store.mute()
    await write(2)
    await clock.advance(0)
    expect(waiter.answer).toEqual(entry(2))
    expect(store.reads()).toBe(1)
  })

  it('that carries nothing makes a waiter read whatever the rings around it carry', async () => {
    store.deafen()
    const waiter = await waiterFor(4)
    for (const version of [2, 3, 4]) await write(version)
    store.ringAll(entry(2))
    store.ringAll()
    store.ringAll(entry(3))
    await clock.advance(0)
    expect(waiter.answer).toEqual(entry(4))
    expect(store.reads()).toBe(1)
  })

  it('that repeats what a waiter has seen, or is older, does not wake it', async () => {
    store.deafen()
    const waiter = await waiterFor(3)
    store.ringAll(entry(2))
    await clock.advance(0)
    for (const version of [2, 1, 2]) {
      store.ringAll(entry(version))
      await clock.advance(0)
    }
    expect(waiter.answer).toBeUndefined()
    expect(waiter.seen).toEqual([1, 2])
    expect(store.reads()).toBe(0)
  })

  it('that is older does not hide the newer one before it', async () => {
    store.deafen()
    const waiter = await waiterFor(3)
    store.ringAll(entry(3))
    store.ringAll(entry(2))
    await clock.advance(0)
    expect(waiter.answer).toEqual(entry(3))
    expect(store.reads()).toBe(0)
  })

  it('that is older does not hide the newer one after it', async () => {
    store.deafen()
    const waiter = await waiterFor(3)
    store.ringAll(entry(2))
    store.ringAll(entry(3))
    await clock.advance(0)
    expect(waiter.answer).toEqual(entry(3))
    expect(store.reads()).toBe(0)
  })

  it('that is older does not put off the next look, however often it comes', async () => {
    store.deafen()
    const waiter = await waiterFor(2)
    await write(2)
    for (let second = 1; second <= 5; second++) {
      expect(waiter.answer).toBeUndefined()
      store.ringAll(entry(1))
      await clock.advance(1000)
    }
    expect(waiter.answer).toMatchObject({ version: 2 })
  })
})

describe('a change that meets a waiter on its way in', () => {
  it('is not missed, in whatever order the store gets round to them', async () => {
    await inAnyOrder(async ({ store, room, settle }) => {
      const waiter = waitFor(1, room)
      const writing = write(1, store)
      await settle()
      expect(await writing).toBe(true)
      expect(waiter.answer).toEqual(entry(1))
      expect(room.size()).toBe(0)
      expect(room.misses()).toBe(0)
    })
  })
})

describe('a waiter', () => {
  it('sees versions go up only, and the last of them, in whatever order rings arrive', async () => {
    await inAnyOrder(async ({ store, room, settle }) => {
      const waiter = waitFor(4, room)
      for (const version of [1, 2, 3, 4]) {
        const writing = write(version, store)
        // The next write starts when this one is answered, while its rings may still be under way.
        await Promise.race([writing, settle()])
        expect(await writing).toBe(true)
      }
      await settle()
      expect(waiter.answer).toEqual(entry(4))
      expect(waiter.seen).toEqual(waiter.seen.toSorted((one, other) => one - other))
    })
  })
})

interface Waiter {
  /** The versions that it has seen so far, 0 for none. */
  readonly seen: number[]
  answer?: Entry | undefined
}

/** Waits at `where` until it sees `version` under `key`, and looks again every 5 s. */
function waitFor(version: number, where: WaitingRoom = room): Waiter {
  const waiter: Waiter = { seen: [] }
  const patience: Patience<Entry | undefined> = {
    read(entry) {
      waiter.seen.push(entry?.version ?? 0)
      return entry
    },
    nextLook: entry => (entry && entry.version >= version ? undefined : clock.now() + 5000),
  }
  void where.wait('key', patience).then(answer => {
    waiter.answer = answer
  })
  return waiter
}

/** One that has seen version 1 and waits. */
async function waiterFor(version: number): Promise<Waiter> {
  await write(1)
  const waiter = waitFor(version)
  await clock.advance(0)
  expect(waiter.seen).toEqual([1])
  return waiter
}

function write(version: number, to: Store = store): Promise<boolean> {
  return to.put('key', entry(version))
}

function entry(version: number): Entry {
  return { version, expiresAt: clock.now() + 60_000, value: `version ${version}` }
}

interface Ordered {
  /** A store that answers and rings in the order under trial. */
  store: Store
  room: WaitingRoom
  settle(): Promise<void>
}

/** Tries 200 orders in which a store may get round to its calls, answers and rings. */
async function inAnyOrder(body: (ordered: Ordered) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(fc.scheduler(), fc.infiniteStream(fc.boolean()), async (scheduler, carries) => {
    const turn = (what: string) => scheduler.schedule(Promise.resolve(), what)
    const store = inTurns(memoryStore({ clock }), turn, () => carries.next().value)
    await body({ store, room: createWaitingRoom(store, clock), settle: () => scheduler.waitIdle() })
  })
  await fc.assert(property, { numRuns: 200, seed: 1 })
}

/** Every call, every answer and every ring waits for its turn, and `carries` says whether a ring carries its entry. */
function inTurns(real: Store, turn: (what: string) => Promise<unknown>, carries: () => boolean): Store {
  return {
    ...real,
    async get(key) {
      await turn('get')
      const entry = await real.get(key)
      await turn('got')
      return entry
    },
    async put(key, entry, only) {
      await turn('put')
      const written = await real.put(key, entry, only)
      await turn('written')
      return written
    },
    async watch(key, ring) {
      await turn('watch')
      const watch = await real.watch(key, written => {
        const carried = carries() ? written : undefined
        void turn('ring').then(() => ring(carried))
      })
      await turn('watched')
      return watch
    },
  }
}
