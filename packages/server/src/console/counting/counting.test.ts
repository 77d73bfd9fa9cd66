import { describe, expect, it } from 'vitest'
import { createRecent, seen } from './seen.ts'
import { addSlices, columns, createSlices, numberOf, sliceCount, sliceLength } from './slices.ts'
import { createSpread, quantilesOf, sum } from './spread.ts'

const noon = 1_795_262_400_000

describe('a spread of durations', () => {
  it('gives quantiles to within a step of its scale, which is half as much again at most', () => {
    const spread = createSpread()
    for (let n = 0; n < 98; n++) spread.note(10, noon)
    for (let n = 0; n < 2; n++) spread.note(700, noon)
    const { count, p50, p99 } = quantilesOf(spread.counts(noon))
    expect(count).toBe(100)
    expect(p50).toBeGreaterThanOrEqual(10)
    expect(p50).toBeLessThan(15)
    expect(p99).toBeGreaterThanOrEqual(700)
    expect(p99).toBeLessThan(1000)
  })

  it('forgets what is more than five minutes old', () => {
    const spread = createSpread()
    spread.note(10, noon)
    expect(quantilesOf(spread.counts(noon + 4 * 60_000)).count).toBe(1)
    expect(quantilesOf(spread.counts(noon + 5 * 60_000))).toEqual({ count: 0, p50: null, p99: null })
  })

  it('is added up over nodes', () => {
    const [one, other] = [createSpread(), createSpread()]
    one.note(1, noon)
    other.note(1, noon)
    other.note(100_000, noon)
    const { count, p99 } = quantilesOf(sum([one.counts(noon), other.counts(noon)]))
    expect(count).toBe(3)
    expect(p99).toBeGreaterThan(20_000)
  })
})

describe('slices of time', () => {
  const created = columns.indexOf('created')

  it('hold ten minutes', () => {
    const slices = createSlices()
    slices.count('created', noon)
    slices.count('created', noon)
    const last = slices.last(noon + 59 * sliceLength)
    expect(last).toHaveLength(sliceCount)
    expect(last[0]?.[created]).toBe(2)
    expect(
      slices
        .last(noon + 60 * sliceLength)
        .flat()
        .every(count => count === 0),
    ).toBe(true)
  })

  it('of a node that has looked earlier are added where they belong', () => {
    const [early, late] = [createSlices(), createSlices()]
    early.count('created', noon)
    late.count('created', noon)
    late.count('created', noon + sliceLength)
    const now = noon + sliceLength
    const nodes = [
      { newest: numberOf(noon), slices: early.last(noon) },
      { newest: numberOf(now), slices: late.last(now) },
    ]
    expect(
      addSlices(nodes, numberOf(now))
        .slice(-2)
        .map(slice => slice[created]),
    ).toEqual([2, 1])
  })
})

describe('an event on the console', () => {
  it('says nothing of who it was, from where, and nothing that somebody has made up', () => {
    const event = seen({
      type: 'refused',
      at: noon,
      ticket: 'abcdefghijkl',
      user: 'alice',
      address: '203.0.113.7',
      call: 'GET /v1/tickets/01ARZ3NDEKTSV4RRFFQ69G5FAV',
      code: 'not_found',
      error: new Error('secret'),
    })
    expect(event).toEqual({ at: noon, type: 'refused', ticket: 'abcdefghijkl', code: 'not_found' })
  })

  it('is kept until enough others have come', () => {
    const recent = createRecent(3)
    for (const ticket of ['a', 'b', 'a', 'c']) recent.add({ at: noon, type: 'created', ticket })
    expect(recent.last().map(({ ticket }) => ticket)).toEqual(['c', 'a', 'b'])
  })
})
