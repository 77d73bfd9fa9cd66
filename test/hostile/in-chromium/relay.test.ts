/** A live code that is shown to somebody else's user. What is asked for at each step, and what cannot be stopped. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it, type NewVisitor } from '../../browser/chromium.ts'
import { codeOn, greetedAs, idIn, sees } from '../../browser/screens.ts'
import { apiKey, openSite, type Site } from '../../browser/site.ts'
import { type Issuer, startIssuer } from '../../server/issuer.ts'
import { endServers } from '../../server/server.ts'
import { openRelay, type RelaySite } from './relay-site.ts'

let issuer: Issuer
let site: Site
/** Asks new browsers for a check code. */
let careful: Site
const relays: RelaySite[] = []

beforeAll(async () => {
  issuer = await startIssuer()
  ;[site, careful] = await Promise.all([
    openSite(issuer.env),
    openSite({ ...issuer.env, SCANLOGIN_PRESET: 'enterprise' }),
  ])
})

afterAll(async () => {
  await endServers()
  await Promise.all([issuer.close(), ...relays.map(relay => relay.close())])
})

async function relayOf({ origin }: Site, proofs: 'kept' | 'cut' = 'cut'): Promise<RelaySite> {
  const relay = await openRelay(origin, { proofs })
  relays.push(relay)
  return relay
}

/** The phone page of somebody who is signed in to the app, opened by a camera that has read the code. */
async function phoneAt(code: string, { newVisitor, name }: { newVisitor: NewVisitor; name: string }): Promise<Page> {
  const handset = await newVisitor({ viewport: { width: 390, height: 844 } })
  const token = await issuer.sign({ sub: name.toLowerCase(), name })
  const { origin } = new URL(code)
  await handset.context.addCookies([{ name: 'app-token', value: token, url: origin, httpOnly: true }])
  return handset.open(code)
}

/** @see T3 of the threat table */
describe.concurrent('a page that relays a live code', () => {
  it.for(['kept', 'cut'] as const)(
    'is a new browser on the phone, though its visitor’s own is known, with proofs of keys %s',
    async (proofs, { newVisitor }) => {
      const relay = await relayOf(site, proofs)
      const victim = await newVisitor()
      const name = `Alice-${proofs}`
      const page = await victim.open(site.origin)
      const first = await phoneAt(await codeOn(page), { newVisitor, name })
      await first.locator('.button.confirm').click()
      await greetedAs(page, `Hello, ${name}`)
      await page.getByRole('button', { name: 'Sign out' }).click()
      const again = await phoneAt(await codeOn(page), { newVisitor, name })
      await sees(again, 'You have used it before')

      const trap = await victim.open(relay.url)
      const code = await codeOn(trap)
      expect(code.startsWith(`${site.origin}/s#`)).toBe(true)
      const phone = await phoneAt(code, { newVisitor, name })
      await sees(phone, 'New: you have never signed in with it')
      await sees(phone, 'If somebody sent you this code or asked you to scan it, it is a fraud: refuse.')
      await phone.locator('.button.deny').click()
      await sees(trap, 'Declined on the phone')
      expect([...relay.cookies.keys()].filter(cookie => cookie.endsWith('session'))).toEqual([])
    },
  )

  it('signs the attacker in where the person confirms all the same, for an hour or until they end it', async ({
    newVisitor,
  }) => {
    const relay = await relayOf(site)
    const trap = await (await newVisitor()).open(relay.url)
    const phone = site.phoneOf('Alice')
    await phone.scan(await codeOn(trap))
    await phone.confirm()
    await greetedAs(trap, 'Hello, Alice')
    const stolen = { headers: { cookie: `scanlogin-session=${relay.cookies.get('scanlogin-session')}` } }
    const session = await fetch(`${site.api}/session`, stolen)
    expect((await session.json()).session.expires_in).toBeLessThanOrEqual(3600)

    const backend = { headers: { authorization: `Bearer ${apiKey}` } }
    const ofAlice = `${site.api}/sessions?user=${phone.user?.id}`
    const { sessions } = await (await fetch(ofAlice, backend)).json()
    expect(sessions).toHaveLength(1)
    expect((await fetch(ofAlice, { ...backend, method: 'DELETE' })).status).toBe(204)
    expect((await fetch(`${site.api}/session`, stolen)).status).toBe(401)
  })

  it('gets in with a check code too, where it asks its visitor for the digits', async ({ newVisitor }) => {
    const relay = await relayOf(careful)
    const trap = await (await newVisitor()).open(relay.url)
    const phone = careful.phoneOf('Alice')
    await phone.scan(await codeOn(trap))
    await trap.locator('scan-login input').fill((await phone.confirm()).body.check_code ?? '')
    await greetedAs(trap, 'Hello, Alice')
    expect(relay.cookies.get('scanlogin-session')).toBeDefined()
  })
})

describe.concurrent('an attacker who shows somebody their own code', () => {
  it('is asked for a check code that only the phone has, and is out after three guesses', async ({ newVisitor }) => {
    const attacker = await newVisitor()
    const page = await attacker.open(careful.origin)
    const code = await codeOn(page)
    const phone = await phoneAt(code, { newVisitor, name: 'Alice' })
    await phone.locator('.button.confirm').click()
    const digits = (await phone.locator('.digits').textContent()) ?? ''
    await sees(phone, 'Only in a browser right before you. Never tell it to anyone.')
    const seen = await page.evaluate(async id => (await fetch(`/v1/tickets/${id}`)).text(), idIn(code))
    expect(seen).not.toContain(digits)
    for (const left of [2, 1, 0]) {
      await page.locator('scan-login input').fill(digits === '0000' ? '1111' : '0000')
      await sees(page, left ? `Tries left: ${left}.` : 'Too many wrong codes')
    }
    await phone.locator('.view.done', { hasText: 'Not signed in' }).waitFor()
    expect((await attacker.context.cookies()).map(({ name }) => name)).not.toContain('scanlogin-session')
  })
})
