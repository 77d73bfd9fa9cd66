/** Whole sign-ins over the memory store, with a clock that stands still. */
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../stores/memory.ts'
import { createClock } from '../testing/clock.ts'
import { makePayload } from './codes/qr-payload.ts'
import type { LoginErrorCode } from './errors.ts'
import { type Created, createLogin, type LoginOptions } from './login.ts'
import type { Entry } from './store.ts'

const alice = { id: 'alice', name: 'Alice Liddell', avatar: 'https://img.example.com/alice.png' }
const bob = { id: 'bob' }

describe('a sign-in', () => {
  it('brings the user of the phone into the browser', async () => {
    const { login, browser } = await start()
    expect(browser.ticket).toMatchObject({ state: 'pending', version: 1 })
    const { ticket, scanToken } = await login.scan({ qr: browser.qrUrl }, alice)
    expect(ticket).toMatchObject({ state: 'scanned', birth: { id: browser.ticket.birth.id } })
    expect(await login.confirm(ticket.birth.id, scanToken)).toMatchObject({ ticket: { state: 'confirmed' } })
    const { user, token } = await login.redeem(ticket.birth.id, browser.secret)
    expect(user).toEqual(alice)
    expect(token).toMatch(/^[\w-]{43}$/)
  })

  it('shows a code that holds an id and no more', async () => {
    const { browser } = await start()
    const { id } = browser.ticket.birth
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(browser.qrUrl).toMatch(new RegExp(`^https://id\\.example\\.com/s#${id}\\.0\\.[0-9A-HJKMNP-TV-Z]{10}$`))
  })

  it('leaves no secret in the store, whoever reads it', async () => {
    const { login, browser, written } = await start({ checkCode: 8 })
    const { id } = browser.ticket.birth
    const { scanToken } = await login.scan({ qr: browser.qrUrl }, alice)
    const { checkCode = '' } = await login.confirm(id, scanToken)
    await login.verify(id, browser.secret, checkCode)
    const { token } = await login.redeem(id, browser.secret)
    const text = written.map(({ value }) => value).join('\n')
    for (const secret of [browser.secret, scanToken, checkCode, token]) {
      expect(secret).toMatch(/^[\w-]{8,}$/)
      expect(text).not.toContain(secret)
    }
  })

  it('gives every browser its own id, secrets and user code', async () => {
    const { login } = await start()
    const browsers = await Promise.all(Array.from({ length: 100 }, () => login.create({ origin })))
    const all = browsers.flatMap(({ ticket, secret, rotation, userCode }) => [
      ticket.birth.id,
      secret,
      rotation?.key,
      userCode,
    ])
    expect(new Set(all).size).toBe(400)
  })

  it('shows people a name without tricks, and pictures from https only', async () => {
    const { login, browser } = await start()
    const { ticket } = await login.scan(
      { qr: browser.qrUrl },
      { id: 'eve', name: 'Ali\u202ece\n', avatar: 'javascript:x' },
    )
    expect(ticket).toMatchObject({ phone: { user: { id: 'eve', name: 'Alice' } } })
    expect(ticket).not.toHaveProperty('phone.user.avatar')
  })

  it('has ended 30 s after the confirm if nobody collects', async () => {
    const { login, browser, clock, confirmed } = await start().then(toConfirmed)
    await clock.advance(30_000)
    await expect(login.redeem(confirmed, browser.secret)).rejects.toEqual(refusal('ticket_expired'))
  })

  it('is remembered for 600 s after it has ended, and unknown afterwards', async () => {
    const { login, browser, clock } = await start()
    const { id } = browser.ticket.birth
    await login.cancel(id, browser.secret)
    await clock.advance(599_999)
    expect(await login.read(id, browser.secret)).toMatchObject({ state: 'cancelled' })
    await clock.advance(1)
    await expect(login.read(id, browser.secret)).rejects.toEqual(refusal('not_found'))
  })
})

describe('a rotating code', () => {
  it('photographed at one step is good at that step and the next, and stale from then on', async () => {
    const { login, browser, clock } = await start()
    const photo = await makePayload(browser.ticket.birth.id, browser.rotation?.key, 30_000)
    const outcomes: string[] = []
    for (let step = 0; step < 8; step++) {
      outcomes.push(
        await login.scan({ qr: photo }, alice).then(
          () => 'good',
          error => error.code,
        ),
      )
      await clock.advance(10_000)
    }
    const stale = 'stale_qr'
    expect(outcomes).toEqual([stale, stale, stale, 'good', 'good', stale, stale, stale])
  })

  it('may stand still where rotation is off', async () => {
    const { login, browser, clock } = await start({ rotation: false })
    expect(browser.rotation).toBeUndefined()
    await clock.advance(119_999)
    expect(await login.scan({ qr: browser.qrUrl }, alice)).toMatchObject({ ticket: { state: 'scanned' } })
  })

  it('of another ticket does not fit', async () => {
    const { login, browser } = await start()
    const other = await login.create({ origin })
    const [, mac = ''] = other.qrUrl.split('.0.')
    const forged = `${browser.ticket.birth.id}.0.${mac}`
    await expect(login.scan({ qr: forged }, alice)).rejects.toEqual(refusal('stale_qr'))
  })
})

describe('a user code', () => {
  it('scans without a camera, as people type it', async () => {
    const { login, browser } = await start()
    const typed = browser.userCode.toLowerCase().replace('-', ' ')
    expect(await login.scan({ userCode: typed }, alice)).toMatchObject({
      ticket: { state: 'scanned', birth: { id: browser.ticket.birth.id } },
    })
  })

  it('names its own ticket and no other, and asking that is no guess', async () => {
    const { login, browser } = await start()
    const { id } = browser.ticket.birth
    const other = await login.create({ origin })
    expect(await login.isNamedBy(id, browser.userCode.toLowerCase())).toBe(true)
    for (const wrong of [other.userCode, 'BBBB-BBBB', 'CCCC-CCCC', 'DDDD-DDDD', 'not a code', '']) {
      expect(await login.isNamedBy(id, wrong)).toBe(false)
    }
    expect(await login.scan({ userCode: browser.userCode }, alice)).toMatchObject({ ticket: { state: 'scanned' } })
  })

  it('may be guessed wrong five times, then the right one does not help either until 300 s are over', async () => {
    const { login, browser, clock } = await start()
    for (const wrong of ['BBBB-BBBB', 'not a code', '', 'CCCC-CCCC', 'DDDD-DDDD']) {
      await expect(login.scan({ userCode: wrong }, alice)).rejects.toEqual(refusal('not_found'))
      await clock.advance(1000)
    }
    const locked = expect.objectContaining({ code: 'rate_limited', retryAfter: 295 })
    await expect(login.scan({ userCode: browser.userCode }, alice)).rejects.toEqual(locked)
    expect(await login.scan({ userCode: browser.userCode }, bob)).toMatchObject({ ticket: { state: 'scanned' } })
    await clock.advance(295_000)
    const next = await login.create({ origin })
    expect(await login.scan({ userCode: next.userCode }, alice)).toMatchObject({ ticket: { state: 'scanned' } })
  })

  it('that is right costs no guess', async () => {
    const { login, browser } = await start()
    for (let i = 0; i < 10; i++) await login.scan({ userCode: browser.userCode }, alice)
    await expect(login.scan({ userCode: 'BBBB-BBBB' }, alice)).rejects.toEqual(refusal('not_found'))
  })

  it('does not hold up who has a camera', async () => {
    const { login, browser } = await start()
    for (let i = 0; i < 6; i++) await login.scan({ userCode: 'wrong' }, alice).catch(() => {})
    expect(await login.scan({ qr: browser.qrUrl }, alice)).toMatchObject({ ticket: { state: 'scanned' } })
  })
})

describe('a second scan', () => {
  it('by somebody else is refused, and the browser sees that it happened', async () => {
    const { login, browser } = await start()
    const { scanToken } = await login.scan({ qr: browser.qrUrl }, alice)
    await expect(login.scan({ qr: browser.qrUrl }, bob)).rejects.toEqual(refusal('already_scanned'))
    const seen = await login.read(browser.ticket.birth.id, browser.secret)
    expect(seen).toMatchObject({ state: 'scanned', contended: true, phone: { user: { id: 'alice' } } })
    expect(await login.confirm(browser.ticket.birth.id, scanToken)).toMatchObject({ ticket: { state: 'confirmed' } })
  })

  it('by the same user ends the token of the first', async () => {
    const { login, browser } = await start()
    const first = await login.scan({ qr: browser.qrUrl }, alice)
    const second = await login.scan({ qr: browser.qrUrl }, alice)
    const { id } = browser.ticket.birth
    await expect(login.confirm(id, first.scanToken)).rejects.toEqual(refusal('not_found'))
    expect(await login.confirm(id, second.scanToken)).toMatchObject({ ticket: { state: 'confirmed' } })
  })
})

describe('collecting', () => {
  it('gives the same user and token for 30 s, and nothing after', async () => {
    const { login, browser, clock, confirmed } = await start().then(toConfirmed)
    const first = await login.redeem(confirmed, browser.secret)
    await clock.advance(29_999)
    expect(await login.redeem(confirmed, browser.secret)).toEqual(first)
    await clock.advance(1)
    await expect(login.redeem(confirmed, browser.secret)).rejects.toEqual(refusal('already_redeemed'))
  })

  it('gives a token that only the secret of the browser makes, and every version makes alike', async () => {
    const { login, browser, confirmed } = await start().then(toConfirmed)
    const { token } = await login.redeem(confirmed, browser.secret)
    const secret = Buffer.from(browser.secret, 'base64url')
    expect(token).toBe(createHmac('sha256', secret).update(`s1.${confirmed}`).digest('base64url'))
  })

  it('needs the verifier of the challenge, and a wrong one costs nothing', async () => {
    // The pair of RFC 7636, appendix B.
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    const { login, browser, confirmed } = await start({}, { codeChallenge }).then(toConfirmed)
    for (const wrong of ['another verifier', '', undefined, codeChallenge]) {
      await expect(login.redeem(confirmed, browser.secret, { codeVerifier: wrong })).rejects.toEqual(
        refusal('invalid_proof'),
      )
    }
    expect(await login.read(confirmed, browser.secret)).toMatchObject({ state: 'confirmed' })
    expect(await login.redeem(confirmed, browser.secret, { codeVerifier: verifier })).toMatchObject({
      user: { id: 'alice' },
    })
    await expect(login.redeem(confirmed, browser.secret, { codeVerifier: 'another' })).rejects.toEqual(
      refusal('invalid_proof'),
    )
  })

  it('refuses a verifier where no challenge was sent', async () => {
    const { login, browser, confirmed } = await start().then(toConfirmed)
    await expect(login.redeem(confirmed, browser.secret, { codeVerifier: 'verifier' })).rejects.toEqual(
      refusal('invalid_proof'),
    )
  })

  it('is over once the phone took its confirm back', async () => {
    const { login, browser, confirmed, scanToken } = await start().then(toConfirmed)
    await login.deny(confirmed, scanToken)
    await expect(login.redeem(confirmed, browser.secret)).rejects.toEqual(refusal('ticket_denied'))
    await expect(login.confirm(confirmed, scanToken)).rejects.toEqual(refusal('ticket_denied'))
  })
})

describe('a check code', () => {
  it('goes from the phone to the browser before the browser may collect', async () => {
    const { login, browser, confirmed, checkCode } = await start({ checkCode: 4 }).then(toConfirmed)
    expect(checkCode).toMatch(/^\d{4}$/)
    await expect(login.redeem(confirmed, browser.secret)).rejects.toEqual(refusal('wrong_state'))
    expect(await login.verify(confirmed, browser.secret, checkCode)).toMatchObject({ state: 'confirmed' })
    expect(await login.redeem(confirmed, browser.secret)).toMatchObject({ user: { id: 'alice' } })
  })

  it('is shown again, the same, to a phone that has lost the answer', async () => {
    const { login, confirmed, scanToken, checkCode } = await start({ checkCode: 6 }).then(toConfirmed)
    expect(await login.confirm(confirmed, scanToken)).toMatchObject({ checkCode, ticket: { state: 'verifying' } })
  })

  it('is not shown any more once the browser knows it', async () => {
    const { login, browser, confirmed, scanToken, checkCode } = await start({ checkCode: 4 }).then(toConfirmed)
    await login.verify(confirmed, browser.secret, checkCode)
    expect(await login.confirm(confirmed, scanToken)).not.toHaveProperty('checkCode')
    expect(await login.verify(confirmed, browser.secret, checkCode)).toMatchObject({ state: 'confirmed' })
    await login.redeem(confirmed, browser.secret)
    expect(await login.verify(confirmed, browser.secret, checkCode)).toMatchObject({ state: 'redeemed' })
  })

  it('wrong three times ends the sign-in, also for the right one', async () => {
    const { login, browser, confirmed, checkCode } = await start({ checkCode: 4 }).then(toConfirmed)
    const wrong = checkCode === '0000' ? '1111' : '0000'
    for (const attemptsLeft of [2, 1, 0]) {
      const miss = expect.objectContaining({ code: 'check_code_mismatch', attemptsLeft })
      await expect(login.verify(confirmed, browser.secret, wrong)).rejects.toEqual(miss)
    }
    await expect(login.verify(confirmed, browser.secret, checkCode)).rejects.toEqual(refusal('ticket_denied'))
    expect(await login.read(confirmed, browser.secret)).toMatchObject({ state: 'denied', reason: 'check_code' })
  })

  it('is tried by nobody but the browser', async () => {
    const { login, confirmed, checkCode } = await start({ checkCode: 4 }).then(toConfirmed)
    await expect(login.verify(confirmed, stranger, checkCode)).rejects.toEqual(refusal('not_found'))
  })
})

describe('a stranger', () => {
  it('with another secret learns no more than of an id that never was', async () => {
    const { login, confirmed } = await start().then(toConfirmed)
    const other = await login.create({ origin })
    for (const secret of [stranger, other.secret, '', 'short', `${other.secret}\n`]) {
      for (const id of [confirmed, '0'.repeat(26)]) {
        const wait = { since: 0, seconds: 0 }
        const calls = [
          login.read(id, secret),
          login.wait(id, secret, wait),
          login.verify(id, secret, '0000'),
          login.cancel(id, secret),
          login.redeem(id, secret),
        ]
        for (const call of calls) await expect(call).rejects.toEqual(refusal('not_found'))
      }
    }
  })

  it('with another scan token neither confirms nor denies', async () => {
    const { login, browser, confirmed } = await start().then(toConfirmed)
    for (const scanToken of [stranger, browser.secret, '', 'short']) {
      await expect(login.confirm(confirmed, scanToken)).rejects.toEqual(refusal('not_found'))
      await expect(login.deny(confirmed, scanToken)).rejects.toEqual(refusal('not_found'))
    }
    const pending = await login.create({ origin })
    await expect(login.confirm(pending.ticket.birth.id, stranger)).rejects.toEqual(refusal('not_found'))
  })

  it('who is another user does not decide even with the right token', async () => {
    const { login, browser } = await start()
    const { id } = browser.ticket.birth
    const { scanToken } = await login.scan({ qr: browser.qrUrl }, alice)
    await expect(login.confirm(id, scanToken, bob)).rejects.toEqual(refusal('already_scanned'))
    await expect(login.deny(id, scanToken, bob)).rejects.toEqual(refusal('already_scanned'))
    expect(await login.confirm(id, scanToken, alice)).toMatchObject({ ticket: { state: 'confirmed' } })
  })

  it('does not get in with the code on the screen', async () => {
    const { login, browser, confirmed } = await start().then(toConfirmed)
    for (const public_ of [confirmed, browser.qrUrl, browser.userCode, browser.rotation?.key ?? '']) {
      await expect(login.redeem(confirmed, public_)).rejects.toEqual(refusal('not_found'))
    }
  })
})

describe('options that cannot be meant', () => {
  const store = memoryStore()
  const publicUrl = 'https://id.example.com'
  it.each<[string, Omit<LoginOptions, 'store'>]>([
    ['publicUrl', { publicUrl: 'id.example.com' }],
    ['publicUrl', { publicUrl: 'https://id.example.com/path' }],
    ['publicUrl', { publicUrl: 'https://user@id.example.com' }],
    ['publicUrl', { publicUrl: 'ftp://id.example.com' }],
    ['scanUrl', { publicUrl, scanUrl: 'https://elsewhere.example/s' }],
    ['scanUrl', { publicUrl, scanUrl: 'https://id.example.com.evil.example/s' }],
    ['scanUrl', { publicUrl, scanUrl: 'https://id.example.com/s#x' }],
    ['scanTtl', { publicUrl, scanTtl: 59 }],
    ['scanTtl', { publicUrl, scanTtl: 301 }],
    ['scanTtl', { publicUrl, scanTtl: Number.NaN }],
    ['checkCode', { publicUrl, checkCode: 3 }],
    ['checkCode', { publicUrl, checkCode: 4.5 }],
    ['recheck', { publicUrl, recheck: 0 }],
  ])('are refused at once, by name: %s %j', (name, options) => {
    expect(() => createLogin({ store, ...options })).toThrow(expect.objectContaining({ name: 'TypeError' }))
    expect(() => createLogin({ store, ...options })).toThrow(name)
  })
})

const origin = { ip: '203.0.113.7', browser: 'Firefox', os: 'Linux' }
/** Well formed, and nobody's. */
const stranger = 'x'.repeat(43)

async function start(options: Partial<LoginOptions> = {}, request: { codeChallenge?: string } = {}) {
  const clock = createClock()
  const real = memoryStore({ clock })
  const written: Entry[] = []
  const put = (key: string, entry: Entry) => {
    written.push(entry)
    return real.put(key, entry)
  }
  const login = createLogin({ store: { ...real, put }, publicUrl: 'https://id.example.com', clock, ...options })
  const browser: Created = await login.create({ origin, ...request })
  return { clock, login, browser, written }
}

/** Alice has scanned and said "sign in". `confirmed` is the id of the ticket. */
async function toConfirmed<T extends Awaited<ReturnType<typeof start>>>(started: T) {
  const { login, browser } = started
  const confirmed = browser.ticket.birth.id
  const { scanToken } = await login.scan({ qr: browser.qrUrl }, alice)
  const { checkCode = '' } = await login.confirm(confirmed, scanToken)
  return { ...started, confirmed, scanToken, checkCode }
}

function refusal(code: LoginErrorCode) {
  return expect.objectContaining({ name: 'LoginError', code })
}
