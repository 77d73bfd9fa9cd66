/** What the client makes of a server on which somebody has stopped all new sign-ins. */
import { describe, expect, it } from 'vitest'
import { createClock } from '../testing/clock.ts'
import { createClient } from './client.ts'
import type { ClientState } from './state.ts'

describe('a server that takes no new sign-ins', () => {
  it('is told of at once, with the reason of who has stopped them', async () => {
    const { becomes } = ask('Codes are being sent around')
    await becomes({ state: 'offline', problem: { code: 'rate_limited', detail: 'Codes are being sent around' } })
  })

  it('is asked again less and less often', async () => {
    const { clock, calls } = ask('Codes are being sent around')
    for (let round = 1; round <= 10; round++) {
      await eventually(() => calls.length).toBe(round)
      await clock.advance(30_000)
      expect(calls.length).toBe(round)
      // Half of half a second that doubles each time and ends at a minute.
      await clock.advance(Math.min(60_000, 500 * 2 ** (round - 1)) / 2 + 1)
    }
  })

  it('says nothing that is long, in several lines, or turned around', async () => {
    const { client, becomes } = ask(`\u202eGo to\r\n\u0007evil\u2066 ${'x'.repeat(400)}`)
    await becomes({ state: 'offline' })
    const { problem } = client.state as Extract<ClientState, { state: 'offline' }>
    expect(problem.detail).toMatch(/^Go to evil x+$/)
    expect(problem.detail).toHaveLength(200)
  })

  it('gives no reason where nobody has written any', async () => {
    const { client, becomes } = ask(' \u200b ')
    await becomes({ state: 'offline' })
    expect(client.state).not.toHaveProperty('problem.detail')
  })
})

/** A page that asks for a code and is refused with this reason each time. */
function ask(detail: string) {
  const clock = createClock()
  const calls: string[] = []
  const client = createClient({
    clock,
    random: () => 0.5,
    memory: false,
    async fetch(url) {
      calls.push(url)
      const body = { type: 'about:blank', code: 'rate_limited', title: 'Too many tries', status: 429, detail }
      return Response.json(body, { status: 429, headers: { 'retry-after': '30' } })
    },
  })
  client.start()
  const becomes = (state: object) => eventually(() => client.state).toMatchObject(state)
  return { client, clock, calls, becomes }
}

/** With patience for a busy machine. */
function eventually<T>(look: () => T) {
  return expect.poll(look, { interval: 5, timeout: 15_000 })
}
