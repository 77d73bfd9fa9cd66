import { describe, expect, it } from 'vitest'
import { createClock } from '../../testing/clock.ts'
import { createBreaker, guarded } from './breaker.ts'

function start() {
  const clock = createClock()
  const breaker = createBreaker({ pause: () => 1000 })
  let asked = 0
  const ask = (answer: 'works' | 'fails') =>
    guarded(breaker, clock, async () => {
      asked++
      if (answer === 'fails') throw new Error('out of order')
      return 'answer'
    }).catch((error: Error) => error.message)
  return { clock, breaker, ask, asked: () => asked }
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

  it('is told how often it has failed since it opened, and once it is closed begins anew', () => {
    const told: number[] = []
    const breaker = createBreaker({
      failures: 2,
      pause(times) {
        told.push(times)
        return 1000
      },
    })
    for (let n = 0; n < 4; n++) breaker.failed(0)
    breaker.succeeded()
    for (let n = 0; n < 2; n++) breaker.failed(0)
    expect(told).toEqual([1, 2, 3, 1])
  })

  it('rests as long as it is asked to, and no shorter for a failure meanwhile', () => {
    const breaker = createBreaker({ failures: 1, pause: () => 1000 })
    breaker.rest(5000, 0)
    breaker.failed(0)
    expect([4999, 5000].map(breaker.state)).toEqual(['open', 'half-open'])
    breaker.succeeded()
    expect(breaker.state(0)).toBe('closed')
  })
})
