/** Who may open the console, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { scriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { endServers, type RunningServer, runServer, startServer } from '../server/server.ts'
import { apiKey } from '../start.ts'
import { administrator, consoleKey } from './administrator.ts'

const admins = 'alice-of-operations, carol'
let server: RunningServer

beforeAll(async () => {
  server = await startServer({
    SCANLOGIN_CONSOLE_KEY: consoleKey,
    SCANLOGIN_ADMINS: admins,
    SCANLOGIN_API_KEY: apiKey,
    SCANLOGIN_TRUSTED_PROXIES: '1',
  })
})

afterAll(endServers)

/** Signed in by QR as this user; the cookies are the administrator's to use. */
async function signedInAs(id: string) {
  const url = `${server.url}/v1`
  const { browser } = createActors({ url, origin: server.origin, apiKey })
  const phone = scriptedPhone({ url, apiKey, user: { id, name: 'Somebody' } })
  await browser.create()
  await phone.scan(browser.ticket.qr.url)
  await phone.confirm()
  await browser.redeem()
  const admin = administrator(server)
  for (const [name, value] of browser.cookies) admin.cookies.set(name, value)
  return { admin }
}

describe('a server where nobody may open the console', () => {
  it('has none', async () => {
    const plain = await startServer()
    for (const path of ['/console', '/console/figures', '/console/events']) {
      expect((await fetch(plain.url + path)).status, path).toBe(404)
    }
  })
})

describe('the console', () => {
  it('shows its page to everybody and its figures to nobody who has not signed in', async () => {
    const page = await fetch(`${server.url}/console`)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    for (const path of ['/console/figures', '/console/events']) {
      expect((await fetch(server.url + path)).status, path).toBe(401)
    }
  })

  it('is opened by its key, which then stays out of the way: a cookie takes its place', async () => {
    const admin = administrator(server)
    expect(await admin.enter()).toBe(204)
    expect((await admin.call('GET', '/console/figures')).status).toBe(200)
    expect([...admin.cookies.values()].join()).not.toContain(consoleKey)
  })

  it('gives a cookie that no script reads and no other site sends', async () => {
    const reply = await administrator(server).call('POST', '/console/entry', { body: { key: consoleKey } })
    expect(reply.headers.get('set-cookie')).toMatch(
      /^scanlogin-console=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/,
    )
  })

  it('is closed again for a browser that signs out, and a copy of its cookie opens nothing', async () => {
    const admin = administrator(server)
    await admin.enter()
    const copy = new Map(admin.cookies)
    expect((await admin.call('DELETE', '/console/entry')).status).toBe(204)
    for (const [name, value] of copy) admin.cookies.set(name, value)
    expect((await admin.call('GET', '/console/figures')).status).toBe(401)
  })

  it.each(['', 'k'.repeat(42), `${consoleKey}x`, consoleKey.slice(1)])('stays shut for the key "%s"', async key => {
    const admin = administrator(server)
    const headers = { 'x-forwarded-for': '198.51.100.7' }
    expect((await admin.call('POST', '/console/entry', { body: { key }, headers })).status).toBe(401)
    expect((await admin.call('GET', '/console/figures')).status).toBe(401)
  })

  it('lets one address try ten keys a minute, and slows nobody else down', async () => {
    const admin = administrator(server)
    const from = async (address: string, key: string) =>
      admin.call('POST', '/console/entry', { body: { key }, headers: { 'x-forwarded-for': address } })
    for (let n = 0; n < 10; n++) expect((await from('203.0.113.9', `wrong-${n}`)).status).toBe(401)
    const late = await from('203.0.113.9', consoleKey)
    expect(late.status).toBe(429)
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await from('203.0.113.10', consoleKey)).status).toBe(204)
  })

  it('takes a key from pages of the site only, and as JSON only', async () => {
    const foreign = { origin: 'https://evil.example.com' }
    const admin = administrator(server)
    const sent = { body: { key: consoleKey }, headers: foreign }
    expect((await admin.call('POST', '/console/entry', sent)).status).toBe(403)
    const form = await fetch(`${server.url}/console/entry`, {
      method: 'POST',
      headers: { origin: server.origin },
      body: new URLSearchParams({ key: consoleKey }),
    })
    expect(form.status).toBe(400)
    expect((await admin.call('POST', '/console/entry', { body: { key: 'k'.repeat(20_000) } })).status).toBe(413)
  })

  it('opens to an administrator who has signed in by phone', async () => {
    const { admin } = await signedInAs('alice-of-operations')
    expect((await admin.call('GET', '/console/figures')).status).toBe(200)
    await admin.call('DELETE', '/v1/session')
    expect((await admin.call('GET', '/console/figures')).status).toBe(401)
  })

  it('stays shut for everybody else who has signed in', async () => {
    const { admin } = await signedInAs('alice')
    expect((await admin.call('GET', '/console/figures')).status).toBe(403)
    expect((await admin.call('GET', '/console/events')).status).toBe(403)
  })

  it('writes who was let in and who was not into the log, without a key', () => {
    const log = server.output()
    expect(log).toContain('somebody was not let into the console')
    expect(log).toContain('somebody has opened the console by its key')
    expect(log).not.toContain(consoleKey)
  })
})

describe('a server whose console has the key of the back end', () => {
  it('does not start', async () => {
    const { code, stderr } = await runServer({ SCANLOGIN_CONSOLE_KEY: apiKey, SCANLOGIN_API_KEY: apiKey })
    expect(code).toBe(1)
    expect(stderr).toContain('SCANLOGIN_CONSOLE_KEY: write another key than those of SCANLOGIN_API_KEY.')
  })
})
