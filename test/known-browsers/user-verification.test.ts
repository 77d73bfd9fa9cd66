/** A passkey on the hosted phone page, with Chromium's own authenticator in place of a finger. */
import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it, type NewVisitor } from '../browser/chromium.ts'
import { codeOn, greetedAs, sees } from '../browser/screens.ts'
import { apiKey } from '../start.ts'
import { openVerifyingSite, type VerifyingSite } from './verifying-site.ts'

let site: VerifyingSite

beforeAll(async () => {
  site = await openVerifyingSite()
})

afterAll(() => site.close())

interface Handset {
  page: Page
  /** Whether the finger on the sensor is the owner's. */
  finger(isOwners: boolean): Promise<void>
}

/** A phone on which `name` is signed in to the app, with a sensor that is built in. */
async function handset(newVisitor: NewVisitor, name: string): Promise<Handset> {
  const visitor = await newVisitor({ viewport: { width: 390, height: 844 } })
  await visitor.context.addCookies([{ name: 'who', value: name, url: site.origin, httpOnly: true }])
  const page = await visitor.open(`${site.origin}/s`)
  const cdp: CDPSession = await visitor.context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasUserVerification: true, isUserVerified: true } as const
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...options, hasResidentKey: true, automaticPresenceSimulation: true },
  })
  return {
    page,
    finger: isUserVerified =>
      cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }).then(() => undefined),
  }
}

async function desk(newVisitor: NewVisitor): Promise<Page> {
  return (await newVisitor()).open(site.origin)
}

/** As if the camera had read it: in the same page, so that the sensor stays. */
async function scan(page: Page, code: string): Promise<void> {
  await page.evaluate(fragment => {
    location.hash = fragment
  }, new URL(code).hash)
  await page.locator('.view.ask').waitFor()
}

async function enrol({ page }: Handset): Promise<void> {
  await page.locator('.button.confirm').click()
  await sees(page, 'Set up a passkey')
  await page.locator('.verify .button.confirm').click()
  await sees(page, 'Show that it is you')
}

const statusOf = (page: Page, path: string, init: RequestInit) =>
  page.evaluate(async ([path, init]) => (await fetch(path, init)).status, [path, init] as const)

const json = { 'content-type': 'application/json' }
const post = (body: object) => ({ method: 'POST', headers: json, body: JSON.stringify(body) })

describe('a sign-in that needs to see the phone’s owner', () => {
  it('is confirmed with a passkey that was set up on the way, and with the same one from then on', async ({
    newVisitor,
  }) => {
    const phone = await handset(newVisitor, 'Alice')
    const first = await desk(newVisitor)
    await scan(phone.page, await codeOn(first))
    await sees(phone.page, 'New: you have never signed in with it')
    await enrol(phone)
    await phone.page.locator('.verify .button.confirm').click()
    await greetedAs(first, 'Hello, Alice')
    const second = await desk(newVisitor)
    await scan(phone.page, await codeOn(second))
    await phone.page.locator('.ask .button.confirm').click()
    await sees(phone.page, 'Show that it is you')
    await phone.page.locator('.verify .button.confirm').click()
    await greetedAs(second, 'Hello, Alice')
  })

  it('is not confirmed by somebody else’s finger, and by the owner’s after it', async ({ newVisitor }) => {
    const phone = await handset(newVisitor, 'Bob')
    const screen = await desk(newVisitor)
    await scan(phone.page, await codeOn(screen))
    await enrol(phone)
    await phone.finger(false)
    await phone.page.locator('.verify .button.confirm').click()
    await sees(phone.page, 'That did not work.')
    await sees(screen, 'B••• has scanned')
    await phone.finger(true)
    await phone.page.locator('.verify .button.confirm').click()
    await greetedAs(screen, 'Hello, Bob')
  })

  it('can be refused instead, on each of the ways there', async ({ newVisitor }) => {
    const phone = await handset(newVisitor, 'Carol')
    const screen = await desk(newVisitor)
    await scan(phone.page, await codeOn(screen))
    await phone.page.locator('.ask .button.confirm').click()
    await sees(phone.page, 'Set up a passkey')
    await phone.page.locator('.verify .button.deny').click()
    await sees(screen, 'Declined on the phone')
  })

  it('is not confirmed by what a passkey has signed for another sign-in, nor by what it signed before', async ({
    newVisitor,
  }) => {
    const phone = await handset(newVisitor, 'Dave')
    const seen: { url: string; body: { scan_token: string; user_verification?: object } }[] = []
    phone.page.on('request', request => {
      if (request.url().endsWith('/confirm')) seen.push({ url: request.url(), body: request.postDataJSON() })
    })
    const first = await desk(newVisitor)
    await scan(phone.page, await codeOn(first))
    await enrol(phone)
    await phone.page.locator('.verify .button.confirm').click()
    await greetedAs(first, 'Hello, Dave')
    const evidence = seen.find(({ body }) => body.user_verification)?.body.user_verification
    expect(evidence).toBeDefined()
    const second = await desk(newVisitor)
    const answers = phone.page.waitForResponse(response => response.url().endsWith('/v1/scan'))
    await scan(phone.page, await codeOn(second))
    const { ticket, scan_token } = await (await answers).json()
    const path = `/v1/tickets/${ticket.id}/confirm`
    expect(await statusOf(phone.page, path, post({ scan_token, user_verification: evidence }))).toBe(403)
    expect(await statusOf(phone.page, path, post({ scan_token }))).toBe(403)
    expect(await statusOf(phone.page, path, post({ scan_token, user_verified: true }))).toBe(400)
    await sees(second, 'D••• has scanned')
  })

  it('is not confirmed by a passkey that has only seen a touch', async ({ newVisitor }) => {
    const phone = await handset(newVisitor, 'Judy')
    const answers = phone.page.waitForResponse(response => response.url().endsWith('/v1/scan'))
    await scan(phone.page, await codeOn(await desk(newVisitor)))
    const { ticket, scan_token } = await (await answers).json()
    await enrol(phone)
    await phone.finger(false)
    const status = await phone.page.evaluate(
      async ([id, scan_token, headers]) => {
        const bytes = (text: string) =>
          Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0))
        const text = (buffer: ArrayBuffer) =>
          btoa(String.fromCharCode(...new Uint8Array(buffer)))
            .replaceAll('+', '-')
            .replaceAll('/', '_')
            .replaceAll('=', '')
        const post = (path: string, body: object) =>
          fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
        const { options } = await (await post('/user-verification/options', { ticket_id: id, scan_token })).json()
        const allowCredentials = options.allowCredentials.map((one: { id: string }) => ({
          type: 'public-key',
          id: bytes(one.id),
        }))
        const publicKey = { challenge: bytes(options.challenge), rpId: options.rpId, allowCredentials }
        const got = (await navigator.credentials.get({
          publicKey: { ...publicKey, userVerification: 'discouraged' },
        })) as PublicKeyCredential
        const { clientDataJSON, authenticatorData, signature } = got.response as AuthenticatorAssertionResponse
        const response = {
          clientDataJSON: text(clientDataJSON),
          authenticatorData: text(authenticatorData),
          signature: text(signature),
        }
        const user_verification = { id: got.id, rawId: text(got.rawId), type: got.type, response }
        return (await post(`/v1/tickets/${id}/confirm`, { scan_token, user_verification })).status
      },
      [ticket.id as string, scan_token as string, json] as const,
    )
    expect(status).toBe(403)
  })

  it('is confirmed by the app’s back end, which says that it has seen the owner', async ({ newVisitor }) => {
    const screen = await desk(newVisitor)
    const phone = site.phoneOf({ id: 'erin', name: 'Erin' })
    const { body } = await phone.scan(await codeOn(screen))
    expect(body.require).toMatchObject({ user_verification: true })
    expect(await phone.confirm()).toMatchObject({ status: 403, body: { reasons: ['user_verification'] } })
    const { ticket, scan_token } = phone.scanned
    const said = { scan_token, user_verified: true }
    expect(await phone.call('POST', `/tickets/${ticket.id}/confirm`, { body: said })).toMatchObject({ status: 200 })
    await greetedAs(screen, 'Hello, Erin')
  })

  it('says so where the browser has no passkeys', async ({ newVisitor }) => {
    const phone = await handset(newVisitor, 'Frank')
    await phone.page.evaluate(() => {
      Object.defineProperty(window, 'PublicKeyCredential', { value: undefined })
    })
    await scan(phone.page, await codeOn(await desk(newVisitor)))
    await phone.page.locator('.ask .button.confirm').click()
    await sees(phone.page, 'Not possible here')
    expect(await phone.page.locator('.button.confirm').count()).toBe(0)
  })
})

describe('passkeys', () => {
  it('are not added to those a user has: a thief of an unlocked phone cannot bring their own', async ({
    newVisitor,
  }) => {
    const phone = await handset(newVisitor, 'Grace')
    await scan(phone.page, await codeOn(await desk(newVisitor)))
    await enrol(phone)
    expect(await statusOf(phone.page, '/user-verification/enrolment', post({}))).toBe(409)
  })

  it('are cleared by the app’s back end, and by nobody else', async ({ newVisitor }) => {
    const phone = await handset(newVisitor, 'Heidi')
    await scan(phone.page, await codeOn(await desk(newVisitor)))
    await enrol(phone)
    const url = `${site.api.replace(/\/v1$/, '')}/user-verification/passkeys`
    const body = JSON.stringify({ user: { id: 'heidi' } })
    const clear = (authorization: Record<string, string>) =>
      fetch(url, { method: 'DELETE', headers: { ...json, ...authorization }, body }).then(({ status }) => status)
    expect(await clear({})).toBe(401)
    expect(await clear({ authorization: 'Bearer a-wrong-key-of-at-least-32-characters' })).toBe(401)
    expect(await statusOf(phone.page, '/user-verification/enrolment', post({}))).toBe(409)
    expect(await clear({ authorization: `Bearer ${apiKey}` })).toBe(204)
    expect(await statusOf(phone.page, '/user-verification/enrolment', post({}))).toBe(200)
  })

  it('are nobody’s business but the phone page’s', async () => {
    const url = site.api.replace(/\/v1$/, '')
    const call = (headers: Record<string, string>) =>
      fetch(`${url}/user-verification/enrolment`, { method: 'POST', headers, body: '{}' }).then(({ status }) => status)
    const cookie = 'who=Ivan'
    expect(await call({ ...json, cookie })).toBe(403)
    expect(await call({ ...json, cookie, origin: 'https://evil.example' })).toBe(403)
    expect(await call({ ...json, origin: site.origin })).toBe(401)
    expect(await call({ cookie, origin: site.origin, 'content-type': 'text/plain' })).toBe(400)
    expect(await call({ ...json, cookie, origin: site.origin })).toBe(200)
  })
})
