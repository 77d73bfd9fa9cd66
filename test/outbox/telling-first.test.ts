/** With tickets in memory: what a process has answered, the journal has before, because the outbox goes with the process. */
import { describe, expect, it } from 'vitest'
import { memoryStore, systemClock } from '../../packages/scanlogin/src/index.ts'
import type { TicketEvent } from '../../packages/scanlogin/src/outbox.ts'
import { tellingFirst } from '../../packages/server/src/outbox/open.ts'
import { start } from '../start.ts'

describe('an end that is answered', () => {
  it('is in the journal by then', async () => {
    let written = () => {}
    const heard: TicketEvent[] = []
    const store = tellingFirst(memoryStore(), event => {
      heard.push(event)
      return new Promise(resolve => {
        written = resolve
      })
    })
    const { browser } = start({ login: { store, keepEvents: 'final', clock: systemClock } })
    await browser.create()
    let answered = false
    const cancelled = browser.cancel().then(reply => {
      answered = true
      return reply
    })
    await new Promise(resolve => setTimeout(resolve, 50))
    expect([heard.map(({ type }) => type), answered]).toEqual([['ticket.cancelled'], false])
    written()
    expect((await cancelled).status).toBe(204)
  })

  it('is answered though the journal is out of order, and stays in the outbox', async () => {
    const store = tellingFirst(memoryStore(), async () => {
      throw new Error('the disk is full')
    })
    const entry = { version: 1, expiresAt: Date.now() + 60_000, value: '' }
    expect(await store.put('one', entry, { also: { events: [cancelled] } })).toBe(true)
    expect(await store.outbox?.depth(0)).toBe(1)
  })

  it('is told of only where the step was taken', async () => {
    const heard: TicketEvent[] = []
    const store = tellingFirst(memoryStore(), event => void heard.push(event))
    const entry = { version: 2, expiresAt: Date.now() + 60_000, value: '' }
    expect(await store.put('one', entry, { also: { events: [cancelled] } })).toBe(false)
    expect(heard).toEqual([])
  })
})

const cancelled = JSON.stringify({
  id: 'e',
  type: 'ticket.cancelled',
  timestamp: '',
  data: { ticket: 't', version: 2 },
})
