/**
 * The verbs of a QR sign-in over a store. Each change is "read, decide, compare-and-set": two racing calls have exactly
 * one winner, on every store and from any number of nodes.
 */
import { hmac, sha256 } from '#digest'
import { type Clock, clockOf } from './clock.ts'
import { checkCodeHash, makeCheckCode } from './codes/check-code.ts'
import { checkPayload, makePayload, parsePayload, stepSeconds } from './codes/qr-payload.ts'
import { readUserCode, showUserCode } from './codes/user-code.ts'
import { LoginError } from './errors.ts'
import { createGuesses } from './guesses.ts'
import { plainText } from './plain-text.ts'
import { browserProof, phoneProof } from './proofs.ts'
import { fromBase64url, toBase64url, toCrockford } from './secrets/encoding.ts'
import { type Random, systemRandom } from './secrets/random.ts'
import type { Store } from './store.ts'
import type { BrowserOrigin, Ticket, User } from './ticket.ts'
import * as step from './ticket.ts'
import { createTickets, ticketKey } from './tickets.ts'
import { createWaitingRoom, type Hangup } from './waiting.ts'

export interface LoginOptions {
  /** Where tickets live: `memoryStore()` in one process. */
  store: Store
  /** The address that people's browsers and phones reach this site at, such as `https://id.example.com`. */
  publicUrl: string
  /** What the QR code opens, an address on `publicUrl`. Default `<publicUrl>/s`. */
  scanUrl?: string
  /** Seconds a QR code can be scanned for, 60 to 300. Default 120. */
  scanTtl?: number
  /** Draws a fresh code every 10 s. `false` is for printed codes and very slow readers. Default `true`. */
  rotation?: boolean
  /** Digits that the phone shows and the browser asks for, 4 to 8, or `false` for none. Default `false`. */
  checkCode?: number | false
  /** Seconds after which a waiting browser reads again where the store's rings may get lost. Default 5. */
  recheck?: number
  /** Default: the store's time, or the system's where the store has none. */
  clock?: Clock
  /** Default: the runtime's generator. */
  random?: Random
}

export interface Login {
  create(request: CreateRequest): Promise<Created>
  /** The ticket, for the browser that created it. */
  read(id: string, secret: string): Promise<Ticket>
  /** The ticket as soon as its version is above `since`, or after `seconds`, or when the caller hangs up. */
  wait(id: string, secret: string, options: WaitOptions): Promise<Ticket>
  /** Reads the code and binds this user. */
  scan(code: ScannedCode, user: User): Promise<Scanned>
  confirm(id: string, scanToken: string, user?: User): Promise<Confirmed>
  deny(id: string, scanToken: string, user?: User): Promise<Ticket>
  verify(id: string, secret: string, checkCode: string): Promise<Ticket>
  cancel(id: string, secret: string): Promise<Ticket>
  /** Collects the sign-in. Repeated within 30 s it gives the same user and the same token. */
  redeem(id: string, secret: string, codeVerifier?: string): Promise<Redeemed>
  /** Browsers that wait at the moment. */
  waiting(): number
  /** Changes that waiting browsers found by reading again and not by the store's ringing. */
  hintMisses(): number
  /**
   * Answers all who wait, a crowd over at most 2 s, and from then on answers at once: the first step of going down.
   * Resolves when all were told.
   */
  drain(): Promise<void>
  /** `true` once `drain` was called. */
  draining(): boolean
  readonly publicUrl: string
  readonly scanUrl: string
  readonly checkCode: number | false
  readonly clock: Clock
}

export interface CreateRequest {
  origin: BrowserOrigin
  /** Already checked against the list of clients. */
  clientId?: string | undefined
  /** Already checked against the list of return addresses. */
  returnTo?: string | undefined
  /** PKCE S256: base64url of the SHA-256 of the verifier. */
  codeChallenge?: string | undefined
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

export type ScannedCode = { qr: string } | { userCode: string }

export interface Scanned {
  ticket: Ticket
  /** 256 bits, for this phone only. */
  scanToken: string
}

export interface Confirmed {
  ticket: Ticket
  /** The digits to show on the phone, while the browser still has to ask for them. */
  checkCode?: string
}

export interface Redeemed {
  ticket: Ticket
  user: User
  /** 256 bits, the same at every repetition, known to nobody else: a session's token, or the key to make one by. */
  token: string
}

export function createLogin(options: LoginOptions): Login {
  const { store, publicUrl, scanUrl, scanTtl, rotation, digits, recheck, clock, random } = settled(options)
  const room = createWaitingRoom(store, clock)
  const guesses = createGuesses(store, clock)
  const tickets = createTickets(store)

  async function create({ origin, clientId, returnTo, codeChallenge }: CreateRequest): Promise<Created> {
    const createdAt = clock.now()
    const id = toCrockford(random(16))
    const secret = toBase64url(random(32))
    const rotationKey = rotation ? toBase64url(random(16)) : undefined
    const secretHash = await sha256(secret)
    const birth = { id, createdAt, secretHash, rotationKey, clientId, returnTo, codeChallenge, origin }
    const ticket = step.open(birth, createdAt + scanTtl)
    const [code] = await Promise.all([tickets.nameByCode(ticket, random), tickets.add(ticket)])
    return {
      ticket,
      secret,
      qrUrl: `${scanUrl}#${await makePayload(id, rotationKey, 0)}`,
      rotation: rotationKey === undefined ? undefined : { key: rotationKey, stepSeconds },
      userCode: showUserCode(code),
    }
  }

  async function wait(id: string, secret: string, { since, seconds, hangup }: WaitOptions): Promise<Ticket> {
    const owned = await browserProof(secret)
    const until = clock.now() + seconds * 1000
    let known = since
    // Before anything is set up for them: a stranger leaves no trace in the store.
    owned(await tickets.glance(id))
    return room.wait(ticketKey(id), {
      read: entry => owned(tickets.keep(id, entry)),
      nextLook(ticket, certain) {
        const now = clock.now()
        const version = step.versionAt(ticket, now)
        // Nobody has seen a version that is still to come.
        known = Math.min(known, version)
        if (now >= until || version > known || step.isFinal(step.stateAt(ticket, now))) return
        return Math.min(until, ticket.deadline, certain ? Number.POSITIVE_INFINITY : now + recheck)
      },
      hangup,
    })
  }

  async function scan(code: ScannedCode, user: User): Promise<Scanned> {
    const id = 'qr' in code ? await idInQr(code.qr) : await idOfUserCode(code.userCode, user)
    const scanToken = toBase64url(random(32))
    const phone = { user: presentable(user), scanTokenHash: await sha256(scanToken) }
    const ticket = await tickets.change(id, ticket => step.scan(ticket, phone, clock.now()))
    if (step.holder(ticket)?.id !== user.id) throw new LoginError('already_scanned')
    return { ticket, scanToken }
  }

  async function idInQr(qr: string): Promise<string> {
    const payload = parsePayload(qr, scanUrl)
    const { birth } = await tickets.glance(payload.id)
    await checkPayload(payload, birth, clock.now())
    return payload.id
  }

  async function idOfUserCode(typed: string, user: User): Promise<string> {
    await guesses.take(user.id)
    const code = readUserCode(typed)
    const id = code === undefined ? undefined : await tickets.idByCode(code)
    if (id === undefined) throw new LoginError('not_found')
    await guesses.giveBack(user.id)
    return id
  }

  async function confirm(id: string, scanToken: string, user?: User): Promise<Confirmed> {
    const held = await phoneProof(scanToken, user)
    const checkCode = digits ? await makeCheckCode(id, scanToken, digits) : undefined
    const codeHash = checkCode === undefined ? undefined : await checkCodeHash(id, checkCode)
    const ticket = await tickets.change(id, ticket => step.confirm(held(ticket), codeHash, clock.now()))
    return checkCode !== undefined && ticket.state === 'verifying' ? { ticket, checkCode } : { ticket }
  }

  async function deny(id: string, scanToken: string, user?: User): Promise<Ticket> {
    const held = await phoneProof(scanToken, user)
    return tickets.change(id, ticket => step.deny(held(ticket), clock.now()))
  }

  async function verify(id: string, secret: string, checkCode: string): Promise<Ticket> {
    const owned = await browserProof(secret)
    const typed = await checkCodeHash(id, checkCode)
    let missed = false
    const ticket = await tickets.change(id, ticket => {
      const next = step.verify(owned(ticket), typed, clock.now())
      missed = next !== ticket && next.state !== 'confirmed'
      return next
    })
    if (!missed) return ticket
    const attemptsLeft = ticket.state === 'verifying' ? ticket.attemptsLeft : 0
    throw new LoginError('check_code_mismatch', { attemptsLeft })
  }

  async function cancel(id: string, secret: string): Promise<Ticket> {
    const owned = await browserProof(secret)
    return tickets.change(id, ticket => step.cancel(owned(ticket), clock.now()))
  }

  async function redeem(id: string, secret: string, codeVerifier?: string): Promise<Redeemed> {
    const owned = await browserProof(secret)
    const challenge = codeVerifier === undefined ? undefined : await sha256(codeVerifier)
    const ticket = await tickets.change(id, ticket => {
      const next = step.redeem(owned(ticket), clock.now())
      if (ticket.birth.codeChallenge !== challenge) throw new LoginError('invalid_proof')
      return next
    })
    const user = step.holder(ticket)
    if (!user) throw new LoginError('wrong_state')
    const token = toBase64url(await hmac(fromBase64url(secret), `s1.${id}`))
    return { ticket, user, token }
  }

  return {
    create,
    async read(id, secret) {
      const owned = await browserProof(secret)
      return owned(await tickets.find(id))
    },
    wait,
    scan,
    confirm,
    deny,
    verify,
    cancel,
    redeem,
    waiting: room.size,
    hintMisses: room.misses,
    drain: room.empty,
    draining: room.closed,
    publicUrl,
    scanUrl,
    checkCode: digits,
    clock,
  }
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

function settled(options: LoginOptions) {
  const { store, scanTtl = 120, rotation = true, checkCode = false, recheck = 5 } = options
  const { clock = clockOf(store), random = systemRandom } = options
  const publicUrl = originOf(options.publicUrl)
  const { scanUrl = `${publicUrl}/s` } = options
  if (!scanUrl.startsWith(`${publicUrl}/`) || /[#?]/.test(scanUrl)) {
    throw new TypeError('scanUrl must be an address on publicUrl without query and fragment')
  }
  if (!(scanTtl >= 60 && scanTtl <= 300)) throw new TypeError('scanTtl must be 60 to 300 seconds')
  if (checkCode !== false && !(Number.isInteger(checkCode) && checkCode >= 4 && checkCode <= 8)) {
    throw new TypeError('checkCode must be 4 to 8 digits, or false')
  }
  if (!(recheck > 0)) throw new TypeError('recheck must be a number of seconds above 0')
  return {
    store,
    publicUrl,
    scanUrl,
    scanTtl: scanTtl * 1000,
    rotation,
    digits: checkCode,
    recheck: recheck * 1000,
    clock,
    random,
  }
}

function originOf(publicUrl: string): string {
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash || url.username) {
    throw new TypeError('publicUrl must be an origin such as https://id.example.com')
  }
  return url.origin
}
