import { describe, expect, it } from 'vitest'
import { createFlights } from './flights.ts'

function start() {
  const flights = createFlights<string>()
  const asked: string[] = []
  const landings: (() => void)[] = []
  const kept: string[] = []
  const join = (answer: string) =>
    flights.join('key', async isCurrent => {
      asked.push(answer)
      await new Promise<void>(resolve => landings.push(resolve))
      if (isCurrent()) kept.push(answer)
      return answer
    })
  const land = () => {
    for (const landing of landings.splice(0)) landing()
  }
  return { flights, join, land, asked, kept }
}

describe('a question under way', () => {
  it('is everybody’s, and the next one begins when it has its answer', async () => {
    const { join, land, asked } = start()
    const both = Promise.all([join('first'), join('second')])
    land()
    expect(await both).toEqual(['first', 'first'])
    const third = join('third')
    land()
    expect(await third).toBe('third')
    expect(asked).toEqual(['first', 'third'])
  })

  it('that was left still answers who waits for it, and keeps nothing', async () => {
    const { flights, join, land, kept } = start()
    const before = join('old')
    flights.leave('key')
    const after = [join('new'), join('newer')]
    land()
    expect(await before).toBe('old')
    expect(await Promise.all(after)).toEqual(['new', 'new'])
    expect(kept).toEqual(['new'])
  })

  it('that fails fails for all who wait, and for nobody who comes later', async () => {
    const flights = createFlights<string>()
    const fails = () => Promise.reject(new Error('away'))
    const both = await Promise.allSettled([flights.join('key', fails), flights.join('key', async () => 'unused')])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await flights.join('key', async () => 'answer')).toBe('answer')
  })
})
