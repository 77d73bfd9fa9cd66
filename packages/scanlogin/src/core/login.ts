/**
 * The verbs of a QR sign-in over a store. Each change is "read, decide, compare-and-set": two racing calls have exactly
 * one winner, on every store and from any number of nodes.
 */
import { hmac, sha256 } from '#digest'
import { type Clock, systemClock } from './clock.ts'
import { checkCodeHash, makeCheckCode } from './codes/check-code.ts'
import { checkPayload, makePayload, parsePayload, stepSeconds } from './codes/qr-payload.ts'
import { makeUserCode, readUserCode, showUserCode } from './codes/user-code.ts'
import { LoginError } from './errors.ts'
import { createGuesses } from './guesses.ts'
import { plainText } from './plain-text.ts'
import { fromBase64url, toBase64url, toCrockford } from './secrets/encoding.ts'
import { type Random, systemRandom } from './secrets/random.ts'
import type { Store } from './store.ts'
import * as step from './ticket.ts'
import { type BrowserOrigin, lifetimes, type Ticket, type User } from './ticket.ts'
import { fromEntry, toEntry } from './ticket-record.ts'
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
  /** Seconds after which a waiting browser reads again although nothing rang. Default 5. */
  recheck?: number
  /** Default: the system's. */
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
  /** Answers all who wait, and from then on answers at once: the first step of going down. */
  drain(): void
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

  async function create({ origin, clientId, returnTo, codeChallenge }: CreateRequest): Promise<Created> {
    const createdAt = clock.now()
    const id = toCrockford(random(16))
    const secret = toBase64url(random(32))
    const rotationKey = rotation ? toBase64url(random(16)) : undefined
    const secretHash = await sha256(secret)
    const birth = { id, createdAt, secretHash, rotationKey, clientId, returnTo, codeChallenge, origin }
    const ticket = step.open(birth, createdAt + scanTtl)
    const [code] = await Promise.all([registerUserCode(ticket), store.put(ticketKey(id), toEntry(ticket))])
    return {
      ticket,
      secret,
      qrUrl: `${scanUrl}#${await makePayload(id, rotationKey, 0)}`,
      rotation: rotationKey === undefined ? undefined : { key: rotationKey, stepSeconds },
      userCode: showUserCode(code),
    }
  }

  async function registerUserCode({ birth }: Ticket): Promise<string> {
    // A code is drawn again if a live ticket has it. With a million of those that is one draw in 25,600.
    for (;;) {
      const code = makeUserCode(random)
      const entry = { version: 1, expiresAt: birth.createdAt + lifetimes.scanLimit, value: birth.id }
      if (await store.put(userCodeKey(code), entry)) return code
    }
  }

  async function find(id: string): Promise<Ticket> {
    const entry = await store.get(ticketKey(id))
    const ticket = entry && fromEntry(entry)
    if (!ticket) throw new LoginError('not_found')
    return ticket
  }

  async function change(id: string, next: (ticket: Ticket) => Ticket): Promise<Ticket> {
    for (;;) {
      const ticket = await find(id)
      const changed = next(ticket)
      if (changed === ticket || (await store.put(ticketKey(id), toEntry(changed)))) return changed
      // Somebody was first: every lost round is another's step forward, so of all who race one always ends.
    }
  }

  async function wait(id: string, secret: string, { since, seconds, hangup }: WaitOptions): Promise<Ticket> {
    const owned = await browserProof(secret)
    const look = async () => owned(await find(id))
    const until = clock.now() + seconds * 1000
    return room.wait(ticketKey(id), {
      look,
      nextLook(ticket) {
        const now = clock.now()
        if (now >= until || step.versionAt(ticket, now) > since || step.isFinal(step.stateAt(ticket, now))) return
        return Math.min(until, ticket.deadline, now + recheck)
      },
      hangup,
    })
  }

  async function scan(code: ScannedCode, user: User): Promise<Scanned> {
    const id = 'qr' in code ? await idInQr(code.qr) : await idOfUserCode(code.userCode, user)
    const scanToken = toBase64url(random(32))
    const phone = { user: presentable(user), scanTokenHash: await sha256(scanToken) }
    const ticket = await change(id, ticket => step.scan(ticket, phone, clock.now()))
    if (step.holder(ticket)?.id !== user.id) throw new LoginError('already_scanned')
    return { ticket, scanToken }
  }

  async function idInQr(qr: string): Promise<string> {
    const payload = parsePayload(qr, scanUrl)
    await checkPayload(payload, await find(payload.id), clock.now())
    return payload.id
  }

  async function idOfUserCode(typed: string, user: User): Promise<string> {
    await guesses.take(user.id)
    const code = readUserCode(typed)
    const entry = code === undefined ? undefined : await store.get(userCodeKey(code))
    if (!entry) throw new LoginError('not_found')
    await guesses.giveBack(user.id)
    return entry.value
  }

  async function confirm(id: string, scanToken: string, user?: User): Promise<Confirmed> {
    const held = await phoneProof(scanToken, user)
    const checkCode = digits ? await makeCheckCode(id, scanToken, digits) : undefined
    const codeHash = checkCode === undefined ? undefined : await checkCodeHash(id, checkCode)
    const ticket = await change(id, ticket => step.confirm(held(ticket), codeHash, clock.now()))
    return checkCode !== undefined && ticket.state === 'verifying' ? { ticket, checkCode } : { ticket }
  }

  async function deny(id: string, scanToken: string, user?: User): Promise<Ticket> {
    const held = await phoneProof(scanToken, user)
    return change(id, ticket => step.deny(held(ticket), clock.now()))
  }

  async function verify(id: string, secret: string, checkCode: string): Promise<Ticket> {
    const owned = await browserProof(secret)
    const typed = await checkCodeHash(id, checkCode)
    let missed = false
    const ticket = await change(id, ticket => {
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
    return change(id, ticket => step.cancel(owned(ticket), clock.now()))
  }

  async function redeem(id: string, secret: string, codeVerifier?: string): Promise<Redeemed> {
    const owned = await browserProof(secret)
    const challenge = codeVerifier === undefined ? undefined : await sha256(codeVerifier)
    const ticket = await change(id, ticket => {
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
      return owned(await find(id))
    },
    wait,
    scan,
    confirm,
    deny,
    verify,
    cancel,
    redeem,
    waiting: room.size,
    drain: room.empty,
    draining: room.closed,
    publicUrl,
    scanUrl,
    checkCode: digits,
    clock,
  }
}

/** Passes the ticket on if it was this browser that created it. A stranger learns no more than of an unknown id. */
async function browserProof(secret: string): Promise<(ticket: Ticket) => Ticket> {
  if (!token.test(secret)) throw new LoginError('not_found')
  const hash = await sha256(secret)
  return ticket => {
    if (!step.sameDigest(ticket.birth.secretHash, hash)) throw new LoginError('not_found')
    return ticket
  }
}

/** Passes the ticket on if it was this phone that scanned it, and is still signed in as the same user. */
async function phoneProof(scanToken: string, user: User | undefined): Promise<(ticket: Ticket) => Ticket> {
  if (!token.test(scanToken)) throw new LoginError('not_found')
  const hash = await sha256(scanToken)
  return ticket => {
    const phone = 'phone' in ticket ? ticket.phone : undefined
    if (!phone || !step.sameDigest(phone.scanTokenHash, hash)) throw new LoginError('not_found')
    if (user && user.id !== phone.user.id) throw new LoginError('already_scanned')
    return ticket
  }
}

function presentable({ id, name, avatar }: User): User {
  const shown = name === undefined ? '' : plainText(name)
  return {
    id,
    ...(shown && { name: shown }),
    ...(avatar?.startsWith('https://') && avatar.length <= longestAvatar && { avatar }),
  }
}

/** Characters. With the rest of a ticket it stays below what a store has to take. */
const longestAvatar = 2048

/** 256 bits in base64url. */
const token = /^[\w-]{43}$/

const ticketKey = (id: string) => `t:${id}`
const userCodeKey = (code: string) => `c:${code}`

function settled(options: LoginOptions) {
  const { store, scanTtl = 120, rotation = true, checkCode = false, recheck = 5 } = options
  const { clock = systemClock, random = systemRandom } = options
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
