/**
 * Two versions in one fleet: what an earlier one has begun and kept, this one reads and finishes. The same holds the other
 * way round for a version that knows more and writes it behind what this one reads.
 */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogin, knownBrowsers, type Login, type Store } from '../../packages/scanlogin/src/index.ts'
import { jwtSessions, storedSessions } from '../../packages/scanlogin/src/session.ts'
import { clockAt, closeAll, type Held, openers, type Recorded, recordings } from './recorded.ts'

const alice = { id: 'alice', name: 'Alice Example' }
const library = new URL('../../packages/scanlogin/package.json', import.meta.url)
const publicUrl = 'https://id.example.com'

let store: Store
let login: Login

const places = recordings.flatMap(recorded =>
  openers.map(([kind, open]) => ({ name: recorded.name, kind, recorded, open })),
)

it('there is a recording of this version, and of each before it', () => {
  const { version } = JSON.parse(readFileSync(library, 'utf8'))
  expect(recordings.map(({ name }) => name)).toEqual(expect.arrayContaining(['0.1.0-first', '0.1.0', version]))
})

describe.each(places)('what $name has left in $kind', ({ recorded, open }) => {
  const { tickets } = recorded

  beforeEach(async () => {
    store = await open(recorded)
    login = loginAt(recorded)
  })

  afterEach(close)

  it('is a sign-in that was begun, and goes on by its code', async () => {
    const { id, secret, qrUrl } = held('pending')
    expect(await login.read(id, secret)).toMatchObject({ state: 'pending', version: 1 })
    const { scanToken } = await login.scan({ qr: qrUrl }, alice)
    await login.confirm(id, scanToken, alice)
    expect((await login.redeem(id, secret)).user).toEqual(alice)
  })

  it('is a sign-in that goes on by letters that are typed', async () => {
    const { id, secret, userCode } = held('typed')
    const { scanToken } = await login.scan({ userCode }, alice)
    await login.deny(id, scanToken, alice)
    expect(await login.read(id, secret)).toMatchObject({ state: 'denied' })
  })

  it('is a browser that waits, and hears of the scan', async () => {
    const { id, secret, qrUrl } = held('waited')
    const waiting = login.wait(id, secret, { since: 1, seconds: 25 })
    await expect.poll(() => login.waiting()).toBe(1)
    await login.scan({ qr: qrUrl }, alice)
    expect(await waiting).toMatchObject({ state: 'scanned', version: 2 })
  })

  it('is a phone that has scanned, and confirms', async () => {
    const { id, secret, scanToken = '' } = held('scanned')
    expect(await login.read(id, secret)).toMatchObject({ state: 'scanned', phone: { user: alice } })
    await login.confirm(id, scanToken, alice)
    expect((await login.redeem(id, secret)).user).toEqual(alice)
    const contended = held('contended')
    expect(await login.read(contended.id, contended.secret)).toMatchObject({ state: 'scanned', contended: true })
  })

  it('is a check code that is asked for, with the tries that are left', async () => {
    const { id, secret, checkCode = '' } = held('verifying')
    expect(await login.verify(id, secret, checkCode)).toMatchObject({ state: 'confirmed' })
    expect((await login.redeem(id, secret)).user).toEqual(alice)
    const missed = held('missed')
    const wrong = missed.checkCode === '2222' ? '3333' : '2222'
    const miss = () => login.verify(missed.id, missed.secret, wrong)
    await expect(miss()).rejects.toMatchObject({ code: 'check_code_mismatch', attemptsLeft: 1 })
    await expect(miss()).rejects.toMatchObject({ attemptsLeft: 0 })
    expect(await login.read(missed.id, missed.secret)).toMatchObject({ state: 'denied', reason: 'check_code' })
  })

  it('is a sign-in that was confirmed, and is collected once', async () => {
    const { id, secret } = held('confirmed')
    const [one, other] = await Promise.all([login.redeem(id, secret), login.redeem(id, secret)])
    expect([one.user, one.token]).toEqual([alice, other.token])
  })

  it('is a sign-in whose answer was lost, and gives the very same session', async () => {
    const { id, secret, token } = held('redeemed')
    expect((await login.redeem(id, secret)).token).toBe(token)
  })

  it.each([
    ['denied', 'ticket_denied'],
    ['mistyped', 'ticket_denied'],
    ['cancelled', 'ticket_cancelled'],
    ['left', 'ticket_cancelled'],
  ])('is a sign-in that was %s, and stays so', async (scene, code) => {
    const { id, secret } = held(scene)
    await expect(login.redeem(id, secret)).rejects.toMatchObject({ code })
  })

  it('is a sign-in for another site, with all that it was begun with', async () => {
    const { id, secret } = held('client')
    const { birth } = await login.read(id, secret)
    expect(birth).toMatchObject({ clientId: 'shop', returnTo: 'https://shop.example/back', origin: { os: 'Linux' } })
    expect(birth.codeChallenge).toBe('c'.repeat(43))
  })

  it('is the sessions of a user', async () => {
    const { open, ended, detailed } = recorded.sessions
    const sessions = storedSessions({ store, clock: clockAt(recorded.at) })
    expect(await sessions.read(open)).toMatchObject({ user: alice })
    expect(await sessions.read(ended)).toBeUndefined()
    await sessions.end(open)
    expect(await sessions.read(open)).toBeUndefined()
    if (detailed === undefined) return
    expect(await sessions.read(detailed)).toMatchObject({ details: { approvedBy: { name: 'a phone' } } })
    expect((await sessions.list(alice.id)).length).toBe(1)
  })

  // What the first did not have yet.
  if (!recorded.browsers) return

  it('is what the phone has said of itself', async () => {
    const { id, secret } = held('device')
    const { phone } = { phone: undefined, ...(await login.read(id, secret)) }
    expect(phone?.device).toEqual({ name: 'a phone', claimed: { browser: 'Safari', os: 'iOS' } })
  })

  it('is what policies have asked for', async () => {
    const { id, secret, checkCode = '' } = held('asked')
    expect(checkCode).toHaveLength(6)
    await login.verify(id, secret, checkCode)
    expect(await login.redeem(id, secret)).toMatchObject({ user: alice, shortSession: true })
    const verified = held('verified')
    expect(await login.redeem(verified.id, verified.secret)).toMatchObject({ userVerified: true })
  })

  it('is a sign-in that only one browser’s key collects', async () => {
    const { id, secret } = held('keyed')
    const proof = (key: string) => ({ keyProof: { key, id: `of ${key}`, issuedAt: recorded.at } })
    await expect(login.redeem(id, secret, proof('another'))).rejects.toMatchObject({ code: 'invalid_proof' })
    expect((await login.redeem(id, secret, proof('a-key'))).user).toEqual(alice)
  })

  it('is a signed session, and the keys that it was signed with', async () => {
    const { refresh = '', access = '' } = recorded.signed ?? {}
    const sessions = jwtSessions({ store, clock: clockAt(recorded.at), issuer: publicUrl })
    expect(await sessions.read(access)).toMatchObject({ user: { id: 'bob' } })
    expect(await sessions.renew(refresh)).toMatchObject({ user: { id: 'bob' } })
  })

  it('is a code that another site exchanges, once', async () => {
    const { codes } = storedSessions({ store, clock: clockAt(recorded.at) })
    const claim = { clientId: 'shop', returnTo: 'https://shop.example/back', codeVerifier: undefined }
    const take = () => codes.take(recorded.code ?? '', claim)
    expect((await take()).grant.user).toEqual(alice)
    await expect(take()).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is the browsers that a user is known in', async () => {
    const browsers = knownBrowsers({ store, clock: clockAt(recorded.at) })
    const key = recorded.browsers?.alice ?? ''
    expect([await browsers.knows('alice', key), await browsers.knows('bob', key)]).toEqual([true, false])
  })

  function held(scene: string): Held {
    const found = tickets[scene]
    if (!found) throw new Error(`${recorded.name} has no ${scene}`)
    return found
  }
})

describe.each(openers)('a version that knows more and has written in %s', (_, open) => {
  afterEach(close)

  it('is understood as far as this one reads', async () => {
    const recorded = recordings.find(({ name }) => name === '0.1.0')
    if (!recorded) throw new Error('There is a recording')
    store = await open(recorded, withMore)
    login = loginAt(recorded)
    for (const scene of ['verified', 'confirmed', 'device'] as const) {
      const { id, secret, scanToken = '' } = recorded.tickets[scene] ?? { id: '', secret: '' }
      if (scene === 'device') await login.confirm(id, scanToken, alice)
      expect((await login.redeem(id, secret)).user).toEqual(alice)
    }
    const sessions = storedSessions({ store, clock: clockAt(recorded.at) })
    expect(await sessions.read(recorded.sessions.open)).toMatchObject({ user: alice })
    expect(await knownBrowsers({ store, clock: clockAt(recorded.at) }).knows('alice', 'a-key')).toBe(true)
  })
})

function loginAt({ at }: Recorded): Login {
  return createLogin({ store, publicUrl, clock: clockAt(at), checkCode: false, browsers: knownBrowsers({ store }) })
}

async function close(): Promise<void> {
  await login.drain()
  await store.close()
  await closeAll()
}

/** One field more, behind all that this version reads. */
function withMore(value: string): string {
  if (!/^[[{]/.test(value)) return value
  const record: unknown = JSON.parse(value)
  if (!Array.isArray(record)) return JSON.stringify({ ...Object(record), later: { version: 2 } })
  // The list of a user's sessions has no layout of its own.
  if (record[0] !== 1) return value
  const isTicket = typeof record[1] === 'string'
  return JSON.stringify([...record, ...(isTicket ? nothingMore.slice(record.length) : []), ['later']])
}

/** A ticket's last fields as they are written where there is nothing to tell. */
const nothingMore = Object.assign(Array(11), { 11: 'pending', 12: 0, 13: '', 14: 0, 15: [0, 0, 0, 0] })
