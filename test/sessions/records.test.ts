/** A person's sessions over HTTP: seen and ended from a browser, from the phone, and by the app's back end. */
import { describe, expect, it } from 'vitest'
import type { ListedSessionResource } from '../../packages/scanlogin/src/http.ts'
import type { ScriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { apiKey, start } from '../start.ts'
import { type Kind, origin, startWith } from './signed-in.ts'

interface Listed {
  sessions: ListedSessionResource[]
}

const kinds: Kind[] = ['stored', 'jwt']
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

const list = async (browser: ScriptedBrowser) => (await browser.call<Listed>('GET', '/sessions')).body.sessions ?? []
const isIn = async (browser: ScriptedBrowser) => (await browser.call('GET', '/session')).status === 200

describe.each(kinds)("a person's sessions (%s)", kind => {
  it('show where and how each came about', async () => {
    const { newBrowser, phone, signIn, clock } = startWith(kind, { handler: { clientAddress: () => '192.0.2.7' } })
    const browser = newBrowser({ headers: { 'user-agent': firefox } })
    await browser.create()
    const device = { id: 'phone-1', name: 'Alice’s phone\u202e' }
    const scan = await phone.call<{ scan_token: string }>('POST', '/scan', {
      body: { qr: browser.ticket.qr.url, user: phone.user, device },
    })
    await phone.call('POST', `/tickets/${browser.ticket.id}/confirm`, { body: { scan_token: scan.body.scan_token } })
    await browser.redeem()
    await clock.advance(90_000)
    const other = newBrowser()
    await signIn(other)
    const [newest, oldest] = await list(other)
    expect(newest).toMatchObject({ current: true, opened_ago: 0, claimed: { browser: 'unknown', os: 'unknown' } })
    expect(oldest).toEqual({
      id: expect.stringMatching(/^[\w-]{43}$/),
      opened_ago: 90,
      seen_ago: 90,
      expires_in: 28_710,
      observed: { ip: '192.0.2.7' },
      claimed: { browser: 'Firefox', os: 'Linux' },
      approved_by: { name: 'Alice’s phone' },
    })
  })

  it('end one by one, from any of them', async () => {
    const { newBrowser, signIn } = startWith(kind)
    const [here, there] = [newBrowser(), newBrowser()]
    await signIn(here)
    await signIn(there)
    const other = (await list(here)).find(({ current }) => !current)
    for (let n = 0; n < 2; n++) expect((await here.call('DELETE', `/sessions/${other?.id}`)).status).toBe(204)
    expect([await isIn(here), await isIn(there)]).toEqual([true, false])
    expect(await list(here)).toHaveLength(1)
  })

  it('end all but the one that asks', async () => {
    const { newBrowser, signIn } = startWith(kind)
    const browsers = [newBrowser(), newBrowser(), newBrowser()]
    for (const browser of browsers) await signIn(browser)
    const [first] = browsers
    expect((await first?.call('DELETE', '/sessions'))?.status).toBe(204)
    expect(await Promise.all(browsers.map(isIn))).toEqual([true, false, false])
  })

  it('are nobody else’s to see or to end', async () => {
    const { browser, stranger, signIn } = startWith(kind)
    await signIn()
    await signIn(stranger.browser, stranger.phone)
    const [mine] = await list(browser)
    expect((await stranger.browser.call('DELETE', `/sessions/${mine?.id}`)).status).toBe(204)
    expect((await stranger.browser.call('DELETE', '/sessions')).status).toBe(204)
    expect(await isIn(browser)).toBe(true)
    expect((await list(stranger.browser)).map(({ id }) => id)).not.toContain(mine?.id)
  })

  it('are for the phone that is signed in to see and to end', async () => {
    const users = new Map([['Bearer alices-app-token', { id: 'alice' }]])
    const { newBrowser, fetch } = startWith(kind, {
      handler: { authenticate: request => users.get(request.headers.get('authorization') ?? '') },
    })
    const browser = newBrowser()
    const headers = { authorization: 'Bearer alices-app-token', 'content-type': 'application/json' }
    await browser.create()
    const android = { ...headers, 'user-agent': 'Mozilla/5.0 (Linux; Android 16) Chrome/140.0' }
    const body = JSON.stringify({ qr: browser.ticket.qr.url, device: { id: 'phone-1' } })
    const { scan_token } = await (await fetch('/v1/scan', { method: 'POST', headers: android, body })).json()
    const path = `/v1/tickets/${browser.ticket.id}/confirm`
    await fetch(path, { method: 'POST', headers, body: JSON.stringify({ scan_token }) })
    await browser.redeem()
    const { sessions }: Listed = await (await fetch('/v1/sessions', { headers })).json()
    expect(sessions.map(({ current }) => current)).toEqual([undefined])
    expect(sessions[0]?.approved_by).toEqual({ claimed: { browser: 'Chrome', os: 'Android' } })
    expect((await fetch('/v1/sessions', { method: 'DELETE', headers })).status).toBe(204)
    expect(await isIn(browser)).toBe(false)
  })

  it('are for the app’s back end to see and to end, of whichever user it names', async () => {
    const { browser, phone, stranger, signIn, fetch } = startWith(kind)
    await signIn()
    await signIn(stranger.browser, stranger.phone)
    const headers = { authorization: `Bearer ${apiKey}` }
    const of = (id = '') => `?user=${encodeURIComponent(id)}`
    const { sessions }: Listed = await (await fetch(`/v1/sessions${of(phone.user?.id)}`, { headers })).json()
    expect(sessions).toHaveLength(1)
    expect((await fetch('/v1/sessions', { headers })).status).toBe(400)
    const path = `/v1/sessions/${sessions[0]?.id}`
    await fetch(`${path}${of(stranger.phone.user?.id)}`, { method: 'DELETE', headers })
    expect(await isIn(browser)).toBe(true)
    await fetch(`${path}${of(phone.user?.id)}`, { method: 'DELETE', headers })
    expect([await isIn(browser), await isIn(stranger.browser)]).toEqual([false, true])
  })

  it('that a phone has approved end with it, where its app says so', async () => {
    const { newBrowser, phone, fetch } = startWith(kind)
    const [one, other] = [newBrowser(), newBrowser()]
    for (const [browser, id] of [
      [one, 'phone-1'],
      [other, 'phone-2'],
    ] as const) {
      await browser.create()
      const body = { qr: browser.ticket.qr.url, user: phone.user, device: { id } }
      const { scan_token } = (await phone.call<{ scan_token: string }>('POST', '/scan', { body })).body
      await phone.call('POST', `/tickets/${browser.ticket.id}/confirm`, { body: { scan_token } })
      await browser.redeem()
    }
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    const end = (body: unknown) =>
      fetch(`/v1/sessions/end?user=${phone.user?.id}`, { method: 'POST', headers, body: JSON.stringify(body) })
    for (const wrong of [{}, { device: {} }, { device: 'phone-1' }, { device: { id: '' } }]) {
      expect((await end(wrong)).status).toBe(400)
    }
    expect((await end({ device: { id: 'phone-1' } })).status).toBe(204)
    expect([await isIn(one), await isIn(other)]).toEqual([false, true])
  })

  it('do not open once the phone that approved has signed out, and do again when it approves another', async () => {
    const { newBrowser, phone, fetch, clock, sessions } = startWith(kind)
    const approve = async (browser: ScriptedBrowser) => {
      await browser.create()
      const body = { qr: browser.ticket.qr.url, user: phone.user, device: { id: 'phone-1' } }
      const { scan_token } = (await phone.call<{ scan_token: string }>('POST', '/scan', { body })).body
      await phone.call('POST', `/tickets/${browser.ticket.id}/confirm`, { body: { scan_token } })
    }
    const [late, later] = [newBrowser(), newBrowser()]
    await approve(late)
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ device: { id: 'phone-1' } })
    await fetch(`/v1/sessions/end?user=${phone.user?.id}`, { method: 'POST', headers, body })
    for (const code of ['account_unavailable', 'already_redeemed']) {
      const reply = await late.redeem()
      expect([reply.body.code, reply.headers.getSetCookie()]).toEqual([code, []])
    }
    expect(await sessions.list(phone.user?.id ?? '')).toEqual([])
    await clock.advance(1000)
    await approve(later)
    expect((await later.redeem()).status).toBe(200)
    expect(await isIn(later)).toBe(true)
  })

  it('are asked for by somebody, and of nobody else', async () => {
    const { browser, signIn, fetch } = startWith(kind)
    await signIn()
    expect((await fetch('/v1/sessions')).status).toBe(401)
    expect((await browser.call('GET', '/sessions?user=somebody')).status).toBe(400)
  })
})

describe('a host that keeps its own sessions', () => {
  it.each(['GET /v1/sessions', 'DELETE /v1/sessions', 'POST /v1/token', 'GET /.well-known/jwks.json'])(
    'has no %s',
    async call => {
      const [method = '', path = ''] = call.split(' ')
      const { fetch } = start({ handler: { signIn: () => ({}) } })
      expect((await fetch(path, { method, headers: { origin } })).status).toBe(404)
    },
  )
})
