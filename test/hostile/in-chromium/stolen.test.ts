/** What is seen, recorded or taken on the way, and used again from somewhere else. */
import type { Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { it, type Visitor } from '../../browser/chromium.ts'
import { codeOn, greetedAs, idIn } from '../../browser/screens.ts'
import { openSite, type Site } from '../../browser/site.ts'
import { endServers } from '../../server/server.ts'

let site: Site
/** Sessions are signed tokens, renewed by a token that changes. */
let signed: Site

beforeAll(async () => {
  ;[site, signed] = await Promise.all([openSite(), openSite({ SCANLOGIN_SESSIONS: 'jwt' })])
})

afterAll(endServers)

type Phone = ReturnType<Site['phoneOf']>

async function signIn(page: Page, phone: Phone): Promise<void> {
  await phone.scan(await codeOn(page))
  await phone.confirm()
  await greetedAs(page, 'Hello, Alice')
}

const sessionCookies = async ({ context }: Visitor) =>
  (await context.cookies()).filter(({ name }) => /session|access/.test(name))

/** @see T1 of the threat table */
describe.concurrent('somebody who has photographed the code on a screen', () => {
  it('learns nothing of the sign-in and collects nothing of it, from a browser of their own', async ({
    newVisitor,
  }) => {
    const [victim, observer] = [await newVisitor(), await newVisitor()]
    const page = await victim.open(site.origin)
    const eve = await observer.context.newPage()
    await eve.goto(site.origin)
    await codeOn(eve)
    const code = await codeOn(page)
    const phone = site.phoneOf('Alice')
    for (const step of [() => phone.scan(code), () => phone.confirm(), () => greetedAs(page, 'Hello, Alice')]) {
      expect(await eve.evaluate(observe, idIn(code))).toEqual(['404', '404', '404', '404', '404', 'closed', 'closed'])
      await step()
    }
    expect(await eve.evaluate(observe, idIn(code))).toEqual(['404', '404', '404', '404', '404', 'closed', 'closed'])
    expect(await sessionCookies(observer)).toEqual([])
  })
})

/** Every call by which a browser learns of its sign-in. Runs in the observer's page, with the observer's cookies. */
async function observe(id: string): Promise<string[]> {
  const path = `/v1/tickets/${id}`
  const json = { 'content-type': 'application/json' }
  const calls: [string, RequestInit?][] = [
    [path],
    [`${path}?since=0&wait=25`],
    [`${path}/redeem`, { method: 'POST', headers: json, body: '{}' }],
    [`${path}/verify`, { method: 'POST', headers: json, body: '{"check_code":"0000"}' }],
    [path, { method: 'DELETE' }],
  ]
  const answers = await Promise.all(calls.map(async ([url, options]) => String((await fetch(url, options)).status)))
  const opened = (target: EventSource | WebSocket) =>
    new Promise<string>(resolve => {
      target.addEventListener('message', () => resolve('told'))
      target.addEventListener('error', () => resolve('closed'))
    })
  const streams = [
    new EventSource(path),
    new WebSocket(`${path.replace(/^/, location.origin.replace('http', 'ws'))}/socket`),
  ]
  const told = await Promise.all(streams.map(opened))
  for (const stream of streams) stream.close()
  return [...answers, ...told]
}

/** @see T6 of the threat table */
describe.concurrent('a sign-in that was recorded as a whole', () => {
  it('signs nobody in when every call of it is sent again, with its cookies and proofs', async ({ newVisitor }) => {
    const victim = await newVisitor()
    const page = await victim.open(site.origin)
    const redeemed = page.waitForRequest('**/redeem')
    await signIn(page, site.phoneOf('Alice'))
    await redeemed
    const recorded = await Promise.all(victim.requests.filter(isCall).map(record))
    expect(recorded.map(({ path }) => path.replace(/[0-9A-Z]{26}.*/, ''))).toContain('/v1/tickets')
    expect(recorded.filter(({ path }) => path.endsWith('/redeem'))).toHaveLength(1)
    for (const { url, init, path } of recorded) {
      const answer = await fetch(url, init)
      const opened = answer.headers.getSetCookie().filter(cookie => cookie.includes('session'))
      expect([path, opened]).toEqual([path, []])
      expect(await answer.text()).not.toContain('Alice')
    }
    await page.reload()
    await greetedAs(page, 'Hello, Alice')
  })
})

function isCall(request: Request): boolean {
  return request.url().includes('/v1/tickets')
}

async function record(request: Request) {
  const { 'content-length': _, connection: __, ...headers } = await request.allHeaders()
  const url = request.url()
  const body = request.postData()
  const init: RequestInit = { method: request.method(), headers, ...(body !== null && { body }) }
  return { url, path: new URL(url).pathname, init }
}

/** @see T28 of the threat table */
describe.concurrent('a session cookie that was stolen', () => {
  it('is as good as the session, and for nobody once its person has ended it', async ({ newVisitor }) => {
    const [victim, thief] = [await newVisitor(), await newVisitor()]
    const page = await victim.open(site.origin)
    await signIn(page, site.phoneOf('Alice'))
    await thief.context.addCookies(await sessionCookies(victim))
    const elsewhere = await thief.open(site.origin)
    await greetedAs(elsewhere, 'Hello, Alice')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await codeOn(page)
    await elsewhere.reload()
    await codeOn(elsewhere)
  })

  it('shows itself where sessions are signed: whoever renews second ends it for both', async ({ newVisitor }) => {
    const [victim, thief] = [await newVisitor(), await newVisitor()]
    const page = await victim.open(signed.origin)
    await signIn(page, signed.phoneOf('Alice'))
    await thief.context.addCookies(await sessionCookies(victim))
    const elsewhere = await thief.open(signed.origin)
    await greetedAs(elsewhere, 'Hello, Alice')
    const renew = () => fetch('/v1/session', { method: 'POST' }).then(({ status }) => status)
    expect(await elsewhere.evaluate(renew)).toBe(200)
    // For half a minute it may have been a lost answer.
    await page.waitForTimeout(31_000)
    expect(await page.evaluate(renew)).toBe(401)
    expect(await elsewhere.evaluate(renew)).toBe(401)
    await page.reload()
    await codeOn(page)
    await elsewhere.reload()
    await codeOn(elsewhere)
    await vi.waitFor(() => expect(signed.output()).toContain('"event":"refresh_reuse"'))
  })
})
