/** Ways to a session that is not one's own, in real Chromium against the standalone server. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it, type NewVisitor, type Visitor } from '../browser/chromium.ts'
import { type ForeignSite, openForeignSite, tryEverything } from '../browser/foreign-site.ts'
import { codeOn, greetedAs, sees } from '../browser/screens.ts'
import { openSite, type Site } from '../browser/site.ts'
import { endServers } from '../server/server.ts'

const kinds = ['stored', 'jwt'] as const
const places = ['far', 'near'] as const
const sites = new Map<string, Site>()
let foreign: ForeignSite

beforeAll(async () => {
  foreign = await openForeignSite()
  // The near one is a client of ours, and still no page of ours.
  const shop = { id: 'shop', name: 'Shop', origin: foreign.near, return_to: [`${foreign.near}/in`] }
  for (const kind of kinds) {
    sites.set(kind, await openSite({ SCANLOGIN_SESSIONS: kind, SCANLOGIN_CLIENTS: JSON.stringify([shop]) }))
  }
})

afterAll(async () => {
  await foreign.close()
  await endServers()
})

async function signedIn(newVisitor: NewVisitor, site: Site, name: string): Promise<Visitor> {
  const visitor = await newVisitor()
  const page = await visitor.open(site.origin)
  const phone = site.phoneOf(name)
  await phone.scan(await codeOn(page))
  await phone.confirm()
  await greetedAs(page, `Hello, ${name}`)
  return visitor
}

const sessionCookies = async ({ context }: Visitor) =>
  (await context.cookies()).filter(({ name }) => /session|access/.test(name))

describe.each(kinds)('a session in a browser (%s)', kind => {
  const site = () => sites.get(kind) as Site

  it('is in reach of no script, and of no plain page of another site', async ({ newVisitor }) => {
    const victim = await signedIn(newVisitor, site(), 'Alice')
    const page = await victim.open(`${site().origin}/sessions`)
    await sees(page, 'this browser')
    expect(await page.evaluate(() => document.cookie)).not.toMatch(/session|access/)
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]))
    const cookies = await sessionCookies(victim)
    expect(cookies.length).toBe(kind === 'jwt' ? 2 : 1)
    for (const cookie of cookies) {
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', domain: 'localhost' })
      expect(kept).not.toContain(cookie.value)
      for (const request of victim.requests) expect(request.url()).not.toContain(cookie.value)
    }
  })

  it.for(places)('is neither ended, renewed nor read by a page from %s', async (place, { newVisitor }) => {
    const victim = await signedIn(newVisitor, site(), 'Alice')
    const before = await sessionCookies(victim)
    const attacker = await victim.context.newPage()
    await attacker.goto(foreign[place])
    const { origin } = site()
    const calls = [
      { method: 'DELETE', url: `${origin}/v1/session`, body: '{}' },
      { method: 'POST', url: `${origin}/v1/session`, body: '{}' },
      { method: 'DELETE', url: `${origin}/v1/sessions`, body: '{}' },
      { method: 'POST', url: `${origin}/v1/sessions/end`, body: '{"device":{"id":"phone"}}' },
      { method: 'DELETE', url: `${origin}/v1/browsers`, body: '{}' },
    ] as const
    await attacker.evaluate(tryEverything, calls)
    const reads = await attacker.evaluate(async origin => {
      const paths = ['session', 'sessions', 'browsers']
      const tries = paths.map(path => fetch(`${origin}/v1/${path}`, { credentials: 'include' }).then(r => r.text()))
      return (await Promise.allSettled(tries)).map(({ status }) => status)
    }, origin)
    expect(reads).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await sessionCookies(victim)).toEqual(before)
    const page = await victim.open(`${origin}/sessions`)
    await sees(page, 'this browser')
    await sees(page, 'Browsers you are known in')
  })

  it('is not told from none by a page of another site', async ({ newVisitor }) => {
    const victim = await signedIn(newVisitor, site(), 'Alice')
    const nobody = await newVisitor()
    const seen = await Promise.all(
      [victim, nobody].map(async ({ context }) => {
        const attacker = await context.newPage()
        await attacker.goto(foreign.far)
        return attacker.evaluate(async origin => {
          const url = `${origin}/v1/session`
          const load = (tag: 'img' | 'script') =>
            new Promise(resolve => {
              const element = Object.assign(document.createElement(tag), { src: url })
              element.onload = () => resolve(`${tag} loads`)
              element.onerror = () => resolve(`${tag} fails`)
              document.body.append(element)
            })
          const asked = (mode: RequestMode) =>
            fetch(url, { mode, credentials: 'include' }).then(
              ({ status, type }) => `${mode} ${type} ${status}`,
              () => `${mode} fails`,
            )
          return [await load('img'), await load('script'), await asked('cors'), await asked('no-cors')]
        }, site().origin)
      }),
    )
    expect(seen[0]).toEqual(seen[1])
  })

  it('is not another person’s who has planted theirs beforehand', async ({ newVisitor }) => {
    const mallory = await signedIn(newVisitor, site(), 'Mallory')
    const victim = await newVisitor()
    const planted = await sessionCookies(mallory)
    await victim.context.addCookies(planted)
    const page = await victim.open(site().origin)
    // Whoever can plant cookies has signed the victim in as themselves, and the page says so.
    await greetedAs(page, 'Hello, Mallory')
    await page.getByRole('button', { name: 'Sign out' }).click()
    const phone = site().phoneOf('Alice')
    await phone.scan(await codeOn(page))
    await phone.confirm()
    await greetedAs(page, 'Hello, Alice')
    const own = await sessionCookies(victim)
    for (const { value } of planted) expect(own.map(cookie => cookie.value)).not.toContain(value)
    await sees(await mallory.open(`${site().origin}/sessions`), 'Nobody is signed in in this browser.')
  })
})
