import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../stores/memory.ts'
import { createClock } from '../../testing/clock.ts'
import type { Store } from '../store.ts'
import { createSharedTally, total } from './tally.ts'

const tally = { key: 'w:1', until: Number.POSITIVE_INFINITY }

function open() {
  const store = memoryStore({ clock: createClock() })
  let writes = 0
  let broken = false
  const counted: Store = {
    ...store,
    put(...args) {
      writes++
      return broken ? Promise.reject(new Error('away')) : store.put(...args)
    },
  }
  return {
    store: counted,
    writes: () => writes,
    setBroken(value: boolean) {
      broken = value
    },
  }
}

describe('a number that many add to at once', () => {
  it('counts everybody, in a few writes', async () => {
    const { store, writes } = open()
    const add = createSharedTally(store, 1000)
    const sums = await Promise.all(Array.from({ length: 300 }, () => add(tally, 2)))
    expect(sums).toEqual(Array.from({ length: 300 }, (_, at) => 2 * (at + 1)))
    expect(writes()).toBe(1)
  })

  it('counts those who come during a write with the next one', async () => {
    const { store, writes } = open()
    const add = createSharedTally(store, 1000)
    const first = add(tally, 1)
    await Promise.resolve()
    await Promise.resolve()
    const later = [add(tally, 1), add(tally, 1)]
    expect(await Promise.all([first, ...later])).toEqual([1, 2, 3])
    expect(writes()).toBe(2)
  })

  it('turns away exactly those who are too many, on two nodes together', async () => {
    const { store } = open()
    const nodes = [createSharedTally(store, 50), createSharedTally(store, 50)]
    const sums = await Promise.all(Array.from({ length: 120 }, (_, at) => nodes[at % 2]?.(tally, 1)))
    expect(sums.filter(sum => sum !== undefined)).toHaveLength(50)
    expect(await total(store, tally.key)).toBe(50)
  })

  it('gives back, and never below nothing', async () => {
    const { store } = open()
    const add = createSharedTally(store, 10)
    expect(await Promise.all([add(tally, 10), add(tally, 1), add(tally, -4), add(tally, 3)])).toEqual([
      10,
      undefined,
      6,
      9,
    ])
    expect(await add(tally, -20)).toBe(0)
  })

  it('tells everybody that the store is away, and counts again once it is back', async () => {
    const { store, setBroken } = open()
    const add = createSharedTally(store, 10)
    setBroken(true)
    const refused = await Promise.allSettled([add(tally, 1), add(tally, 1)])
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    setBroken(false)
    expect(await add(tally, 1)).toBe(1)
  })
})
