/** The key of a real browser, against the standalone server: it stays, it is one browser's, and it cannot be taken away. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it } from '../browser/chromium.ts'
import { codeOn, greetedAs, sees } from '../browser/screens.ts'
import { openSite, type Site } from '../browser/site.ts'
import { endServers } from '../server/server.ts'

let site: Site
let bound: Site

beforeAll(async () => {
  site = await openSite()
  bound = await openSite({ SCANLOGIN_SESSIONS: 'jwt', SCANLOGIN_BOUND_RENEWAL: 'on' })
})

afterAll(endServers)

type Phone = ReturnType<Site['phoneOf']>

/** What the phone is told of the browser whose code it scans. */
async function scan(page: Page, phone: Phone): Promise<boolean | undefined> {
  const { body } = await phone.scan(await codeOn(page))
  return body.context?.observed.known_browser
}

async function signIn(page: Page, phone: Phone): Promise<boolean | undefined> {
  const known = await scan(page, phone)
  await phone.confirm()
  await greetedAs(page, 'Hello')
  return known
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await codeOn(page)
}

describe.concurrent('a browser', () => {
  it('is new at the first sign-in and known at the next, also in another tab after all of them were closed', async ({
    newVisitor,
  }) => {
    const visitor = await newVisitor()
    const phone = site.phoneOf('Alice')
    const page = await visitor.open(site.origin)
    expect(await signIn(page, phone)).toBe(false)
    await signOut(page)
    await page.close()
    const again = await visitor.open(site.origin)
    expect(await signIn(again, phone)).toBe(true)
    await signOut(again)
    await again.reload()
    expect(await signIn(again, phone)).toBe(true)
  })

  it('is not known to another user, and another browser of the same user is new', async ({ newVisitor }) => {
    const phone = site.phoneOf('Alice')
    const page = await (await newVisitor()).open(site.origin)
    await signIn(page, phone)
    await signOut(page)
    expect(await scan(page, site.phoneOf('Mallory'))).toBe(false)
    const other = await (await newVisitor()).open(site.origin)
    expect(await scan(other, phone)).toBe(false)
  })

  it('has one key, however many tabs are opened at once', async ({ newVisitor }) => {
    const visitor = await newVisitor()
    const phone = site.phoneOf('Alice')
    const pages = await Promise.all(Array.from({ length: 4 }, () => visitor.open(site.origin)))
    const [first, ...others] = pages
    if (!first) throw new Error('there are four')
    await signIn(first, phone)
    for (const page of others) {
      // Somebody else's scan takes the code that was shown before Alice had signed in.
      const old = await codeOn(page)
      expect(await scan(page, site.phoneOf('Bob'))).toBe(false)
      await page.getByText('Not you? Get a new code').click()
      await codeOn(page, old)
      expect(await scan(page, phone)).toBe(true)
    }
  })

  it('keeps the key where no script can read it', async ({ newVisitor }) => {
    const page = await (await newVisitor()).open(site.origin)
    await codeOn(page)
    const found = await page.evaluate(async () => {
      const storage = await new Promise<IDBDatabase>(resolve => {
        const request = indexedDB.open('scanlogin')
        request.onsuccess = () => resolve(request.result)
      })
      const pair = await new Promise<CryptoKeyPair>(resolve => {
        const request = storage.transaction('keys').objectStore('keys').get('browser')
        request.onsuccess = () => resolve(request.result)
      })
      const taken = await Promise.allSettled(
        (['jwk', 'pkcs8'] as const).map(format => crypto.subtle.exportKey(format, pair.privateKey)),
      )
      return { extractable: pair.privateKey.extractable, taken: taken.map(({ status }) => status) }
    })
    expect(found).toEqual({ extractable: false, taken: ['rejected', 'rejected'] })
  })

  it('signs in without a key where there is no storage for one, and is new each time', async ({ newVisitor }) => {
    const visitor = await newVisitor()
    await visitor.context.addInitScript(() => {
      Object.defineProperty(window, 'indexedDB', { value: undefined })
    })
    const phone = site.phoneOf('Alice')
    const page = await visitor.open(site.origin)
    expect(await signIn(page, phone)).toBe(false)
    await signOut(page)
    expect(await signIn(page, phone)).toBe(false)
    expect(visitor.requests.filter(request => request.headers().dpop !== undefined)).toEqual([])
  })

  it('signs in where the storage never answers', async ({ newVisitor }) => {
    const visitor = await newVisitor()
    await visitor.context.addInitScript(() => {
      IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest
    })
    const page = await visitor.open(site.origin)
    expect(await signIn(page, site.phoneOf('Alice'))).toBe(false)
  })
})

describe.concurrent('a thief who has the secret of a browser', () => {
  it('does not collect its sign-in, from another browser or from none', async ({ newVisitor }) => {
    const [victim, thief] = [await newVisitor(), await newVisitor()]
    const phone = site.phoneOf('Alice')
    const page = await victim.open(site.origin)
    // The victim's own call never gets there: the thief has all the time there is.
    await page.route('**/redeem', route => route.abort())
    await phone.scan(await codeOn(page))
    await phone.confirm()
    await sees(page, /Signing you in|No connection/)
    const elsewhere = await thief.open(site.origin)
    await codeOn(elsewhere)
    const cookies = await victim.context.cookies()
    await thief.context.addCookies(cookies)
    const { id } = phone.scanned.ticket
    const redeem = (id: string) =>
      fetch(`/v1/tickets/${id}/redeem`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      }).then(async reply => [reply.status, (await reply.json()).code])
    expect(await elsewhere.evaluate(redeem, id)).toEqual([400, 'invalid_proof'])
    await page.unroute('**/redeem')
    await greetedAs(page, 'Hello, Alice')
  })
})

describe.concurrent('a browser that was last used by Alice', () => {
  it('asks before it signs Mallory in, and opens no session until somebody clicks', async ({ newVisitor }) => {
    const visitor = await newVisitor()
    const page = await visitor.open(site.origin)
    await signIn(page, site.phoneOf('Alice'))
    await signOut(page)
    const mallory = site.phoneOf('Mallory')
    await scan(page, mallory)
    await mallory.confirm()
    await sees(page, 'Continue as M•••?')
    const session = () => page.evaluate(async () => (await fetch('/v1/session')).status)
    expect(await session()).toBe(401)
    expect((await visitor.context.cookies()).filter(({ name }) => name.endsWith('session'))).toEqual([])
    await page.getByRole('button', { name: 'Continue' }).click()
    await greetedAs(page, 'Hello, Mallory')
    expect(await session()).toBe(200)
  })

  it('asks in Chinese, and gets a new code when it was somebody else', async ({ newVisitor }) => {
    const page = await (await newVisitor({ locale: 'zh-CN' })).open(site.origin)
    const phone = site.phoneOf('Alice')
    await scan(page, phone)
    await phone.confirm()
    await greetedAs(page, 'Alice')
    await page.getByRole('button', { name: '退出登录' }).click()
    const old = await codeOn(page)
    const mallory = site.phoneOf('Mallory')
    await mallory.scan(old)
    await mallory.confirm()
    await sees(page, '以 M••• 的身份继续？')
    await sees(page, '此浏览器上次登录的是另一个账号。')
    await page.getByText('不是你？换一个二维码').click()
    await codeOn(page, old)
    expect(await mallory.confirm()).toMatchObject({ body: { code: 'ticket_cancelled' } })
  })
})

describe.concurrent('a session that is renewed with the key only', () => {
  it('goes on in its browser after its five minutes, and nowhere else with its cookies', async ({ newVisitor }) => {
    const visitor = await newVisitor()
    const page = await visitor.open(bound.origin)
    await signIn(page, bound.phoneOf('Alice'))
    const lasting = (await visitor.context.cookies()).filter(({ name }) => name === 'scanlogin-session')
    expect(lasting).toHaveLength(1)
    const thief = await newVisitor()
    await thief.context.addCookies(lasting)
    const theirs = await thief.open(bound.origin)
    await codeOn(theirs)
    const renewed = await theirs.evaluate(async () => (await fetch('/v1/session', { method: 'POST' })).status)
    expect(renewed).toBe(400)
    // As time does.
    await visitor.context.clearCookies({ name: 'scanlogin-access' })
    await page.reload()
    await greetedAs(page, 'Hello')
    await visitor.context.clearCookies({ name: 'scanlogin-access' })
    await sees(await visitor.open(`${bound.origin}/sessions`), 'this browser')
  })
})
