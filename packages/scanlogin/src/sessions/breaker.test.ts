import { describe, expect, it } from 'vitest'
import { createClock } from '../testing/clock.ts'
import { createBreaker } from './breaker.ts'

function start() {
  const clock = createClock()
  const breaker = createBreaker({ clock, random: () => 0 })
  let asked = 0
  const ask = (answer: 'works' | 'fails') =>
    breaker
      .run(async () => {
        asked++
        if (answer === 'fails') throw new Error('out of order')
        return 'answer'
      })
      .catch((error: Error) => error.message)
  return { clock, ask, asked: () => asked }
}

describe('a breaker', () => {
  it('asks no more after five failures in a row', async () => {
    const { ask, asked } = start()
    for (let n = 0; n < 8; n++) await ask('fails')
    expect(asked()).toBe(5)
    expect(await ask('works')).toMatch(/out of order for a moment/)
  })

  it('begins to count anew with each answer', async () => {
    const { ask, asked } = start()
    for (let n = 0; n < 4; n++) await ask('fails')
    await ask('works')
    for (let n = 0; n < 4; n++) await ask('fails')
    expect(await ask('works')).toBe('answer')
    expect(asked()).toBe(10)
  })

  it('lets one question through after a pause, and all others once that is answered', async () => {
    const { ask, asked, clock } = start()
    for (let n = 0; n < 5; n++) await ask('fails')
    await clock.advance(1000)
    const [first, second] = await Promise.all([ask('works'), ask('works')])
    expect([first, second]).toEqual(['answer', expect.stringMatching(/out of order/)])
    expect(await ask('works')).toBe('answer')
    expect(asked()).toBe(7)
  })

  it('waits another pause when that question fails', async () => {
    const { ask, asked, clock } = start()
    for (let n = 0; n < 5; n++) await ask('fails')
    await clock.advance(1000)
    await ask('fails')
    await clock.advance(999)
    await ask('works')
    expect(asked()).toBe(6)
    await clock.advance(1)
    expect(await ask('works')).toBe('answer')
  })
})
