import { describe, expect, it } from 'vitest'
import { createClock } from '../../testing/clock.ts'
import { LoginError } from '../errors.ts'
import { createLookup } from './lookup.ts'

function start({ staleness = 5, most = 100 } = {}) {
  const clock = createClock()
  const values = new Map([['key', 'first']])
  const asked: string[] = []
  let failing = false
  let held: Promise<void> | undefined
  const lookup = createLookup({
    async load(key) {
      asked.push(key)
      const value = values.get(key)
      await held
      if (failing) throw new LoginError('store_unavailable')
      return value
    },
    clock,
    staleness,
    most,
    random: () => 0,
  })
  return {
    clock,
    values,
    asked,
    lookup,
    fail: (now: boolean) => {
      failing = now
    },
    hold() {
      let release = () => {}
      held = new Promise(resolve => {
        release = resolve
      })
      return () => {
        held = undefined
        release()
      }
    },
  }
}

describe('a lookup', () => {
  it('asks once for what many want at the same time', async () => {
    const { lookup, asked, hold } = start()
    const release = hold()
    const answers = Array.from({ length: 100 }, () => lookup.find('key'))
    release()
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['first']))
    expect(asked).toHaveLength(1)
  })

  it('gives no answer that is older than its bound', async () => {
    const { lookup, clock, values } = start()
    await lookup.find('key')
    values.set('key', 'second')
    await clock.advance(2400)
    expect(await lookup.find('key')).toBe('first')
    await clock.advance(2600)
    expect(await lookup.find('key')).toBe('second')
  })

  it('counts the age of an answer from the question, however long it took', async () => {
    const { lookup, clock, values, hold } = start()
    const release = hold()
    const slow = lookup.find('key')
    await clock.advance(4999)
    release()
    await slow
    values.set('key', 'second')
    await clock.advance(1)
    expect(await lookup.find('key')).toBe('second')
  })

  it('renews what is hot while it still answers from the copy', async () => {
    const { lookup, clock, values, asked } = start()
    await lookup.find('key')
    values.set('key', 'second')
    await clock.advance(2500)
    expect(await lookup.find('key')).toBe('first')
    await clock.advance(0)
    expect(await lookup.find('key')).toBe('second')
    expect(asked).toHaveLength(2)
  })

  it('answers from a copy while the store is away, and fails when that is over', async () => {
    const { lookup, clock, fail } = start()
    await lookup.find('key')
    fail(true)
    await clock.advance(4999)
    expect(await lookup.find('key')).toBe('first')
    await clock.advance(1)
    await expect(lookup.find('key')).rejects.toMatchObject({ code: 'store_unavailable' })
    fail(false)
    expect(await lookup.find('key')).toBe('first')
  })

  it('keeps nothing that was read before the key was forgotten', async () => {
    const { lookup, values, hold } = start()
    const release = hold()
    const before = lookup.find('key')
    lookup.forget('key')
    values.set('key', 'second')
    release()
    expect(await before).toBe('first')
    expect(await lookup.find('key')).toBe('second')
  })

  it('renews what may have changed, and answers from the copy until that is done or over', async () => {
    const { lookup, clock, values, asked, fail } = start()
    await lookup.find('key')
    values.set('key', 'second')
    lookup.age('key')
    expect(await lookup.find('key')).toBe('first')
    await clock.advance(0)
    expect(await lookup.find('key')).toBe('second')
    expect(asked).toHaveLength(2)
    fail(true)
    lookup.age('key')
    await clock.advance(4999)
    expect(await lookup.find('key')).toBe('second')
    await clock.advance(1)
    await expect(lookup.find('key')).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('keeps nothing that was read before the key may have changed', async () => {
    const { lookup, values, hold } = start()
    const release = hold()
    const before = lookup.find('key')
    lookup.age('key')
    values.set('key', 'second')
    release()
    expect(await before).toBe('first')
    expect(await lookup.find('key')).toBe('second')
  })

  it('remembers no strangers, and no more than it may', async () => {
    const { lookup, values, asked } = start({ most: 10 })
    await lookup.find('stranger')
    await lookup.find('stranger')
    expect(asked).toEqual(['stranger', 'stranger'])
    for (let n = 0; n < 40; n++) values.set(`key ${n}`, 'value')
    for (let n = 0; n < 40; n++) await lookup.find(`key ${n}`)
    await lookup.find('key 0')
    expect(asked.filter(key => key === 'key 0')).toHaveLength(2)
    await lookup.find('key 39')
    expect(asked.filter(key => key === 'key 39')).toHaveLength(1)
  })

  it('without staleness asks each time', async () => {
    const { lookup, asked } = start({ staleness: 0 })
    await lookup.find('key')
    await lookup.find('key')
    expect(asked).toHaveLength(2)
  })

  it('counts its copies and its loads', async () => {
    const { lookup } = start()
    for (let n = 0; n < 3; n++) await lookup.find('key')
    expect(lookup.counts()).toEqual({ copies: 2, loads: 1 })
  })
})
