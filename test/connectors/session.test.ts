/** The session of somebody whom a connector has recognised: the same kind that a QR code leads to. */
import { describe, expect, it } from 'vitest'
import type { HandlerOptions } from '../../packages/scanlogin/src/http.ts'
import { type Kind, startWith as startWithSessions } from '../sessions/signed-in.ts'
import { start } from '../start.ts'

const user = { id: 'a_1', name: 'Li' }
const token = 'x'.repeat(43)
const cookie = '__Host-scanlogin-session'

describe.each(['stored', 'jwt'] as const)('a session of a person who was recognised (%s)', kind => {
  it('is read, listed and ended as any other', async () => {
    const { handler, fetch, arrive } = startWith(kind)
    const reply = await arrive()
    expect(reply.status).toBe(200)
    expect(await reply.json()).toMatchObject({ user: { id: 'a_1' }, session: { expires_in: 28_800 } })
    const headers = cookiesOf(reply)
    expect((await (await fetch('/v1/session', { headers })).json()).user.id).toBe('a_1')
    const { sessions } = await (await fetch('/v1/sessions', { headers })).json()
    expect(sessions).toMatchObject([{ current: true, observed: { ip: '192.0.2.7' }, claimed: { browser: 'Firefox' } }])
    await fetch('/v1/session', { method: 'DELETE', headers: { ...headers, origin: 'https://id.example.com' } })
    expect((await handler(new Request('https://id.example.com/v1/session', { headers }))).status).toBe(401)
  })

  it('is the same one where the browser repeats its call, and another one for another arrival', async () => {
    const { fetch, arrive } = startWith(kind)
    const first = cookiesOf(await arrive())
    const second = cookiesOf(await arrive())
    const { sessions } = await (await fetch('/v1/sessions', { headers: second })).json()
    expect(sessions).toHaveLength(1)
    expect((await fetch('/v1/session', { headers: first })).status).toBe(200)
  })

  it('ends the one that the browser had before, whatever that was planted as', async () => {
    const { fetch, arrive } = startWith(kind)
    const before = cookiesOf(await arrive('y'.repeat(43)))
    const after = cookiesOf(await arrive(token, before))
    expect((await fetch('/v1/session', { headers: after })).status).toBe(200)
    expect((await fetch('/v1/session', { headers: before })).status).toBe(401)
    expect(after.cookie).not.toContain(before.cookie.split(';')[0]?.split('=')[1])
  })

  it('is refused for an account that is not available now', async () => {
    const { arrive } = startWith(kind, { accountAvailable: () => false })
    const reply = await arrive()
    expect([reply.status, reply.headers.getSetCookie()]).toEqual([403, []])
    expect(await reply.json()).toMatchObject({ code: 'account_unavailable' })
  })

  it('is not opened on a guess where nobody can say whether the account is available', async () => {
    const outage = () => Promise.reject(new Error('the database is away'))
    const { arrive, failures } = startWith(kind, { accountAvailable: outage })
    const reply = await arrive()
    expect([reply.status, reply.headers.getSetCookie()]).toEqual([500, []])
    expect(failures).toHaveLength(1)
  })
})

describe('a host with sessions of its own', () => {
  it('opens them itself', async () => {
    const { handler } = start({ handler: { signIn: () => ({}) } })
    const reply = await handler.signIn(new Request('https://id.example.com/'), { user, token, amr: [] })
    expect(reply.status).toBe(404)
  })
})

function startWith(kind: Kind, handler: Partial<HandlerOptions> = {}) {
  const site = startWithSessions(kind, { handler })
  const arrive = (given = token, headers: Record<string, string> = {}) => {
    const request = new Request('https://id.example.com/connect/wechat', {
      headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', ...headers },
    })
    return site.handler.signIn(request, { user, token: given, amr: ['fed'], peer: '192.0.2.7' })
  }
  return { ...site, arrive }
}

function cookiesOf(reply: Response): { cookie: string } {
  const pairs = reply.headers.getSetCookie().map(one => one.split(';')[0] ?? '')
  expect(pairs.join()).toContain(cookie)
  return { cookie: pairs.join('; ') }
}
