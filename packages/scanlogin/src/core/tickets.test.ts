/** A change and the deadline: whatever a slow store does, what has been seen to end does not come back. */
import { expect, it } from 'vitest'
import { memoryStore } from '../stores/memory.ts'
import { createClock } from '../testing/clock.ts'
import { createLogin } from './login.ts'
import type { Store } from './store.ts'

const origin = { ip: undefined, browser: 'Firefox', os: 'Linux' }

it('a confirm whose write arrives after the deadline is refused, and the ticket stays expired', async () => {
  const clock = createClock()
  const store = memoryStore({ clock })
  const slow: Store = {
    ...store,
    async put(key, entry, only) {
      // Decided in time, written too late: the way to the store took a second.
      if (entry.value.includes('"confirmed"')) await clock.advance(1000)
      return store.put(key, entry, only)
    },
  }
  const login = createLogin({ store: slow, publicUrl: 'https://id.example.com', clock })
  const { ticket, secret, qrUrl } = await login.create({ origin })
  const { id } = ticket.birth
  const scanned = await login.scan({ qr: qrUrl }, { id: 'alice' })
  await clock.advance(scanned.ticket.deadline - clock.now() - 1)

  await expect(login.confirm(id, scanned.scanToken)).rejects.toMatchObject({ code: 'ticket_expired' })
  expect(await login.read(id, secret)).toMatchObject({ state: 'scanned', version: 2 })
  await expect(login.redeem(id, secret)).rejects.toMatchObject({ code: 'ticket_expired' })
})

it('a change that a store calls too late, though nobody was first, is an expired ticket and not an endless loop', async () => {
  const clock = createClock()
  const store = memoryStore({ clock })
  const early: Store = { ...store, put: async (key, entry, only) => only === undefined && store.put(key, entry) }
  const login = createLogin({ store: early, publicUrl: 'https://id.example.com', clock })
  const { qrUrl } = await login.create({ origin })
  await expect(login.scan({ qr: qrUrl }, { id: 'alice' })).rejects.toMatchObject({ code: 'ticket_expired' })
})

it('one user who scans their own ticket a hundred times at once costs a bounded number of tries', async () => {
  let puts = 0
  const store = memoryStore()
  const counted: Store = {
    ...store,
    async put(key, entry, only) {
      puts++
      // Every write takes its time, so that all others have read what it replaces.
      await new Promise(resolve => setTimeout(resolve, 0))
      return store.put(key, entry, only)
    },
  }
  const login = createLogin({ store: counted, publicUrl: 'https://id.example.com' })
  const { qrUrl } = await login.create({ origin })
  const scans = await Promise.allSettled(Array.from({ length: 100 }, () => login.scan({ qr: qrUrl }, { id: 'alice' })))
  const refused = scans.flatMap(scan => (scan.status === 'rejected' ? [scan.reason.code] : []))
  expect(new Set(refused)).toEqual(new Set(['rate_limited']))
  expect(puts).toBeLessThan(100 * 40)
})
