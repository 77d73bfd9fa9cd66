import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Phone, Ticket, TicketState } from './ticket.ts'
import { fromEntry, toEntry } from './ticket-record.ts'

const text = fc.string({ unit: 'binary', maxLength: 40 })
const maybeText = fc.option(text, { nil: undefined })
const time = fc.integer({ min: 0, max: 4e12 })
const user = fc.record({ id: text, name: text, avatar: text }, { requiredKeys: ['id'], noNullPrototype: true })
const phone: fc.Arbitrary<Phone> = fc.record(
  { user, scanTokenHash: text, knownBrowser: fc.boolean() },
  { requiredKeys: ['user', 'scanTokenHash'], noNullPrototype: true },
)

const states: { [state in Ticket['state']]: fc.Arbitrary<Extract<TicketState, { state: state }>> } = {
  pending: fc.constant({ state: 'pending' }),
  scanned: fc.record({ state: fc.constant('scanned'), phone }),
  verifying: fc.record({
    state: fc.constant('verifying'),
    phone,
    checkCodeHash: text,
    attemptsLeft: fc.integer({ min: 1, max: 3 }),
  }),
  confirmed: fc.record({ state: fc.constant('confirmed'), phone }),
  redeemed: fc.record({ state: fc.constant('redeemed'), phone }),
  denied: fc.record({
    state: fc.constant('denied'),
    phone,
    reason: fc.constantFrom('denied_on_phone', 'check_code'),
  }),
  cancelled: fc.record({ state: fc.constant('cancelled'), phone: fc.option(phone, { nil: undefined }) }),
}

const head = fc.record({
  birth: fc.record({
    id: text,
    createdAt: time,
    secretHash: text,
    rotationKey: maybeText,
    clientId: maybeText,
    returnTo: maybeText,
    codeChallenge: maybeText,
    browserKey: maybeText,
    origin: fc.record({ ip: maybeText, browser: text, os: text }),
  }),
  version: fc.integer({ min: 1, max: 1000 }),
  deadline: time,
  contended: fc.boolean(),
})

const ticket: fc.Arbitrary<Ticket> = fc
  .tuple(head, fc.oneof(...Object.values(states)))
  .map(([of, state]) => ({ ...of, ...state }))

describe('a ticket in a store', () => {
  it.each(Object.entries(states))('is the same when it is read: %s', (_name, state) => {
    fc.assert(
      fc.property(head, state, (of, progress) => {
        const written: Ticket = { ...of, ...progress }
        expect(fromEntry(toEntry(written))).toEqual(written)
      }),
    )
  })

  it('stays readable for 600 s after it has ended', () => {
    fc.assert(
      fc.property(ticket, some => {
        expect(toEntry(some).expiresAt).toBe(some.deadline + 600_000)
      }),
    )
  })

  it('takes less than 700 bytes', () => {
    const id = '0123456789ABCDEFGHJKMNPQRS'
    const hash = 's'.repeat(43)
    const { value } = toEntry({
      birth: {
        id,
        createdAt: 1.9e12,
        secretHash: hash,
        rotationKey: 'k'.repeat(22),
        clientId: 'shop',
        returnTo: 'https://shop.example.com/after/login',
        codeChallenge: hash,
        browserKey: hash,
        origin: { ip: '2001:db8:85a3:8d3:1319:8a2e:370:7348', browser: 'Firefox', os: 'Windows' },
      },
      version: 3,
      deadline: 1.9e12 + 60_000,
      contended: true,
      state: 'verifying',
      phone: {
        user: { id: 'alice', name: 'Alice Liddell', avatar: 'https://img.example.com/a.png' },
        scanTokenHash: hash,
      },
      checkCodeHash: hash,
      attemptsLeft: 3,
    })
    expect(value.length).toBeLessThan(700)
  })
})

describe('what is not a ticket', () => {
  const read = (value: string) => fromEntry({ version: 1, expiresAt: 0, value })

  it('counts as absent, whatever text it is', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.json()), value => {
        expect(read(value)).toBeUndefined()
      }),
    )
  })

  it('counts as absent when a ticket was cut off anywhere', () => {
    fc.assert(
      fc.property(ticket, fc.nat(), (some, cut) => {
        const { value } = toEntry(some)
        expect(read(value.slice(0, cut % value.length))).toBeUndefined()
      }),
    )
  })

  it('counts as absent when fields are missing at the end', () => {
    fc.assert(
      fc.property(ticket, fc.nat(10), (some, count) => {
        const fields: unknown[] = JSON.parse(toEntry(some).value)
        expect(read(JSON.stringify(fields.slice(0, count)))).toBeUndefined()
      }),
    )
  })

  it('is never the reason for more than a missing ticket when a field is of another kind', () => {
    fc.assert(
      fc.property(ticket, fc.nat(), fc.jsonValue(), (some, at, other) => {
        const fields: unknown[] = JSON.parse(toEntry(some).value)
        fields[at % fields.length] = other
        const found = read(JSON.stringify(fields))
        if (found) expect(fromEntry(toEntry(found))).toEqual(found)
      }),
    )
  })

  it('counts as absent when it was written in a layout of another version', () => {
    fc.assert(
      fc.property(ticket, fc.integer({ min: 2 }), (some, layout) => {
        expect(read(toEntry(some).value.replace('[1,', `[${layout},`))).toBeUndefined()
      }),
    )
  })

  it('counts as absent when a code is asked for and no try is left', () => {
    fc.assert(
      fc.property(head, states.verifying, (of, state) => {
        expect(fromEntry(toEntry({ ...of, ...state, attemptsLeft: 0 }))).toBeUndefined()
      }),
    )
  })
})
