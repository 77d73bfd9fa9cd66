import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryStore } from '../../stores/memory.ts'
import { createClock, type ManualClock } from '../../testing/clock.ts'
import { createLogin } from '../login.ts'
import type { Entry, Ring, Store } from '../store.ts'
import { createWaitingRoom, type WaitingRoom } from '../waiting.ts'

let clock: ManualClock
let far: FarStore
let room: WaitingRoom

beforeEach(async () => {
  clock = createClock()
  far = createFarStore()
  room = createWaitingRoom(far.store, clock)
  await write(1)
})

afterEach(async () => {
  await room.empty()
  expect([room.size(), far.watchers(), clock.timers()]).toEqual([0, 0, 0])
})

describe('whoever comes back to wait', () => {
  it('hears on where the last wait has ended, and asks the store nothing', async () => {
    const first = wait({ since: 1 })
    await write(2)
    expect(await first).toEqual(entry(2))
    const asked = far.asked()
    for (const version of [3, 4, 5]) {
      await clock.advance(2999)
      expect(room.expects('key')).toBe(true)
      const again = wait({ since: version - 1 })
      await clock.advance(60_000)
      await write(version)
      expect(await again).toEqual(entry(version))
    }
    expect(far.asked()).toBe(asked)
  })

  it('is told at once what was written in between', async () => {
    await answered(2)
    await write(3)
    expect(await wait({ since: 2 })).toEqual(entry(3))
  })

  it.each([undefined, 'late'] as const)('looks where what rang in between was %s', async written => {
    await answered(2)
    far.ringWith(written)
    await write(3)
    expect(await wait({ since: 2 })).toEqual(entry(3))
    expect(room.misses()).toBe(written === 'late' ? 1 : 0)
  })

  it('looks where they know more than what is at hand', async () => {
    await answered(2)
    far.ringWith('nothing')
    await write(3)
    const waiting = wait({ since: 3 })
    await clock.advance(0)
    far.ringWith('all')
    await write(4)
    expect(await waiting).toEqual(entry(4))
  })

  it('does not find what has ended in between', async () => {
    await far.store.put('brief', { version: 1, expiresAt: clock.now() + 2000, value: '' })
    expect(await wait({ since: 0, key: 'brief' })).toMatchObject({ version: 1 })
    await clock.advance(2000)
    const waiting = wait({ since: 1, key: 'brief', until: clock.now() + 1000 })
    await clock.advance(1000)
    expect(await waiting).toBeUndefined()
  })

  it('after a wait in silence finds that it has asked nothing, either', async () => {
    const asked = far.asked()
    for (let round = 1; round <= 3; round++) {
      const waiting = wait({ since: 1, until: clock.now() + 25_000 })
      await clock.advance(25_000)
      expect(await waiting).toEqual(entry(1))
    }
    // One watch, for all three.
    expect(far.asked() - asked).toBe(1)
  })
})

describe('a seat', () => {
  it('is kept for three seconds', async () => {
    await answered(2)
    await clock.advance(2999)
    expect([room.expects('key'), far.watchers()]).toEqual([true, 1])
    await clock.advance(1)
    expect([room.expects('key'), far.watchers()]).toEqual([false, 0])
  })

  it('is one, however many have waited for the same', async () => {
    const waits = [wait({ since: 1 }), wait({ since: 1 }), wait({ since: 1 })]
    await clock.advance(0)
    await write(2)
    await Promise.all(waits)
    expect(far.watchers()).toBe(1)
  })

  it('is not kept for who does not come back, who has hung up, and whom something was thrown at', async () => {
    await wait({ since: 0, comesBack: false })
    expect(far.watchers()).toBe(0)
    const gone = new AbortController()
    const waiting = wait({ since: 1, hangup: gone.signal })
    await clock.advance(0)
    gone.abort()
    await waiting
    expect(far.watchers()).toBe(0)
    await expect(room.wait('key', { read: fail, nextLook: () => undefined, comesBack: () => true })).rejects.toThrow()
    expect(far.watchers()).toBe(0)
  })

  it('is not kept where the store is at hand, or where rings may stay out', async () => {
    for (const kind of [{ remote: false }, { certain: false }]) {
      far.make(kind)
      await wait({ since: 0 })
      expect(far.watchers()).toBe(0)
    }
  })
})

describe('a stranger', () => {
  it('hears nothing from the seat of a browser that has just been answered', async () => {
    const login = createLogin({ store: far.store, publicUrl: 'https://id.example.com', clock })
    const { ticket, secret } = await login.create({ origin: { ip: undefined, browser: '', os: '' } })
    const { id } = ticket.birth
    const own = { since: 0, seconds: 25 }
    expect(await login.wait(id, secret, own)).toEqual(ticket)
    await expect(login.wait(id, 'A'.repeat(43), own)).rejects.toMatchObject({ code: 'not_found' })
    expect(await login.wait(id, secret, own)).toEqual(ticket)
    await login.drain()
  })
})

interface Asked {
  since: number
  key?: string
  until?: number
  comesBack?: boolean
  hangup?: AbortSignal
}

/** Until there is more than `since`. */
function wait({ since, key = 'key', comesBack = true, ...rest }: Asked): Promise<Entry | undefined> {
  return room.wait(key, {
    read: entry => entry,
    nextLook: entry => (entry && entry.version > since ? undefined : Number.POSITIVE_INFINITY),
    since,
    comesBack: () => comesBack,
    ...rest,
  })
}

/** Somebody has waited for this version and was told it. */
async function answered(version: number): Promise<void> {
  const waiting = wait({ since: version - 1 })
  await clock.advance(0)
  await write(version)
  await waiting
}

function write(version: number): Promise<boolean> {
  return far.store.put('key', entry(version))
}

function entry(version: number): Entry {
  return { version, expiresAt: Date.UTC(2031, 0, 1), value: `version ${version}` }
}

function fail(): never {
  throw new Error('not theirs')
}

interface FarStore {
  readonly store: Store
  /** Reads and watches. */
  asked(): number
  watchers(): number
  /** What rings bring from now on. */
  ringWith(what: 'all' | 'nothing' | 'late' | undefined): void
  make(kind: { certain?: boolean; remote?: boolean }): void
}

/** A store behind a network that loses nothing unless it is told to. */
function createFarStore(): FarStore {
  const real = memoryStore({ clock })
  const watching = new Set<Ring>()
  let asked = 0
  let brings: 'all' | 'nothing' | 'late' | undefined = 'all'
  let kind: { certain?: boolean; remote?: boolean } = {}
  return {
    asked: () => asked,
    watchers: () => watching.size,
    ringWith(what) {
      brings = what
    },
    make(other) {
      kind = other
    },
    store: {
      ...real,
      get(key) {
        asked++
        return real.get(key)
      },
      async watch(key, ring) {
        asked++
        const own: Ring = written => {
          if (brings !== 'nothing') ring(brings === 'all' ? written : brings)
        }
        const watch = await real.watch(key, own)
        watching.add(own)
        return {
          ...watch,
          remote: true,
          ...kind,
          stop() {
            watching.delete(own)
            watch.stop()
          },
        }
      },
    },
  }
}
