import { describe, expect, it } from 'vitest'
import { createClock } from '../testing/clock.ts'
import { backoff, pause } from './timing.ts'

const most = () => 0.999_999
const least = () => 0

describe('backing off', () => {
  it('doubles the range from half a second up to eight', () => {
    const ranges = [1, 2, 3, 4, 5, 6, 50].map(failures => Math.round(backoff({ failures }, most)))
    expect(ranges).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000])
  })

  it('draws from the whole range, however many have failed, so that nobody comes back together', () => {
    expect(backoff({ failures: 50 }, least)).toBe(0)
    expect(backoff({ failures: 50 }, () => 0.5)).toBe(4000)
  })

  it('never comes sooner than the server asked, and spreads that too', () => {
    expect(backoff({ failures: 1, retryAfter: 30 }, least)).toBe(30_000)
    expect(Math.round(backoff({ failures: 1, retryAfter: 30 }, most))).toBe(30_500)
  })

  it('does not let one header put a page to sleep for a day', () => {
    expect(backoff({ failures: 1, retryAfter: 86_400 }, least)).toBe(300_000)
  })
})

describe('a pause', () => {
  it('lasts as long as it was asked to', async () => {
    const clock = createClock()
    let over = false
    void pause(clock, 1000, new AbortController().signal).then(() => {
      over = true
    })
    await clock.advance(999)
    expect(over).toBe(false)
    await clock.advance(1)
    expect(over).toBe(true)
  })

  it('can be cut short, and leaves no timer', async () => {
    const clock = createClock()
    const nap = new AbortController()
    const over = pause(clock, 1000, nap.signal)
    nap.abort()
    await over
    expect(clock.timers()).toBe(0)
    await pause(clock, 1000, nap.signal)
  })
})
