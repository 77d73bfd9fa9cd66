/** Sign-ins that somebody ends who runs the site, over the memory store. */
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../stores/memory.ts'
import { createClock } from '../testing/clock.ts'
import type { LoginEvent } from './events/event.ts'
import { createLogin } from './login.ts'
import { createOperator } from './operator.ts'

async function start() {
  const clock = createClock()
  const store = memoryStore({ clock })
  const heard: LoginEvent[] = []
  const options = { store, clock, onEvent: (event: LoginEvent) => void heard.push(event), keepEvents: 'final' } as const
  const login = createLogin({ ...options, publicUrl: 'https://id.example.com' })
  const browser = await login.create({ origin: { ip: '203.0.113.7', browser: 'Firefox', os: 'Linux' } })
  const { id } = browser.ticket.birth
  return { clock, store, heard, login, browser, id, operator: createOperator(options) }
}

const alice = { id: 'alice' }

describe('an operator', () => {
  it('ends a sign-in at any step before it was collected, and the phone and the browser go no further', async () => {
    for (const steps of [0, 1, 2]) {
      const { login, browser, id, operator } = await start()
      const scanned = steps > 0 ? await login.scan({ qr: browser.qrUrl }, alice) : undefined
      if (scanned && steps > 1) await login.confirm(id, scanned.scanToken)
      expect((await operator.revoke(id, 'somebody')).state).toBe('cancelled')
      expect((await login.read(id, browser.secret)).state).toBe('cancelled')
      await expect(login.redeem(id, browser.secret)).rejects.toMatchObject({ code: 'ticket_cancelled' })
      if (scanned)
        await expect(login.confirm(id, scanned.scanToken)).rejects.toMatchObject({ code: 'ticket_cancelled' })
    }
  })

  it('is named in the event, once, and the browser that gives up itself is not', async () => {
    const { heard, login, browser, id, operator } = await start()
    await operator.revoke(id, 'somebody')
    await operator.revoke(id, 'somebody else')
    const other = await login.create({ origin: browser.ticket.birth.origin })
    await login.cancel(other.ticket.birth.id, other.secret)
    const ends = heard.filter(({ type }) => type === 'cancelled')
    expect(ends.map(({ by }) => by)).toEqual(['somebody', undefined])
  })

  it('leaves the end in the outbox like everybody else', async () => {
    const { store, id, operator } = await start()
    await operator.revoke(id, 'somebody')
    const told: string[] = []
    for (let part = 0; part < (store.outbox?.parts ?? 0); part++) {
      told.push(...((await store.outbox?.take(part, 10, 1000))?.events ?? []))
    }
    expect(told.map(text => JSON.parse(text).type)).toEqual(['ticket.cancelled'])
  })

  it('comes too late for what has ended, and hears how', async () => {
    const collected = await start()
    const { scanToken } = await collected.login.scan({ qr: collected.browser.qrUrl }, alice)
    await collected.login.confirm(collected.id, scanToken)
    await collected.login.redeem(collected.id, collected.browser.secret)
    await expect(collected.operator.revoke(collected.id, 'x')).rejects.toMatchObject({ code: 'already_redeemed' })

    const denied = await start()
    const scanned = await denied.login.scan({ qr: denied.browser.qrUrl }, alice)
    await denied.login.deny(denied.id, scanned.scanToken)
    await expect(denied.operator.revoke(denied.id, 'x')).rejects.toMatchObject({ code: 'ticket_denied' })
    expect(denied.heard.find(({ type }) => type === 'denied')?.because).toBe('denied_on_phone')

    const expired = await start()
    await expired.clock.advance(121_000)
    await expect(expired.operator.revoke(expired.id, 'x')).rejects.toMatchObject({ code: 'ticket_expired' })
    await expect(expired.operator.revoke('0'.repeat(26), 'x')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('and a browser that collects at the same moment have one winner', async () => {
    const { login, browser, id, operator } = await start()
    const { scanToken } = await login.scan({ qr: browser.qrUrl }, alice)
    await login.confirm(id, scanToken)
    const [revoked, redeemed] = await Promise.allSettled([operator.revoke(id, 'x'), login.redeem(id, browser.secret)])
    expect([revoked.status, redeemed.status].sort()).toEqual(['fulfilled', 'rejected'])
  })
})
