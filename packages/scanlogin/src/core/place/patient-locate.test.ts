import { describe, expect, it } from 'vitest'
import { createClock } from '../../testing/clock.ts'
import { createPatientLocate, locateDeadline } from './patient-locate.ts'
import type { Locate } from './place.ts'

function asking(locate: Locate) {
  const clock = createClock()
  const errors: unknown[] = []
  return { clock, errors, find: createPatientLocate({ locate, clock, onError: error => errors.push(error) }) }
}

/** What a host's own JavaScript may give, whatever the types say. */
const untyped = (answer: unknown): Locate => Function.prototype.call.bind(() => answer, undefined)

describe('a place', () => {
  it('is what the database says, its name without what would change the page around it', async () => {
    const { find, errors } = asking(() => ({
      name: 'Shang\u202ehai\n',
      latitude: 31.2,
      longitude: 121.5,
      country: 'CN',
    }))
    expect(await find('192.0.2.1')).toEqual({ name: 'Shanghai', latitude: 31.2, longitude: 121.5, country: 'CN' })
    expect(errors).toEqual([])
  })

  it('is not known where the database does not know it, which is no failure', async () => {
    const { find, errors } = asking(async () => undefined)
    expect(await find('192.0.2.1')).toBeUndefined()
    expect(errors).toEqual([])
  })

  it('is not known where the database throws, and that is told once a minute', async () => {
    const { find, errors, clock } = asking(() => {
      throw new Error('no database')
    })
    for (let asked = 0; asked < 5; asked++) expect(await find('192.0.2.1')).toBeUndefined()
    expect(errors).toEqual([expect.objectContaining({ message: 'no database' })])
    await clock.advance(60_000)
    await find('192.0.2.1')
    expect(errors).toHaveLength(2)
  })

  it('is not known where the database does not answer in time', async () => {
    const { find, errors, clock } = asking(() => new Promise(() => {}))
    const place = find('192.0.2.1')
    await clock.advance(locateDeadline)
    expect(await place).toBeUndefined()
    expect(errors).toHaveLength(1)
  })

  it.each(['Shanghai', { name: 7 }, { latitude: 91 }, { longitude: Number.NaN }, { country: {} }])(
    'is not known where the database says %j',
    async answer => {
      const { find, errors } = asking(untyped(answer))
      expect(await find('192.0.2.1')).toBeUndefined()
      expect(errors).toEqual([expect.any(TypeError)])
    },
  )
})
