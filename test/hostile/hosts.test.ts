/** What a host brings along: its keys, its own sessions, its failures. */
import { describe, expect, it } from 'vitest'
import { createHandler } from '../../packages/scanlogin/src/http.ts'
import { createLogin, LoginError, memoryStore } from '../../packages/scanlogin/src/index.ts'
import { storedSessions } from '../../packages/scanlogin/src/session.ts'
import type { ScriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import type { ScriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { apiKey, start } from '../start.ts'

describe('an API key', () => {
  it('is accepted in one form only', async () => {
    const { browser, fetch, phone } = start()
    await browser.create()
    const body = JSON.stringify({ qr: browser.ticket.qr.url, user: phone.user })
    const tries = (headers: Record<string, string>, query = '') =>
      fetch(`/v1/scan${query}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
    for (const authorization of [
      apiKey,
      `Basic ${btoa(`:${apiKey}`)}`,
      `Bearer${apiKey}`,
      `Bearer  ${apiKey}`,
      `Bearer\t${apiKey}`,
      `Bearer "${apiKey}"`,
      `Bearer ${apiKey},`,
      `Bearer ${apiKey}, Bearer ${apiKey}`,
      `Bearer ${apiKey} x`,
      `Bearer ${apiKey.slice(0, -1)}`,
      `Bearer ${apiKey}=`,
      `Bearer ${apiKey.toUpperCase()}`,
      `Token ${apiKey}`,
    ]) {
      expect([401, 403], authorization).toContain((await tries({ authorization })).status)
    }
    expect([401, 403]).toContain((await tries({ 'x-api-key': apiKey })).status)
    expect([401, 403]).toContain((await tries({ cookie: `authorization=Bearer ${apiKey}` })).status)
    expect([401, 403]).toContain((await tries({}, `?access_token=${apiKey}`)).status)
    expect((await browser.read()).body.state).toBe('pending')
    expect((await tries({ authorization: `bearer ${apiKey}` })).status).toBe(200)
  })

  it('opens no ticket of a browser and no session', async () => {
    const { browser, fetch } = start()
    const { id } = (await browser.create()).body
    const headers = { authorization: `Bearer ${apiKey}` }
    expect((await fetch(`/v1/tickets/${id}`, { headers })).status).toBe(404)
    expect((await fetch('/v1/session', { headers })).status).toBe(401)
  })

  it('that no header can carry, or that is short, is refused at the start', () => {
    const store = memoryStore()
    const login = createLogin({ store, publicUrl: 'https://id.example.com' })
    const open = (key: string) => createHandler(login, { sessions: storedSessions({ store }), apiKeys: [key] })
    for (const key of [
      'x'.repeat(31),
      '',
      `${'x'.repeat(40)} y`,
      `${'x'.repeat(40)}!`,
      '密'.repeat(40),
      'x'.repeat(9000),
    ]) {
      expect(() => open(key)).toThrow(TypeError)
    }
    expect(() => open('Aa0-._~+/='.repeat(4))).not.toThrow()
  })
})

describe('a host', () => {
  it('that keeps its own sessions has no address for ours', async () => {
    const { browser, phone, fetch } = start({ handler: { signIn: () => ({ session: { kept: 'by the host' } }) } })
    await confirm(browser, phone)
    expect((await browser.redeem()).body.session).toEqual({ kept: 'by the host' })
    for (const method of ['GET', 'DELETE']) {
      for (const headers of [{}, { authorization: 'Bearer x' }, { cookie: '__Host-scanlogin-session=x' }]) {
        expect((await fetch('/v1/session', { method, headers })).status).toBe(404)
      }
    }
  })

  it('that fails tells the browser nothing, and the browser may ask again', async () => {
    let failing = true
    const { browser, phone, failures } = start({
      handler: {
        signIn() {
          if (failing) throw new Error('password of the database: hunter2')
          return {}
        },
      },
    })
    await confirm(browser, phone)
    const reply = await browser.redeem()
    expect([reply.status, reply.body.code]).toEqual([500, 'internal_error'])
    expect(reply.text).not.toContain('hunter2')
    expect(failures).toHaveLength(1)
    failing = false
    expect((await browser.redeem()).status).toBe(200)
  })

  it('whose log is out of order still answers', async () => {
    const broken = () => {
      throw new Error('out of order')
    }
    const { browser, phone } = start({ handler: { signIn: broken, onError: broken } })
    await confirm(browser, phone)
    expect((await browser.redeem()).status).toBe(500)
  })

  it('can refuse an account that was locked after the phone confirmed', async () => {
    const { browser, phone } = start({
      handler: {
        signIn() {
          throw new LoginError('account_unavailable')
        },
      },
    })
    await confirm(browser, phone)
    const reply = await browser.redeem()
    expect([reply.status, reply.body.code, reply.headers.getSetCookie()]).toEqual([403, 'account_unavailable', []])
  })
})

async function confirm(browser: ScriptedBrowser, phone: ScriptedPhone): Promise<void> {
  await browser.create()
  await phone.scan(browser.ticket.qr.url)
  await phone.confirm()
}
