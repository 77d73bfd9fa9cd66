import { afterEach, describe, expect, it } from 'vitest'
import { scriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { scriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { type Issuer, startIssuer } from './issuer.ts'
import { endServers, startServer } from './server.ts'

const apiKey = 'an example key of the back end'.replaceAll(' ', '-').padEnd(40, '-')
let issuer: Issuer | undefined

afterEach(async () => {
  await endServers()
  await issuer?.close()
  issuer = undefined
})

describe("a phone with the app's own access token", () => {
  it("signs the browser in as the token's user, in the Authorization header or in the cookie", async () => {
    const { browser, url, origin, sign } = await startWithIssuer()
    const token = await sign({ sub: 'alice', name: 'Alice Liddell' })
    // A page of the site sends the cookie, and says where it is.
    const cookie = { cookie: `app-token=${token}`, origin }
    for (const headers of [{ authorization: `Bearer ${token}` }, cookie]) {
      await browser.create()
      const phone = scriptedPhone({ url, headers })
      expect((await phone.scan(await browser.draw())).status).toBe(200)
      expect((await browser.read()).body).toMatchObject({ state: 'scanned', scanned_by: { name: 'A•••' } })
      expect((await phone.confirm()).body).toEqual({ state: 'confirmed' })
      const user = { id: 'alice', name: 'Alice Liddell' }
      // A browser that is new to its user gets an hour.
      expect(await browser.redeem()).toMatchObject({ status: 200, body: { user, session: { expires_in: 3600 } } })
      expect((await browser.call('GET', '/session')).body).toMatchObject({ user })
    }
  })

  it('cannot name another user', async () => {
    const { browser, url, sign } = await startWithIssuer()
    await browser.create()
    const headers = { authorization: `Bearer ${await sign({ sub: 'mallory' })}` }
    const phone = scriptedPhone({ url, headers })
    const body = { qr: await browser.draw(), user: { id: 'alice' } }
    expect(await phone.call('POST', '/scan', { body })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
    expect((await browser.read()).body.state).toBe('pending')
  })

  it('is nobody where the token is forged, and the browser goes on waiting', async () => {
    const { browser, url, sign } = await startWithIssuer()
    await browser.create()
    const [header, claims] = (await sign({ sub: 'alice' })).split('.')
    for (const token of [`${header}.${claims}.AAAA`, 'not-a-token', 'x'.repeat(4000)]) {
      const phone = scriptedPhone({ url, headers: { authorization: `Bearer ${token}` } })
      const answer = await phone.scan(await browser.draw())
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    }
    expect((await browser.read()).body.state).toBe('pending')
  })

  it('may carry a token of many claims', async () => {
    const { browser, url, sign } = await startWithIssuer()
    await browser.create()
    const token = await sign({ sub: 'alice', name: 'A'.repeat(4000) })
    const phone = scriptedPhone({ url, headers: { authorization: `Bearer ${token}` } })
    expect((await phone.scan(await browser.draw())).status).toBe(200)
  })

  it("hears of an outage while the issuer's keys are out of reach, and is let in once they are back", async () => {
    const { browser, url, sign, serveKeys } = await startWithIssuer()
    await browser.create()
    const phone = scriptedPhone({ url, headers: { authorization: `Bearer ${await sign({ sub: 'alice' })}` } })
    serveKeys(false)
    const refused = await phone.scan(await browser.draw())
    expect(refused).toMatchObject({ status: 503, body: { code: 'store_unavailable' } })
    expect(refused.headers.get('retry-after')).toBe('1')
    serveKeys(true)
    expect((await phone.scan(await browser.draw())).status).toBe(200)
  })
})

describe("the app's back end, with its key", () => {
  it('signs the browser in as the user that it names', async () => {
    const { browser, url } = await start({ SCANLOGIN_API_KEY: apiKey })
    await browser.create()
    const user = { id: 'alice', name: 'Alice Liddell' }
    const phone = scriptedPhone({ url, apiKey, user })
    await phone.scan(await browser.draw())
    await phone.confirm()
    expect((await browser.redeem()).body.user).toEqual(user)
  })

  it('may use the next key before the last one is withdrawn', async () => {
    const next = 'n'.repeat(32)
    const { browser, url } = await start({ SCANLOGIN_API_KEY: `${apiKey},${next}` })
    for (const key of [apiKey, next]) {
      await browser.create()
      const phone = scriptedPhone({ url, apiKey: key, user: { id: 'alice' } })
      expect((await phone.scan(await browser.draw())).status).toBe(200)
    }
  })

  it('is nobody with a wrong key, or where no key is set', async () => {
    for (const env of [{ SCANLOGIN_API_KEY: apiKey }, {}]) {
      const { browser, url } = await start(env)
      await browser.create()
      for (const key of [apiKey.slice(0, -1), `${apiKey}x`, 'x'.repeat(40)]) {
        const phone = scriptedPhone({ url, apiKey: key, user: { id: 'alice' } })
        expect(await phone.scan(await browser.draw())).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
      }
      expect((await browser.read()).body.state).toBe('pending')
    }
  })
})

describe('a demo user', () => {
  it('scans and confirms by the cookie that the phone page has set', async () => {
    const server = await startServer({ HOST: '127.0.0.1' }, ['serve', '--demo'])
    const browser = scriptedBrowser({ url: `${server.url}/v1` })
    await browser.create()
    const body = JSON.stringify({ id: 'ming' })
    const headers = { 'content-type': 'application/json' }
    const chosen = await fetch(`${server.url}/demo/user`, { method: 'POST', headers, body })
    const cookie = chosen.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const phone = scriptedPhone({ url: `${server.url}/v1`, headers: { cookie, origin: server.origin } })
    await phone.scan(await browser.draw())
    await phone.confirm()
    expect((await browser.redeem()).body.user).toEqual({ id: 'ming', name: '王小明' })
  })
})

async function start(env: Readonly<Record<string, string>>) {
  const server = await startServer(env)
  const url = `${server.url}/v1`
  return { url, origin: server.origin, browser: scriptedBrowser({ url, origin: server.origin }) }
}

async function startWithIssuer() {
  issuer = await startIssuer()
  return { ...issuer, ...(await start(issuer.env)) }
}
