import { describe, expect, it } from 'vitest'
import { createClock } from '../testing/clock.ts'
import { createPatience } from './patience.ts'

function start({ giveUpAfter = 86_400_000 } = {}) {
  const clock = createClock()
  const patience = createPatience({ clock, giveUpAfter, random: () => 0.5 })
  /** ms that the part rests. */
  const rest = async () => {
    const begun = clock.now()
    // Ends with the longest rest.
    while (patience.pausing(0)) await clock.advance(250)
    return clock.now() - begun
  }
  return { clock, patience, rest }
}

describe('a part whose first event is not taken', () => {
  it('rests longer each time, up to half a minute', async () => {
    const { patience, rest } = start()
    const rests: number[] = []
    for (let tries = 0; tries < 9; tries++) {
      expect(patience.lost(0, 'event')).toBe(false)
      rests.push(await rest())
    }
    expect(rests).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  })

  it('rests alone, and as shortly as the first time once an event was taken, or another one stands first', async () => {
    const { patience, rest } = start()
    for (let tries = 0; tries < 4; tries++) patience.lost(0, 'event')
    expect(patience.pausing(1)).toBe(false)
    patience.calm(0)
    expect(patience.pausing(0)).toBe(false)
    patience.lost(0, 'event')
    expect(await rest()).toBe(500)
    patience.lost(0, 'another')
    expect(await rest()).toBe(500)
  })

  it('goes on without the event once patience is over, counted from its first failure', async () => {
    const { patience, clock } = start({ giveUpAfter: 60_000 })
    expect(patience.lost(0, 'event')).toBe(false)
    await clock.advance(59_999)
    expect(patience.lost(0, 'event')).toBe(false)
    await clock.advance(1)
    expect(patience.lost(0, 'event')).toBe(true)
    expect(patience.pausing(0)).toBe(false)
  })
})
