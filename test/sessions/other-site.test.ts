/** Another site in real Chromium: its own page shows our code, and its own back end finds out who has signed in. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it } from '../browser/chromium.ts'
import { codeOn } from '../browser/screens.ts'
import { openSite, type Site } from '../browser/site.ts'
import { freePort } from '../free-port.ts'
import { endServers } from '../server/server.ts'

const secret = 'a-secret-of-the-shop-of-32-characters'
const script = fileURLToPath(new URL('../../packages/scanlogin/dist/scan-login.js', import.meta.url))

let site: Site
let shop: Server
/** `http://127.0.0.1:40123`, which is no neighbour of localhost. */
let shopOrigin: string

beforeAll(async () => {
  const port = await freePort()
  shopOrigin = `http://127.0.0.1:${port}`
  const returnTo = `${shopOrigin}/in`
  const secretHash = createHash('sha256').update(secret).digest('hex')
  const client = { id: 'shop', name: 'Shop', origin: shopOrigin, return_to: [returnTo], secret_hash: secretHash }
  const publicClient = { id: 'app', name: 'App', origin: shopOrigin }
  site = await openSite({
    SCANLOGIN_CLIENTS: JSON.stringify([client, { ...publicClient, return_to: [returnTo] }]),
  })
  shop = createServer((request, response) => {
    response.setHeader('content-type', request.url === '/scan-login.js' ? 'text/javascript' : 'text/html')
    response.end(request.url === '/scan-login.js' ? readFileSync(script) : page(request.url ?? ''))
  }).listen(port, '127.0.0.1')
  await once(shop, 'listening')
})

afterAll(async () => {
  shop.close()
  await endServers()
})

/** `/shop`, or `/app` for the client without a secret, which therefore uses PKCE. */
function page(path: string): string {
  const client = path.slice(1)
  return `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/scan-login.js"></script>
    <scan-login base="${site.origin}/v1" client-id="${client}" return-to="${shopOrigin}/in" secret-in="body"
      ${client === 'app' ? 'pkce' : ''}></scan-login>
    <script>addEventListener('scan-login-code', ({ detail }) => { window.handed = detail })</script>`
}

interface Handed {
  code: string
  issuer: string
  codeVerifier?: string
  returnTo: string
}

function exchange({ code, codeVerifier }: Handed, client: Record<string, string>): Promise<Response> {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: `${shopOrigin}/in`, ...client }
  const body = new URLSearchParams({ ...fields, ...(codeVerifier !== undefined && { code_verifier: codeVerifier }) })
  return fetch(`${site.api}/token`, { method: 'POST', body })
}

describe.each([
  ['shop', { client_id: 'shop', client_secret: secret }],
  ['app', { client_id: 'app' }],
])('the page of another site (%s)', (name, client) => {
  it('is handed a code, with which its own back end learns who has signed in', async ({ newVisitor }) => {
    const { context } = await newVisitor()
    const tab = await context.newPage()
    await tab.goto(`${shopOrigin}/${name}`)
    const phone = site.phoneOf('Alice')
    const { body } = await phone.scan(await codeOn(tab))
    expect(body.context?.client).toEqual({ name: name === 'shop' ? 'Shop' : 'App', origin: shopOrigin })
    await phone.confirm()
    const found = await tab.waitForFunction(() => (window as { handed?: unknown }).handed)
    // What the listener in `page` has put there.
    const handed = (await found.jsonValue()) as Handed
    expect(handed).toMatchObject({ issuer: site.origin, returnTo: `${shopOrigin}/in` })
    expect(tab.url()).toBe(`${shopOrigin}/${name}`)
    expect(await context.cookies()).toEqual([])
    const answer = await exchange(handed, client)
    expect([answer.status, (await answer.json()).user?.name]).toEqual([200, 'Alice'])
  })
})
