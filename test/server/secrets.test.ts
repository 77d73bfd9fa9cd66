import { afterEach, describe, expect, it } from 'vitest'
import { scriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { scriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { type Issuer, startIssuer } from './issuer.ts'
import { endServers, startServer } from './server.ts'

const apiKey = 'key-of-the-back-end-'.repeat(2)
let issuer: Issuer

afterEach(async () => {
  await endServers()
  await issuer.close()
})

/** @see docs/protocol.md and T18 of the threat table: no secret in a log. */
describe('what the server writes', () => {
  it('holds no secret, cookie, key, code or token of whole sign-ins and failed ones, at any log level', async () => {
    issuer = await startIssuer()
    const env = { SCANLOGIN_API_KEY: apiKey, SCANLOGIN_CHECK_CODE: '8', SCANLOGIN_LOG_LEVEL: 'debug' }
    const server = await startServer({ ...issuer.env, ...env })
    const url = `${server.url}/v1`
    const token = await issuer.sign({ sub: 'alice-of-the-test', name: 'Alice Liddell' })
    const issued = [apiKey, token, ...token.split('.')]

    const authorization = `Bearer ${token}`
    const withToken = scriptedPhone({ url, headers: { authorization } })
    issuer.serveKeys(false)
    const waiting = scriptedBrowser({ url, origin: server.origin })
    await waiting.create()
    expect((await withToken.scan(await waiting.draw())).status).toBe(503)
    issuer.serveKeys(true)

    const backEnd = scriptedPhone({ url, apiKey, user: { id: 'alice-of-the-test' } })
    for (const phone of [withToken, backEnd]) {
      for (const proof of ['cookie', 'bearer'] as const) {
        const browser = scriptedBrowser({ url, origin: server.origin, proof })
        await browser.create()
        const { id, qr, user_code } = browser.ticket
        expect((await phone.scan(await browser.draw())).status).toBe(200)
        const code = (await phone.confirm()).body.check_code ?? ''
        expect((await browser.verify('1')).status).toBe(400)
        expect((await browser.verify(code)).status).toBe(200)
        const redeemed = await browser.redeem()
        expect(redeemed.status).toBe(200)
        const { session } = redeemed.body as { session: { token?: string } }
        const cookies = [...browser.cookies.values(), session.token]
        issued.push(id, qr.url, qr.rotation?.key ?? '', user_code, code, browser.secret, phone.scanned.scan_token)
        issued.push(...cookies.filter(cookie => cookie !== undefined))
        await browser.call('DELETE', '/session')
      }
    }
    await waiting.call('POST', '/scan', { body: `{"qr": "${waiting.secret}`, headers: { authorization } })
    issued.push(waiting.secret)
    server.signal('SIGTERM')
    await server.exited

    const output = server.output()
    // It did write, and of the outage too.
    expect(output).toContain('a call failed')
    expect(output).toContain('stopping')
    expect(issued.length).toBeGreaterThan(30)
    for (const secret of issued) {
      expect(secret.length).toBeGreaterThan(7)
      expect(output).not.toContain(secret)
    }
    // The log says who has signed in, by the host's own id, and nothing else of them.
    expect(output).toContain('alice-of-the-test')
    expect(output).not.toContain('Alice')
  })
})
