/** The browser's side: it opens a sign-in, follows it, types the check code, collects, or gives up. */
import { hmac, sha256 } from '#digest'
import { checkedKey, type KeyProof, useOnce } from '../browsers/key-proof.ts'
import { isOtherAccount } from '../browsers/last-account.ts'
import { checkCodeHash } from '../codes/check-code.ts'
import { makePayload, stepSeconds } from '../codes/qr-payload.ts'
import { showUserCode } from '../codes/user-code.ts'
import { LoginError } from '../errors.ts'
import { browserProof } from '../proofs.ts'
import { fromBase64url, toBase64url, toCrockford } from '../secrets/encoding.ts'
import type { BrowserOrigin, Ticket, User } from '../ticket.ts'
import * as step from '../ticket.ts'
import { ticketKey } from '../tickets.ts'
import type { Hangup } from '../waiting.ts'
import { birthFacts, type Consent, consent } from './consent.ts'
import type { House } from './house.ts'
import { take } from './take.ts'

export interface CreateRequest {
  origin: BrowserOrigin
  /** Already checked against the list of clients. */
  clientId?: string | undefined
  /** Already checked against the list of return addresses. */
  returnTo?: string | undefined
  /** PKCE S256: base64url of the SHA-256 of the verifier. */
  codeChallenge?: string | undefined
  /** Checked but for one thing: that it is used once. The same key has to be proved to collect. */
  keyProof?: KeyProof | undefined
}

export interface Created {
  ticket: Ticket
  /** 256 bits, for this browser only. */
  secret: string
  /** The first QR code, whole. */
  qrUrl: string
  /** What the browser needs to draw the next ones; `undefined` where the code does not rotate. */
  rotation: { key: string; stepSeconds: number } | undefined
  /** `WDJB-MJHT` */
  userCode: string
}

export interface WaitOptions {
  since: number
  seconds: number
  hangup?: Hangup | undefined
}

export interface RedeemRequest {
  /** PKCE, where the sign-in was begun with a challenge. */
  codeVerifier?: string | undefined
  /** The verifier is asked for later, by whoever gives the session to another site. */
  verifiedLater?: boolean | undefined
  /** Of the key that the sign-in was begun with, checked but for one thing: that it is used once. */
  keyProof?: KeyProof | undefined
  /**
   * The mark of the account that the browser was last signed in to: another one is refused as `other_account`, and the
   * ticket stays as it is, so that a person can be asked first.
   */
  lastAccount?: string | undefined
  /** Where the browser collects from. */
  address?: string | undefined
}

export interface Redeemed {
  ticket: Ticket
  user: User
  /** Policies want this session to end sooner than others. */
  shortSession: boolean
  /** The phone has shown that it was its owner who confirmed. */
  userVerified: boolean
  /** 256 bits, the same at every repetition, known to nobody else: a session's token, or the key to make one by. */
  token: string
}

export async function create(house: House, request: CreateRequest): Promise<Created> {
  const { timeNow, random, tickets, scanUrl } = house
  const { origin, clientId, returnTo, codeChallenge, keyProof } = request
  const createdAt = await timeNow()
  const terms = house.panel.idle
    ? undefined
    : await house.panel.ask({ step: 'create', at: createdAt, ...birthFacts(request) })
  if (keyProof) await useOnce(house.store, keyProof, createdAt)
  const id = toCrockford(random(16))
  const secret = toBase64url(random(32))
  const rotationKey = house.rotation ? toBase64url(random(16)) : undefined
  const secretHash = await sha256(secret)
  const browserKey = keyProof?.key
  const birth = { id, createdAt, secretHash, rotationKey, clientId, returnTo, codeChallenge, browserKey, origin }
  const ticket = step.open(birth, createdAt + house.scanTtl, terms)
  const [code] = await Promise.all([tickets.nameByCode(ticket, random), tickets.add(ticket)])
  await house.events.stepped(undefined, ticket, origin.ip)
  return {
    ticket,
    secret,
    qrUrl: `${scanUrl}#${await makePayload(id, rotationKey, 0)}`,
    rotation: rotationKey === undefined ? undefined : { key: rotationKey, stepSeconds },
    userCode: showUserCode(code),
  }
}

export async function read({ tickets }: House, id: string, secret: string): Promise<Ticket> {
  const owned = await browserProof(secret)
  return owned(await tickets.find(id))
}

export async function wait(house: House, id: string, secret: string, options: WaitOptions): Promise<Ticket> {
  const { clock, tickets, room, recheck } = house
  const { since, seconds, hangup } = options
  const owned = await browserProof(secret)
  let known = since
  // Before anything is set up for them: a stranger leaves no trace in the store.
  if (!room.expects(ticketKey(id))) owned(await tickets.glance(id))
  const until = clock.now() + seconds * 1000
  let last: Ticket | undefined
  return room.wait(ticketKey(id), {
    read(entry) {
      last = !entry && last ? lost(last, clock.now()) : owned(tickets.keep(id, entry))
      return last
    },
    nextLook(ticket, certain) {
      const now = clock.now()
      const version = step.versionAt(ticket, now)
      // Nobody has seen a version that is still to come.
      known = Math.min(known, version)
      if (now >= until || version > known || step.isFinal(step.stateAt(ticket, now))) return
      return Math.min(ticket.deadline, certain ? Number.POSITIVE_INFINITY : now + recheck)
    },
    until,
    since,
    comesBack: ticket => !step.isFinal(step.stateAt(ticket, clock.now())),
    hangup,
  })
}

/** A ticket that has gone while its browser waited: over, so that the page shows the next code. */
function lost(ticket: Ticket, now: number): Ticket {
  if (step.isFinal(step.stateAt(ticket, now))) throw new LoginError('not_found')
  return { ...ticket, deadline: now }
}

export async function verify(
  house: House,
  id: string,
  secret: string,
  { checkCode, address }: { checkCode: string; address?: string | undefined },
): Promise<Ticket> {
  const owned = await browserProof(secret)
  const typed = await checkCodeHash(id, checkCode)
  let missed = false
  const next = (ticket: Ticket) => {
    const next = step.verify(owned(ticket), typed, house.clock.now())
    missed = next !== ticket && next.state !== 'confirmed'
    return next
  }
  const ticket = await take(house, id, next, address)
  if (!missed) return ticket
  const attemptsLeft = ticket.state === 'verifying' ? ticket.attemptsLeft : 0
  throw new LoginError('check_code_mismatch', { attemptsLeft })
}

export async function cancel(house: House, id: string, secret: string, address?: string): Promise<Ticket> {
  const owned = await browserProof(secret)
  return take(house, id, ticket => step.cancel(owned(ticket), house.clock.now()), address)
}

export async function redeem(house: House, id: string, secret: string, request: RedeemRequest): Promise<Redeemed> {
  const { tickets, clock, browsers } = house
  const { codeVerifier, verifiedLater, address, lastAccount } = request
  const owned = await browserProof(secret)
  const challenge = codeVerifier === undefined ? undefined : await sha256(codeVerifier)
  // By what never changes of the ticket, and only now: a stranger leaves no trace in the store.
  const glanced = owned(await tickets.glance(id))
  const { browserKey, origin, codeChallenge } = glanced.birth
  await demandKey(house, browserKey, request.keyProof)
  const isOther = lastAccount !== undefined && (await isOtherAccount(tickets, glanced, lastAccount))
  const { terms, given } = await consentTo(house, id, { owned, address })
  const next = (ticket: Ticket) => {
    // It was not at this step when policies would have been asked: that is what the browser is told.
    if (owned(ticket).state === 'confirmed' && !given) throw new LoginError('wrong_state')
    const next = step.redeem(ticket, clock.now(), terms)
    if (!verifiedLater && codeChallenge !== challenge) throw new LoginError('invalid_proof', { detail: wrongVerifier })
    if (isOther) throw new LoginError('other_account')
    return next
  }
  const ticket = await take(house, id, next, address)
  const user = step.holder(ticket)
  if (!user) throw new LoginError('wrong_state')
  if (browserKey !== undefined)
    await browsers?.remember(user.id, browserKey, origin, { known: step.knownAtScan(ticket) })
  const token = await sessionToken(secret, ticket)
  const { shortSession = false } = ticket.terms ?? {}
  return { ticket, user, token, shortSession, userVerified: ticket.userVerified === true }
}

/**
 * The same at every repetition and on every node. Of a sign-in that was begun with a key the secret alone must not make
 * it either: there it follows from what only the store has besides.
 */
async function sessionToken(secret: string, ticket: Ticket): Promise<string> {
  const { id, browserKey } = ticket.birth
  const scan = 'phone' in ticket ? ticket.phone?.scanTokenHash : undefined
  const from = browserKey === undefined ? `s1.${id}` : `s2.${id}.${scan}`
  return toBase64url(await hmac(fromBase64url(secret), from))
}

/** The secret alone does not collect what a browser with a key has begun. */
async function demandKey(house: House, key: string | undefined, proof: KeyProof | undefined): Promise<void> {
  if (key !== undefined) await useOnce(house.store, checkedKey(key, proof), house.clock.now())
}

function consentTo(
  house: House,
  id: string,
  { owned, address }: { owned(ticket: Ticket): Ticket; address: string | undefined },
): Promise<Consent> {
  const facts = (user: User, { userVerified = false }: Ticket) =>
    ({ step: 'redeem', user, redeemAddress: address, userVerified }) as const
  return consent(house, id, { from: 'confirmed', held: owned, facts })
}

const wrongVerifier = 'The code_verifier does not match the code_challenge.'
