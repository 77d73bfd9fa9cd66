import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPace, type Pace, watchLoop } from './loop.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('an event loop', () => {
  it('is stuck after a standstill of a second, and not by one of less', () => {
    const pace = createPace(0)
    expect(pace.beat(1050)).toBeUndefined()
    expect(pace.smooth()).toBe(true)
    expect(pace.beat(2200)).toEqual({ to: 'stuck', lag: 1050 })
    expect(pace.smooth()).toBe(false)
  })

  it('is smooth again after five seconds without a standstill, and says so once', () => {
    const pace = createPace(0)
    pace.beat(2000)
    expect(run(pace, 2000, 6900)).toEqual([])
    expect(pace.smooth()).toBe(false)
    expect(run(pace, 6900, 9000)).toEqual([{ to: 'smooth' }])
    expect(pace.smooth()).toBe(true)
  })

  it('stays stuck while it stumbles, by half a second at a time', () => {
    const pace = createPace(0)
    pace.beat(2000)
    run(pace, 2000, 6500)
    expect(pace.beat(7150)).toBeUndefined()
    expect(run(pace, 7150, 12_050)).toEqual([])
    expect(pace.smooth()).toBe(false)
    expect(run(pace, 12_050, 12_250)).toEqual([{ to: 'smooth' }])
  })

  it('is as it was last where nobody watches it any more, as in a process that leaves', () => {
    vi.useFakeTimers()
    const lines: string[] = []
    const loop = watchLoop(pino({ base: null }, { write: line => lines.push(line) }))
    loop.close()
    vi.advanceTimersByTime(3000)
    expect(loop.smooth()).toBe(true)
    expect(lines).toEqual([])
  })
})

/** In step from one moment to another; what has changed. */
function run(pace: Pace, from: number, to: number) {
  const turns = []
  for (let now = from + 100; now <= to; now += 100) turns.push(pace.beat(now))
  return turns.filter(turn => turn !== undefined)
}
