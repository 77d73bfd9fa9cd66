/** The phone's side: it reads the code and binds its user, and then says "sign in" or "not me". */
import { sha256 } from '#digest'
import { checkCodeHash, makeCheckCode } from '../codes/check-code.ts'
import { agePayload, parsePayload } from '../codes/qr-payload.ts'
import { readUserCode } from '../codes/user-code.ts'
import { LoginError } from '../errors.ts'
import { markOf } from '../events/events.ts'
import { countForgery, forgeriesToBurn } from '../limits/forgeries.ts'
import { plainText } from '../plain-text.ts'
import { noTerms } from '../policy/terms.ts'
import { phoneProof } from '../proofs.ts'
import { toBase64url } from '../secrets/encoding.ts'
import type { Device, Ticket, User } from '../ticket.ts'
import * as step from '../ticket.ts'
import { ask, consent, isKnownBrowser } from './consent.ts'
import type { House } from './house.ts'
import { take } from './take.ts'

export type ScannedCode = { qr: string } | { userCode: string }

export interface Scanned {
  ticket: Ticket
  /** 256 bits, for this phone only. */
  scanToken: string
  /** Whether this user has signed in with this browser before. */
  knownBrowser: boolean
}

export interface Confirmed {
  ticket: Ticket
  /** The digits to show on the phone, while the browser still has to ask for them. */
  checkCode?: string
}

export interface ScanRequest {
  /** The phone itself, as far as it or its app says; shown beside the session that it approves. */
  device?: Device | undefined
  /** The phone's address, where it is known. */
  address?: string | undefined
}

export interface Approval {
  /** The phone's address, where it is known. */
  address?: string | undefined
  /** The phone has shown that it is its owner who confirms; whoever says so has checked it. Default `false`. */
  userVerified?: boolean | undefined
}

/** The ticket that a code means. */
export interface Found {
  readonly id: string
  readonly by: 'qr' | 'user_code'
}

export async function find(house: House, code: ScannedCode, user: User, request: ScanRequest): Promise<Found> {
  if ('qr' in code) return { id: await idInQr(house, code.qr), by: 'qr' }
  return { id: await idOfUserCode(house, code.userCode, user, request), by: 'user_code' }
}

export async function isNamedBy({ tickets }: House, id: string, userCode: string): Promise<boolean> {
  const code = readUserCode(userCode)
  return code !== undefined && (await tickets.idByCode(code)) === id
}

/** Binds the user of a phone that has read the code. */
export async function scan(house: House, { id, by }: Found, user: User, request: ScanRequest): Promise<Scanned> {
  const { device, address } = request
  const { tickets, clock, random } = house
  const seen = await tickets.glance(id)
  const knownBrowser = await isKnownBrowser(house, seen.birth, user)
  const terms = await ask(house, seen, { step: 'scan', user, by, phoneAddress: address }, knownBrowser)
  const scanToken = toBase64url(random(32))
  const phone = {
    user: presentable(user),
    scanTokenHash: await sha256(scanToken),
    ...(device && { device }),
    ...(house.browsers && seen.birth.browserKey !== undefined && { knownBrowser }),
  }
  const ticket = await take(house, id, ticket => step.scan(ticket, phone, clock.now(), terms), address)
  if (step.holder(ticket)?.id !== user.id) throw new LoginError('already_scanned')
  return { ticket, scanToken, knownBrowser }
}

export async function confirm(
  house: House,
  id: string,
  scanToken: string,
  { user, address, userVerified = false }: Approval & { user?: User | undefined },
): Promise<Confirmed> {
  const held = await phoneProof(scanToken, user)
  const facts = (user: User) => ({ step: 'confirm', user, phoneAddress: address, userVerified }) as const
  const { terms } = await consent(house, id, { from: 'scanned', held, facts })
  const digits = Math.max(terms?.checkCode ?? 0, house.digits || 0)
  const code = digits > 0 ? await makeCheckCode(id, scanToken, digits) : undefined
  const codeHash = code === undefined ? undefined : await checkCodeHash(id, code)
  const approval = {
    checkCodeHash: codeHash,
    terms: digits > 0 ? { ...(terms ?? noTerms), checkCode: digits } : terms,
    userVerified,
  }
  const ticket = await take(house, id, ticket => step.confirm(held(ticket), approval, house.clock.now()), address)
  return ticket.state === 'verifying' ? { ticket, ...(await shownCode(house, ticket, scanToken)) } : { ticket }
}

/** The code that this ticket waits for, whichever of several confirms has settled it. */
async function shownCode(
  { digits }: House,
  { birth, terms }: Ticket,
  scanToken: string,
): Promise<{ checkCode?: string }> {
  // A node of the version before has not written how many digits there are: as many as the site asks for.
  const shown = terms?.checkCode || digits
  return shown ? { checkCode: await makeCheckCode(birth.id, scanToken, shown) } : {}
}

export async function deny(
  house: House,
  id: string,
  scanToken: string,
  { user, address }: { user?: User | undefined; address?: string | undefined },
): Promise<Ticket> {
  const held = await phoneProof(scanToken, user)
  return take(house, id, ticket => step.deny(held(ticket), house.clock.now()), address)
}

export async function idInQr(house: House, qr: string): Promise<string> {
  const { tickets, clock, scanUrl } = house
  const payload = parsePayload(qr, scanUrl)
  const { birth } = await tickets.glance(payload.id)
  const age = await agePayload(payload, birth, clock.now())
  if (age === 'forged') await punishForgery(house, payload.id)
  if (age !== 'fresh') throw new LoginError('stale_qr')
  return payload.id
}

async function punishForgery(house: House, id: string): Promise<void> {
  const { store, clock, tickets, events } = house
  const count = await countForgery(store, id, clock)
  if (count !== forgeriesToBurn) return
  await tickets.change(id, ticket => step.burn(ticket, clock.now()))
  events.raise({ type: 'forged_codes', at: clock.now(), ticket: await markOf(id), count })
}

async function idOfUserCode(house: House, typed: string, user: User, { address }: ScanRequest): Promise<string> {
  const { tickets, guesses, panel, clock } = house
  await guesses.take(user.id)
  const code = readUserCode(typed)
  // What cannot be a code is no guess at anybody's.
  if (code === undefined) throw new LoginError('not_found')
  if (!panel.idle) await panel.ask({ step: 'guess', at: clock.now(), user, phoneAddress: address })
  const id = await tickets.idByCode(code)
  if (id === undefined) throw new LoginError('not_found')
  await guesses.giveBack(user.id)
  return id
}

function presentable({ id, name, avatar }: User): User {
  const shown = name === undefined ? '' : plainText(name)
  return {
    id,
    ...(shown && { name: shown }),
    ...(avatar !== undefined && address.test(avatar) && { avatar }),
  }
}

/** An https address, of a length that leaves a ticket small enough for any store. */
const address = /^https:\/\/[\w.~:/?#[\]@!$&()*+,;=%-]{1,2048}$/
