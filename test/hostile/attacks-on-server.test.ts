/** Attacks that need the whole server: its pages, its log, its process. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { apiKey, type Running, startServer } from '../start.ts'
import { previewers } from './corpus.ts'

describe('the standalone server', () => {
  let running: Running

  beforeAll(async () => {
    running = await startServer({ SCANLOGIN_LOG_LEVEL: 'debug' })
  })

  afterAll(() => running.stop())

  it('T16: changes nothing for the twenty programs that open a link before a person does', async () => {
    const { browser, phone } = createActors(running.server)
    const { id, qr, user_code } = (await browser.create()).body
    const fragment = qr?.url.split('#')[1] ?? ''
    const cookie = [...browser.cookies].map(pair => pair.join('=')).join('; ')
    const paths = [`/s#${fragment}`, `/s?qr=${fragment}`, `/s/${fragment}`, '/', `/?user_code=${user_code}`]
    const calls = ['', '/confirm', '/deny', '/redeem', '/verify'].map(verb => `/v1/tickets/${id}${verb}`)
    for (const agent of previewers) {
      for (const path of [...paths, ...calls, `/v1/scan?qr=${fragment}`]) {
        for (const method of ['GET', 'HEAD']) {
          const headers = { 'user-agent': agent, purpose: 'prefetch', 'sec-purpose': 'prefetch;prerender', cookie }
          const reply = await fetch(running.url + path, { method, headers, redirect: 'manual' })
          expect(reply.status, `${method} ${path}`).toBeLessThan(500)
          expect(reply.headers.getSetCookie(), `${method} ${path}`).toEqual([])
          await reply.text()
        }
      }
      expect((await browser.read()).body).toMatchObject({ state: 'pending', version: 1 })
    }
    expect((await phone.scan(qr?.url ?? '')).status).toBe(200)
  })

  it('T18: puts no secret into an address, a Location or a line of its log', async () => {
    const secrets: string[] = [apiKey]
    const addresses: string[] = []
    const seen = async (request: Request) => {
      addresses.push(request.url)
      const reply = await fetch(request)
      addresses.push(reply.headers.get('location') ?? '', reply.headers.get('link') ?? '')
      for (const cookie of reply.headers.getSetCookie()) secrets.push(cookie.split(';')[0]?.split('=')[1] ?? '')
      return reply
    }
    for (const proof of ['cookie', 'bearer'] as const) {
      const { browser, phone, stranger } = createActors({ ...running.server, fetch: seen, proof })
      await browser.create()
      secrets.push(browser.secret, browser.ticket.qr.rotation?.key ?? '')
      await phone.scan(browser.ticket.qr.url)
      secrets.push(phone.scanned.scan_token)
      await stranger.phone.scan(browser.ticket.qr.url)
      await browser.wait(1, 1)
      await phone.confirm()
      const { session } = (await browser.redeem()).body as { session?: { token?: string } }
      secrets.push(session?.token ?? '')
      await phone.call('POST', '/scan', { body: `{"secret": "${browser.secret}"` })
      await browser.call('POST', `/tickets/${browser.ticket.id}/redeem`, { body: { code_verifier: browser.secret } })
    }
    const issued = [...new Set(secrets)].filter(secret => secret !== '')
    expect(issued.length).toBeGreaterThanOrEqual(8)
    const told = [...addresses, ...running.lines].join('\n')
    for (const secret of issued) expect(told).not.toContain(secret)
  })

  it('answers odd targets and hosts without failing', async () => {
    for (const path of [
      '//evil.example/..',
      '/%',
      '/%ff',
      '/s/../..',
      '/assets/..%2f..%2fmain.js',
      '/assets/__proto__',
    ]) {
      const reply = await fetch(running.url + path, { redirect: 'manual' })
      expect([200, 400, 404], path).toContain(reply.status)
      expect(reply.headers.get('location'), path).toBeNull()
      expect(await reply.text(), path).not.toContain('createServer')
    }
  })
})
