import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../stores/memory.ts'
import { createClock } from '../../testing/clock.ts'
import { LoginError } from '../errors.ts'
import type { Store } from '../store.ts'
import { createGuesses } from './guesses.ts'

function open() {
  const clock = createClock()
  const store = memoryStore({ clock })
  return { clock, store, guesses: createGuesses(store, clock) }
}

async function countTaken(taking: Promise<void>[]): Promise<number> {
  const settled = await Promise.allSettled(taking)
  return settled.filter(({ status }) => status === 'fulfilled').length
}

describe('the guesses of one account', () => {
  it('are five, also when a hundred are taken at once', async () => {
    const { guesses } = open()
    expect(await countTaken(Array.from({ length: 100 }, () => guesses.take('eve')))).toBe(5)
    expect(await countTaken([guesses.take('bob')])).toBe(1)
  })

  it('are five on all nodes together', async () => {
    const { store, clock, guesses } = open()
    const there = createGuesses(store, clock)
    const both = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? guesses : there).take('eve'))
    expect(await countTaken(both)).toBe(5)
  })

  it('are back five minutes after the first, and until then the refusal says how long', async () => {
    const { clock, guesses } = open()
    await guesses.take('eve')
    await clock.advance(100_000)
    for (let more = 0; more < 4; more++) await guesses.take('eve')
    await expect(guesses.take('eve')).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 200 })
    await clock.advance(200_000)
    await guesses.take('eve')
  })

  it('that were right are given back', async () => {
    const { guesses } = open()
    for (let round = 0; round < 20; round++) {
      await guesses.take('ann')
      await guesses.giveBack('ann')
    }
    expect(await countTaken(Array.from({ length: 6 }, () => guesses.take('ann')))).toBe(5)
  })

  it('can be taken from a store that learns the time with its first answer', async () => {
    const { clock, store } = open()
    let known = false
    const young: Store = {
      ...store,
      get(key) {
        known = true
        return store.get(key)
      },
    }
    const now = () => {
      if (!known) throw new LoginError('store_unavailable')
      return clock.now()
    }
    await createGuesses(young, { ...clock, now }).take('ann')
  })
})
