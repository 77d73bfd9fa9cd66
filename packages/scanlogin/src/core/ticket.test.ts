import { describe, expect, it } from 'vitest'
import type { LoginErrorCode } from './errors.ts'
import {
  cancel,
  confirm,
  deny,
  holder,
  isFinal,
  lifetimes,
  open,
  type Phone,
  redeem,
  sameDigest,
  scan,
  stateAt,
  type Ticket,
  verify,
  versionAt,
} from './ticket.ts'

const birth = {
  id: '0123456789ABCDEFGHJKMNPQRS',
  createdAt: 0,
  secretHash: 'secret',
  rotationKey: undefined,
  clientId: undefined,
  returnTo: undefined,
  codeChallenge: undefined,
  origin: { ip: undefined, browser: 'Firefox', os: 'Linux' },
}
const alice: Phone = { user: { id: 'alice' }, scanTokenHash: 'alice 1' }
const aliceAgain: Phone = { user: { id: 'alice' }, scanTokenHash: 'alice 2' }
const bob: Phone = { user: { id: 'bob' }, scanTokenHash: 'bob 1' }

const pending = open(birth, lifetimes.pending)
const scanned = scan(pending, alice, 1000)
const verifying = confirm(scanned, { checkCodeHash: 'right' }, 2000)
const confirmed = confirm(scanned, {}, 2000)
const redeemed = redeem(confirmed, 3000)
const denied = deny(scanned, 2000)
const cancelled = cancel(pending, 2000)

describe('a ticket', () => {
  it('begins pending, at version 1, held by nobody', () => {
    expect(pending).toMatchObject({ state: 'pending', version: 1, contended: false, deadline: 120_000 })
    expect(holder(pending)).toBeUndefined()
  })

  it('has one version more after each change', () => {
    expect([pending, scanned, confirmed, redeemed].map(({ version }) => version)).toEqual([1, 2, 3, 4])
  })

  it('is expired from its deadline on, though nobody writes it', () => {
    expect(stateAt(pending, 119_999)).toBe('pending')
    expect(stateAt(pending, 120_000)).toBe('expired')
    expect(versionAt(pending, 119_999)).toBe(1)
    expect(versionAt(pending, 120_000)).toBe(2)
  })

  it('does not expire once it has ended', () => {
    for (const ended of [redeemed, denied, cancelled]) {
      expect(stateAt(ended, 1e12)).toBe(ended.state)
      expect(versionAt(ended, 1e12)).toBe(ended.version)
    }
  })

  it('ends in four ways', () => {
    const states = [
      'pending',
      'scanned',
      'verifying',
      'confirmed',
      'redeemed',
      'denied',
      'cancelled',
      'expired',
    ] as const
    expect(states.filter(isFinal)).toEqual(['redeemed', 'denied', 'cancelled', 'expired'])
  })
})

describe('a scan', () => {
  it('gives the ticket to the account that scanned it', () => {
    expect(scanned).toMatchObject({ state: 'scanned', phone: alice })
    expect(holder(scanned)).toEqual({ id: 'alice' })
  })

  it('leaves 90 s to decide, and never takes time away', () => {
    expect(scan(pending, alice, 100_000).deadline).toBe(190_000)
    expect(scan(pending, alice, 1000).deadline).toBe(120_000)
  })

  it('never lengthens the ticket past 300 s from its creation', () => {
    expect(scan(open(birth, 300_000), alice, 299_000).deadline).toBe(300_000)
    const late = scan(scan(pending, alice, 119_000), aliceAgain, 208_000)
    expect(scan(late, alice, 297_000).deadline).toBe(300_000)
  })

  it('repeated by the same user ends the token of the time before', () => {
    expect(scan(scanned, aliceAgain, 2000)).toMatchObject({ state: 'scanned', version: 3, phone: aliceAgain })
  })

  it('by another user leaves a mark and changes nothing else, once', () => {
    const contended = scan(scanned, bob, 2000)
    expect(contended).toEqual({ ...scanned, version: 3, contended: true })
    expect(scan(contended, bob, 3000)).toBe(contended)
  })

  it('comes too late once the same user has confirmed', () => {
    expect(() => scan(confirmed, aliceAgain, 3000)).toThrow(refusal('wrong_state'))
    expect(() => scan(verifying, aliceAgain, 3000)).toThrow(refusal('wrong_state'))
  })
})

describe('a confirm', () => {
  it('needs a scan', () => {
    expect(() => confirm(pending, {}, 2000)).toThrow(refusal('wrong_state'))
  })

  it('leaves the browser 30 s to collect', () => {
    expect(confirmed).toMatchObject({ state: 'confirmed', phone: alice, deadline: 32_000 })
  })

  it('with a check code leaves the browser 60 s and three tries', () => {
    expect(verifying).toMatchObject({ state: 'verifying', attemptsLeft: 3, deadline: 62_000, checkCodeHash: 'right' })
  })

  it('repeated changes nothing, not even after the browser has collected', () => {
    expect(confirm(confirmed, {}, 3000)).toBe(confirmed)
    expect(confirm(verifying, { checkCodeHash: 'right' }, 3000)).toBe(verifying)
    expect(confirm(redeemed, {}, 4000)).toBe(redeemed)
  })

  it('does not skip a check code that is asked already', () => {
    expect(confirm(verifying, {}, 3000)).toBe(verifying)
  })
})

describe('a check code', () => {
  it('that is right confirms', () => {
    expect(verify(verifying, 'right', 5000)).toMatchObject({ state: 'confirmed', deadline: 35_000 })
  })

  it('that is wrong takes a try and no time', () => {
    expect(verify(verifying, 'wrong', 5000)).toEqual({ ...verifying, version: 4, attemptsLeft: 2 })
  })

  it('that is wrong three times denies', () => {
    const twice = verify(verify(verifying, 'wrong', 5000), 'wrong', 5000)
    expect(verify(twice, 'wrong', 5000)).toMatchObject({ state: 'denied', reason: 'check_code' })
    expect(verify(twice, 'right', 5000)).toMatchObject({ state: 'confirmed' })
  })

  it('repeated after success changes nothing', () => {
    const right = verify(verifying, 'right', 5000)
    expect(verify(right, 'right', 6000)).toBe(right)
    const collected = redeem(right, 6000)
    expect(verify(collected, 'right', 7000)).toBe(collected)
  })

  it('is not asked before the phone has confirmed', () => {
    expect(() => verify(pending, 'right', 2000)).toThrow(refusal('wrong_state'))
    expect(() => verify(scanned, 'right', 2000)).toThrow(refusal('wrong_state'))
  })
})

describe('a deny', () => {
  it('ends what the phone holds, also what it has confirmed', () => {
    for (const held of [scanned, verifying, confirmed]) {
      expect(deny(held, 3000)).toMatchObject({ state: 'denied', reason: 'denied_on_phone', phone: alice })
    }
  })

  it('repeated changes nothing', () => {
    expect(deny(denied, 4000)).toBe(denied)
  })

  it('cannot be taken back by a confirm', () => {
    expect(() => confirm(denied, {}, 3000)).toThrow(refusal('ticket_denied'))
  })

  it('needs a scan, and comes too late once the browser has collected', () => {
    expect(() => deny(pending, 2000)).toThrow(refusal('wrong_state'))
    expect(() => deny(redeemed, 4000)).toThrow(refusal('already_redeemed'))
  })
})

describe('a cancel', () => {
  it('ends the ticket at every step, and remembers whose phone it was', () => {
    expect(cancelled).toMatchObject({ state: 'cancelled', phone: undefined })
    for (const live of [scanned, verifying, confirmed]) {
      expect(cancel(live, 3000)).toMatchObject({ state: 'cancelled', phone: alice })
    }
  })

  it('leaves alone what has ended without it', () => {
    expect(cancel(cancelled, 4000)).toBe(cancelled)
    expect(cancel(denied, 4000)).toBe(denied)
    expect(cancel(pending, 120_000)).toBe(pending)
  })

  it('comes too late once the browser has collected', () => {
    expect(() => cancel(redeemed, 4000)).toThrow(refusal('already_redeemed'))
  })
})

describe('a redeem', () => {
  it('needs a confirm', () => {
    for (const early of [pending, scanned, verifying]) {
      expect(() => redeem(early, 2500)).toThrow(refusal('wrong_state'))
    }
  })

  it('may be repeated for 30 s', () => {
    expect(redeem(redeemed, 32_999)).toBe(redeemed)
    expect(() => redeem(redeemed, 33_000)).toThrow(refusal('already_redeemed'))
  })
})

describe('every step', () => {
  const steps: Record<string, (ticket: Ticket, now: number) => Ticket> = {
    scan: (ticket, now) => scan(ticket, aliceAgain, now),
    confirm: (ticket, now) => confirm(ticket, {}, now),
    verify: (ticket, now) => verify(ticket, 'right', now),
    deny,
    redeem,
  }

  it.each(Object.entries(steps))('is refused once the ticket has expired: %s', (_name, step) => {
    for (const live of [pending, scanned, verifying, confirmed]) {
      expect(() => step(live, live.deadline)).toThrow(refusal('ticket_expired'))
    }
  })

  it.each(Object.entries(steps))('is refused once the browser has cancelled: %s', (_name, step) => {
    expect(() => step(cancel(confirmed, 3000), 3000)).toThrow(refusal('ticket_cancelled'))
  })
})

describe('two digests', () => {
  it('are the same only if every character is', () => {
    expect(sameDigest('abc', 'abc')).toBe(true)
    for (const other of ['abd', 'Abc', 'ab', 'abcd', '']) expect(sameDigest('abc', other)).toBe(false)
  })
})

function refusal(code: LoginErrorCode) {
  return expect.objectContaining({ name: 'LoginError', code })
}
