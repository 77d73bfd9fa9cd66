import { describe, expect, it } from 'vitest'
import { memoryStore } from '../stores/memory.ts'
import { createClock } from '../testing/clock.ts'
import { changeEntry } from './change-entry.ts'
import { LoginError } from './errors.ts'
import type { Entry, Store } from './store.ts'

const expiresAt = Number.MAX_SAFE_INTEGER

function open() {
  const counts = { reads: 0, writes: 0 }
  const memory = memoryStore({ clock: createClock() })
  const store: Store = {
    ...memory,
    get(key) {
      counts.reads++
      return memory.get(key)
    },
    put(...args) {
      counts.writes++
      return memory.put(...args)
    },
  }
  return { store, memory, counts }
}

function oneMore(present: Entry | undefined) {
  return { expiresAt, value: String(Number(present?.value ?? 0) + 1) }
}

describe('a change of an entry', () => {
  it('gives the entry as it stands then', async () => {
    const { store } = open()
    const written = await changeEntry(store, 'k', oneMore)
    expect(written).toEqual({ version: 1, expiresAt, value: '1' })
    expect(await store.get('k')).toEqual(written)
  })

  it('leaves the entry alone where nothing is wanted', async () => {
    const { store, counts } = open()
    expect(await changeEntry(store, 'k', () => undefined)).toBeUndefined()
    await changeEntry(store, 'k', oneMore)
    expect(await changeEntry(store, 'k', () => undefined)).toEqual({ version: 1, expiresAt, value: '1' })
    expect(counts.writes).toBe(1)
  })

  it('is decided anew when somebody was first', async () => {
    const { store } = open()
    const rivals = ['a', 'b']
    await changeEntry(store, 'k', async present => {
      const rival = rivals.shift()
      if (rival) await changeEntry(store, 'k', before => ({ expiresAt, value: (before?.value ?? '') + rival }))
      return { expiresAt, value: `${present?.value ?? ''}c` }
    })
    expect((await store.get('k'))?.value).toBe('abc')
  })

  it('loses nobody of twenty who come at once', async () => {
    const { store } = open()
    await Promise.all(Array.from({ length: 20 }, () => changeEntry(store, 'k', oneMore)))
    expect(await store.get('k')).toMatchObject({ version: 20, value: '20' })
  })

  it('goes over the very entry that it was decided on, and not over another of its version', async () => {
    const { memory } = open()
    let read: Entry | undefined = { version: 1, expiresAt, value: 'lost by a fail-over' }
    const store: Store = { ...memory, get: async key => read ?? memory.get(key) }
    await memory.put('k', { version: 1, expiresAt, value: 'written since' })
    const seen: unknown[] = []
    await changeEntry(store, 'k', present => {
      seen.push(present?.value)
      read = undefined
      return { expiresAt, value: 'mine' }
    })
    expect(seen).toEqual(['lost by a fail-over', 'written since'])
  })

  it('is refused in the end where others are first again and again', async () => {
    const { store, memory, counts } = open()
    const elsewhere = async (present: Entry | undefined) => {
      await memory.put('k', { version: (present?.version ?? 0) + 1, expiresAt, value: 'theirs' })
      return { expiresAt, value: 'mine' }
    }
    await expect(changeEntry(store, 'k', elsewhere)).rejects.toMatchObject({ code: 'rate_limited' })
    expect(counts.writes).toBe(32)
    expect((await memory.get('k'))?.value).toBe('theirs')
  })

  it('ends with what the decision throws, and nothing is written', async () => {
    const { store, counts } = open()
    const refuse = () => {
      throw new LoginError('forbidden')
    }
    await expect(changeEntry(store, 'k', refuse)).rejects.toMatchObject({ code: 'forbidden' })
    expect(counts.writes).toBe(0)
  })
})

describe('the guess that nothing stands there', () => {
  it('costs no read where it is right', async () => {
    const { store, counts } = open()
    await changeEntry(store, 'k', oneMore, { guess: 'nothing' })
    expect(counts).toEqual({ reads: 0, writes: 1 })
  })

  it('costs one write where it is wrong and the store says what it has', async () => {
    const { store, counts } = open()
    await changeEntry(store, 'k', oneMore)
    const before = { ...counts }
    await changeEntry(store, 'k', oneMore, { guess: 'nothing' })
    expect(counts).toEqual({ reads: before.reads, writes: before.writes + 2 })
    expect(await store.get('k')).toMatchObject({ version: 2, value: '2' })
  })

  it('is no reason to leave an entry alone that was never read', async () => {
    const { store } = open()
    await changeEntry(store, 'k', oneMore)
    const unlessNothing = (present: Entry | undefined) => present && oneMore(present)
    await changeEntry(store, 'k', unlessNothing, { guess: 'nothing' })
    expect((await store.get('k'))?.value).toBe('2')
  })
})
