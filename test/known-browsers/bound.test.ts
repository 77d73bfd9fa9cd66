/** A lasting token that is worth nothing without the key of the browser it was given to. @see T28 of the threat table */
import { describe, expect, it } from 'vitest'
import { knownBrowsers, memoryStore } from '../../packages/scanlogin/src/index.ts'
import { jwtSessions, type Reuse } from '../../packages/scanlogin/src/session.ts'
import { createClock, type ScriptedBrowser, scriptedKey } from '../../packages/scanlogin/src/testing.ts'
import { start } from '../start.ts'
import { approve, base } from './scene.ts'

async function open(handler: { accountAvailable?: () => boolean } = {}) {
  const clock = createClock()
  const store = memoryStore({ clock })
  const reuses: Reuse[] = []
  const onReuse = (reuse: Reuse) => void reuses.push(reuse)
  const issuer = 'https://id.example.com'
  const sessions = jwtSessions({ store, clock, issuer, staleness: 0, boundRenewal: true, onReuse })
  const site = start({
    login: { clock, store, browsers: knownBrowsers({ store, clock }) },
    handler: { sessions, ...handler },
  })
  const [key, other] = [await scriptedKey({ now: clock.now }), await scriptedKey({ now: clock.now })]
  const keyed = site.newBrowser({ prove: (method, path) => key.prove(method, base + path) })
  const signIn = async (browser: ScriptedBrowser) => {
    await approve(browser, site.phone)
    await browser.redeem()
  }
  const renew = async (browser: ScriptedBrowser, proof?: string) =>
    browser.call('POST', '/session', { headers: proof === undefined ? {} : { dpop: proof } })
  const proofs = {
    own: () => key.prove('POST', `${base}/session`),
    other: () => other.prove('POST', `${base}/session`),
  }
  /** Takes the signed cookie away, as time does. */
  const outlive = async (browser: ScriptedBrowser) => {
    await clock.advance(300_000)
    browser.cookies.delete('__Host-scanlogin-access')
  }
  return { ...site, clock, keyed, signIn, renew, proofs, outlive, reuses }
}

describe('a session that is bound to a browser', () => {
  it('is renewed with a proof of its key, and not without one, with another or with the same again', async () => {
    const { keyed, signIn, renew, proofs } = await open()
    await signIn(keyed)
    const proof = await proofs.own()
    expect((await renew(keyed, proof)).status).toBe(200)
    for (const wrong of [undefined, await proofs.other(), proof]) {
      expect(await renew(keyed, wrong)).toMatchObject({ status: 400, body: { code: 'invalid_proof' } })
    }
    expect((await renew(keyed, await proofs.own())).status).toBe(200)
  })

  it('is told by no lasting token alone, and is there again once it is renewed', async () => {
    const { keyed, signIn, renew, proofs, outlive } = await open()
    await signIn(keyed)
    expect((await keyed.call('GET', '/session')).status).toBe(200)
    await outlive(keyed)
    for (const path of ['/session', '/sessions', '/browsers']) expect((await keyed.call('GET', path)).status).toBe(401)
    expect((await renew(keyed, await proofs.own())).status).toBe(200)
    expect((await keyed.call('GET', '/session')).status).toBe(200)
  })

  it('is signed out of without a proof', async () => {
    const { keyed, signIn, renew, proofs, outlive } = await open()
    await signIn(keyed)
    await outlive(keyed)
    expect((await keyed.call('DELETE', '/session')).status).toBe(204)
    expect((await renew(keyed, await proofs.own())).status).toBe(401)
  })

  it('still ends when an old token comes back, whoever brings it', async () => {
    const { keyed, signIn, renew, proofs, clock, fetch, reuses } = await open()
    await signIn(keyed)
    const old = keyed.cookies.get('__Host-scanlogin-session')
    await renew(keyed, await proofs.own())
    await clock.advance(30_000)
    const stolen = await fetch('/v1/session', { method: 'POST', headers: { authorization: `Bearer ${old}` } })
    expect(stolen.status).toBe(401)
    expect(reuses).toHaveLength(1)
    expect((await renew(keyed, await proofs.own())).status).toBe(401)
  })

  it('is not renewed for an account that was locked, and keeps its token', async () => {
    let available = true
    const { keyed, signIn, renew, proofs } = await open({ accountAvailable: () => available })
    await signIn(keyed)
    available = false
    expect((await renew(keyed, await proofs.own())).body).toMatchObject({ code: 'account_unavailable' })
    available = true
    expect((await renew(keyed, await proofs.own())).status).toBe(200)
  })
})

describe('a session of a browser without a key', () => {
  it('is renewed as ever', async () => {
    const { browser, signIn, renew, outlive } = await open()
    await signIn(browser)
    await outlive(browser)
    expect((await browser.call('GET', '/session')).status).toBe(200)
    expect((await renew(browser)).status).toBe(200)
  })
})
