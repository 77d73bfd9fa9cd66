import { describe, expect, it } from 'vitest'
import { createClock } from './clock.ts'

describe('a manual clock', () => {
  it('stands still until it is moved', async () => {
    const clock = createClock(1000)
    expect(clock.now()).toBe(1000)
    await clock.advance(5)
    expect(clock.now()).toBe(1005)
  })

  it('fires timers in the order of their time, each at its own time', async () => {
    const clock = createClock(0)
    const fired: string[] = []
    clock.after(30, () => fired.push(`late at ${clock.now()}`))
    clock.after(10, () => fired.push(`early at ${clock.now()}`))
    clock.after(10, () => fired.push(`early too at ${clock.now()}`))
    clock.after(31, () => fired.push('not yet'))
    await clock.advance(30)
    expect(fired).toEqual(['early at 10', 'early too at 10', 'late at 30'])
    expect(clock.timers()).toBe(1)
  })

  it('lets promises settle between two timers', async () => {
    const clock = createClock(0)
    const order: string[] = []
    const first = new Promise<void>(resolve => clock.after(1, resolve))
    const chain = first.then(() => {}).then(() => order.push('what waited for the first timer'))
    clock.after(2, () => order.push('the second timer'))
    await clock.advance(2)
    await chain
    expect(order).toEqual(['what waited for the first timer', 'the second timer'])
  })

  it('fires a timer that was set on the way', async () => {
    const clock = createClock(0)
    let fired = 0
    const again = () => {
      fired = clock.now()
      clock.after(10, again)
    }
    clock.after(10, again)
    await clock.advance(35)
    expect(fired).toBe(30)
  })

  it('fires again and again what was asked for so, until it is taken back', async () => {
    const clock = createClock(0)
    const fired: number[] = []
    const stop = clock.every(10, () => fired.push(clock.now()))
    await clock.advance(35)
    stop()
    await clock.advance(35)
    expect(fired).toEqual([10, 20, 30])
    expect(clock.timers()).toBe(0)
  })

  it('does not fire a timer that was taken back', async () => {
    const clock = createClock(0)
    const stop = clock.after(1, () => expect.unreachable())
    stop()
    stop()
    expect(clock.timers()).toBe(0)
    await clock.advance(10)
  })

  it('does not run backwards', async () => {
    await expect(createClock().advance(-1)).rejects.toThrow(TypeError)
    await expect(createClock().advance(Number.NaN)).rejects.toThrow(TypeError)
  })
})
