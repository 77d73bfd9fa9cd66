/** Where a browser is, as the host's database says it: beside "sign in", and in the list of sessions. */
import { describe, expect, it } from 'vitest'
import type { HandlerOptions, ListedSessionResource } from '../../packages/scanlogin/src/http.ts'
import { type Kind, startWith } from '../sessions/signed-in.ts'

interface Listed {
  sessions: ListedSessionResource[]
}

const kinds: Kind[] = ['stored', 'jwt']

/** A browser that has been signed in, with what the phone was shown and what the person's list says. */
async function shown(kind: Kind, handler: Partial<HandlerOptions>) {
  const { browser, phone } = startWith(kind, { handler: { clientAddress: () => '192.0.2.7', ...handler } })
  await browser.create()
  const { body } = await phone.scan(browser.ticket.qr.url)
  await phone.confirm()
  const { status } = await browser.redeem()
  const [session] = (await browser.call<Listed>('GET', '/sessions')).body.sessions ?? []
  return { status, asked: body.context?.observed, listed: session?.observed }
}

describe.each(kinds)('the place of a browser (%s)', kind => {
  it('stands beside its address on the phone and in the list of sessions', async () => {
    const locate = (address: string) => (address === '192.0.2.7' ? { name: 'Head \u202eoffice' } : undefined)
    const { asked, listed } = await shown(kind, { locate })
    expect(asked).toMatchObject({ ip: '192.0.2.7', place: 'Head office' })
    expect(listed).toEqual({ ip: '192.0.2.7', place: 'Head office' })
  })

  it('is left out where it has no name', async () => {
    const { asked, listed } = await shown(kind, { locate: () => ({ latitude: 31.2, longitude: 121.5 }) })
    expect(asked).not.toHaveProperty('place')
    expect(listed).toEqual({ ip: '192.0.2.7' })
  })

  it('is not asked for where the address is not known', async () => {
    const asked: string[] = []
    const locate = (address: string) => {
      asked.push(address)
      return undefined
    }
    expect(await shown(kind, { locate, clientAddress: () => undefined })).toMatchObject({ status: 200 })
    expect(asked).toEqual([])
  })

  it('keeps nobody from signing in when the database is out of order, and the host hears of it once', async () => {
    const errors: unknown[] = []
    const locate = async () => {
      throw new Error('no database')
    }
    const { status, asked, listed } = await shown(kind, { locate, onError: error => errors.push(error) })
    expect(status).toBe(200)
    expect(asked).not.toHaveProperty('place')
    expect(listed).toEqual({ ip: '192.0.2.7' })
    expect(errors).toEqual([expect.objectContaining({ message: 'no database' })])
  })
})
