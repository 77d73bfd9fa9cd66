/** The browsers that a person is known in: they see them, and make any of them a stranger again. */
import { describe, expect, it } from 'vitest'
import type { KnownBrowserResource } from '../../packages/scanlogin/src/http.ts'
import type { ScriptedBrowser, ScriptedPhone } from '../../packages/scanlogin/src/testing.ts'
import { apiKey, start } from '../start.ts'
import { approve, type KeyedBrowser, open } from './scene.ts'

interface Listed {
  browsers: KnownBrowserResource[]
}

/** Somebody who is signed in with two browsers, an hour apart. */
async function twice() {
  const site = open()
  const [first, second] = [await site.newKeyed(), await site.newKeyed()]
  for (const browser of [first, second]) {
    await signIn(browser, site.phone)
    await site.clock.advance(3_600_000)
  }
  // A session that nobody uses would have ended in the meantime.
  await signIn(second, site.phone)
  return { ...site, first, second }
}

async function signIn(browser: KeyedBrowser, phone: ScriptedPhone): Promise<boolean | undefined> {
  const scanned = await approve(browser, phone)
  await browser.redeem()
  return scanned.context?.observed.known_browser
}

const list = async (browser: ScriptedBrowser) => (await browser.call<Listed>('GET', '/browsers')).body.browsers ?? []

describe("a person's known browsers", () => {
  it('are listed, the one that asks among them, the last used first', async () => {
    const { second } = await twice()
    expect(await list(second)).toEqual([
      {
        id: expect.stringMatching(/^[\w-]{22}$/),
        current: true,
        first_used_ago: 3600,
        last_used_ago: 3600,
        claimed: { browser: 'unknown', os: 'unknown' },
      },
      { id: expect.any(String), first_used_ago: 7200, last_used_ago: 7200, claimed: expect.any(Object) },
    ])
  })

  it('are new again once they are forgotten, one or all, and their sessions stay', async () => {
    const { first, second, phone } = await twice()
    const [, other] = await list(second)
    expect((await second.call('DELETE', `/browsers/${other?.id}`)).status).toBe(204)
    expect((await second.call('DELETE', `/browsers/${other?.id}`)).status).toBe(204)
    expect(await signIn(first, phone)).toBe(false)
    expect(await signIn(second, phone)).toBe(true)
    expect((await second.call('DELETE', '/browsers')).status).toBe(204)
    expect(await list(second)).toEqual([])
    expect(await signIn(second, phone)).toBe(false)
  })

  it('are new again when their session is ended from elsewhere, and not when somebody signs out', async () => {
    const { first, second, phone, newKeyed } = await twice()
    const stranger = await newKeyed()
    await signIn(stranger, phone)
    const sessions = (await second.call<{ sessions: { id: string; current?: true }[] }>('GET', '/sessions')).body
      .sessions
    const theirs = sessions?.find(({ current }) => !current)
    await second.call('DELETE', `/sessions/${theirs?.id}`)
    expect(await list(second)).toHaveLength(2)
    expect(await signIn(stranger, phone)).toBe(false)
    // The same browser has had another session: it is the one that asks all the same.
    await signIn(await newKeyed(second.key), phone)
    await second.call('DELETE', '/sessions')
    expect((await list(second)).map(({ current }) => current)).toEqual([true, undefined])
    expect(await signIn(stranger, phone)).toBe(false)
    await second.call('DELETE', '/session')
    expect(await signIn(second, phone)).toBe(true)
    expect(await signIn(first, phone)).toBe(true)
  })

  it('are nobody else’s to see or to forget', async () => {
    const { second, newKeyed, stranger, phone } = await twice()
    const [mine] = await list(second)
    const mallory = await newKeyed()
    await signIn(mallory, stranger.phone)
    expect((await list(mallory)).map(({ id }) => id)).not.toContain(mine?.id)
    expect((await mallory.call('DELETE', `/browsers/${mine?.id}`)).status).toBe(204)
    await mallory.call('DELETE', '/browsers')
    expect(await signIn(second, phone)).toBe(true)
  })

  it('are for the app’s back end to see and to forget, of the user whom it names', async () => {
    const { fetch, phone, second } = await twice()
    const headers = { authorization: `Bearer ${apiKey}` }
    const of = `?user=${encodeURIComponent(phone.user?.id ?? '')}`
    const { browsers }: Listed = await (await fetch(`/v1/browsers${of}`, { headers })).json()
    expect(browsers.map(({ current }) => current)).toEqual([undefined, undefined])
    expect((await fetch(`/v1/browsers${of}`, { method: 'DELETE', headers })).status).toBe(204)
    expect(await list(second)).toEqual([])
    expect((await fetch('/v1/browsers', { headers })).status).toBe(400)
  })

  it('are for the phone that is signed in, also where the host keeps its own sessions', async () => {
    const site = open({
      handler: {
        signIn: () => ({}),
        authenticate: request =>
          request.headers.get('authorization') === 'Bearer of-alice' ? { id: 'alice' } : undefined,
      },
    })
    await site.browsers.remember('alice', 'a-key', { browser: 'Firefox', os: 'Linux' })
    const headers = { authorization: 'Bearer of-alice' }
    const { browsers }: Listed = await (await site.fetch('/v1/browsers', { headers })).json()
    expect(browsers.map(({ claimed }) => claimed)).toEqual([{ browser: 'Firefox', os: 'Linux' }])
    expect((await site.fetch('/v1/browsers', { method: 'DELETE', headers })).status).toBe(204)
    expect(await site.browsers.list('alice')).toEqual([])
  })

  it('are not for those who are nobody, nor for foreign pages to forget', async () => {
    const { second, fetch } = await twice()
    expect((await fetch('/v1/browsers')).status).toBe(401)
    const foreign = { headers: { origin: 'https://evil.example.com' } }
    expect((await second.call('DELETE', '/browsers', foreign)).status).toBe(403)
    expect(await list(second)).toHaveLength(2)
  })

  it('are no call of a site that keeps none', async () => {
    const { fetch } = start()
    expect((await fetch('/v1/browsers')).status).toBe(404)
    expect((await fetch('/v1/browsers', { method: 'DELETE' })).status).toBe(404)
  })
})
