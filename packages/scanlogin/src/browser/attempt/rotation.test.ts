import { describe, expect, it } from 'vitest'
import { makePayload } from '../../core/codes/qr-payload.ts'
import type { CreatedResource } from '../../http/wire.ts'
import { createClock } from '../../testing/clock.ts'
import { native, portable } from '../digest.ts'
import { qrUrlAt, startRotation } from './rotation.ts'

const id = '0123456789ABCDEFGHJKMNPQRS'
const key = '-_8BAgMEBQYHCAkKCwwNDg'

const created: CreatedResource = {
  id,
  state: 'pending',
  version: 1,
  expires_in: 120,
  poll_after: 1,
  qr: { url: `https://id.example.com/s#${id}.0.XXXXXXXXXX`, rotation: { key, step_seconds: 10 } },
  user_code: 'WDJB-MJHT',
}

describe('a rotating code', () => {
  for (const [name, digests] of Object.entries({ native, portable })) {
    it(`is the one that the server expects at each step (${name} digest)`, async () => {
      for (let step = 0; step < 30; step++) {
        const expected = `https://id.example.com/s#${await makePayload(id, key, step * 10_000)}`
        expect(await qrUrlAt(created, step, digests)).toBe(expected)
      }
    })
  }

  it('is drawn at each step and never between', async () => {
    const { clock, drawn } = start()
    await clock.advance(9_999)
    expect(drawn).toEqual([])
    await clock.advance(1)
    await eventually(() => drawn.map(stepOf)).toEqual(['1'])
    await clock.advance(10_000)
    await eventually(() => drawn.map(stepOf)).toEqual(['1', '2'])
  })

  it('catches up when the page had been asleep and the server knows better', async () => {
    const { clock, drawn, rotation } = start()
    await clock.advance(3_000)
    rotation.isAged(45)
    await eventually(() => drawn.map(stepOf)).toEqual(['4'])
    await clock.advance(5_000)
    await eventually(() => drawn.map(stepOf)).toEqual(['4', '5'])
  })

  it('does not fall back when an answer of the server was long on its way', async () => {
    const { clock, drawn, rotation } = start()
    await clock.advance(10_000)
    await eventually(() => drawn.length).toBe(1)
    await clock.advance(10_000)
    await eventually(() => drawn.length).toBe(2)
    rotation.isAged(1)
    await clock.advance(9_999)
    expect(drawn.length).toBe(2)
  })

  it('stops when it is stopped', async () => {
    const { clock, drawn, rotation } = start()
    rotation.stop()
    await clock.advance(60_000)
    expect(drawn).toEqual([])
    expect(clock.timers()).toBe(0)
  })

  it('stays as it is where the server does not rotate it', async () => {
    const still = { ...created, qr: { url: `https://id.example.com/s#${id}` } }
    const { clock, drawn } = start(still)
    await clock.advance(60_000)
    expect(drawn).toEqual([])
    expect(await qrUrlAt(still, 3)).toBe(still.qr.url)
  })

  it('says so when the next one cannot be made', async () => {
    const { clock, failures } = start({ ...created, qr: { ...created.qr, rotation: { key: '!', step_seconds: 10 } } })
    await clock.advance(10_000)
    await eventually(failures).toBe(1)
  })
})

function start(ticket = created) {
  const clock = createClock()
  const drawn: string[] = []
  let failures = 0
  const rotation = startRotation(ticket, {
    clock,
    draw: url => drawn.push(url),
    fail: () => {
      failures += 1
    },
  })
  return { clock, drawn, rotation, failures: () => failures }
}

function stepOf(url: string): string | undefined {
  return url.split('#')[1]?.split('.')[1]
}

/** With patience for a busy machine. */
function eventually<T>(look: () => T) {
  return expect.poll(look, { interval: 5, timeout: 15_000 })
}
