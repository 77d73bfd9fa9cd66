/** The phone's side: it reads the code and binds its user, and then says "sign in" or "not me". */
import { sha256 } from '#digest'
import { checkCodeHash, makeCheckCode } from '../codes/check-code.ts'
import { checkPayload, parsePayload } from '../codes/qr-payload.ts'
import { readUserCode } from '../codes/user-code.ts'
import { LoginError } from '../errors.ts'
import { plainText } from '../plain-text.ts'
import { phoneProof } from '../proofs.ts'
import { toBase64url } from '../secrets/encoding.ts'
import type { Birth, Device, Ticket, User } from '../ticket.ts'
import * as step from '../ticket.ts'
import type { House } from './house.ts'

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
}

export async function scan(house: House, code: ScannedCode, user: User, request: ScanRequest = {}): Promise<Scanned> {
  const { device } = request
  const { tickets, clock, random } = house
  const id = 'qr' in code ? await idInQr(house, code.qr) : await idOfUserCode(house, code.userCode, user)
  const scanToken = toBase64url(random(32))
  const phone = { user: presentable(user), scanTokenHash: await sha256(scanToken), ...(device && { device }) }
  const ticket = await tickets.change(id, ticket => step.scan(ticket, phone, clock.now()))
  if (step.holder(ticket)?.id !== user.id) throw new LoginError('already_scanned')
  return { ticket, scanToken, knownBrowser: await isKnownBrowser(house, ticket.birth, user) }
}

async function isKnownBrowser({ browsers }: House, { browserKey }: Birth, { id }: User): Promise<boolean> {
  return browsers !== undefined && browserKey !== undefined && browsers.knows(id, browserKey)
}

export async function confirm(house: House, id: string, scanToken: string, user?: User): Promise<Confirmed> {
  const { tickets, clock, digits } = house
  const held = await phoneProof(scanToken, user)
  const checkCode = digits ? await makeCheckCode(id, scanToken, digits) : undefined
  const codeHash = checkCode === undefined ? undefined : await checkCodeHash(id, checkCode)
  const ticket = await tickets.change(id, ticket => step.confirm(held(ticket), codeHash, clock.now()))
  return checkCode !== undefined && ticket.state === 'verifying' ? { ticket, checkCode } : { ticket }
}

export async function deny({ tickets, clock }: House, id: string, scanToken: string, user?: User): Promise<Ticket> {
  const held = await phoneProof(scanToken, user)
  return tickets.change(id, ticket => step.deny(held(ticket), clock.now()))
}

async function idInQr({ tickets, clock, scanUrl }: House, qr: string): Promise<string> {
  const payload = parsePayload(qr, scanUrl)
  const { birth } = await tickets.glance(payload.id)
  await checkPayload(payload, birth, clock.now())
  return payload.id
}

async function idOfUserCode({ tickets, guesses }: House, typed: string, user: User): Promise<string> {
  await guesses.take(user.id)
  const code = readUserCode(typed)
  const id = code === undefined ? undefined : await tickets.idByCode(code)
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
