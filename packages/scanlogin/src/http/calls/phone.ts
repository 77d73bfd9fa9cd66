/**
 * The phone's calls. Who its user is comes from the app's own credentials, never from the body: either the host's
 * `authenticate` knows the request, or the app's back end calls with its API key and names the user it has signed in.
 */
import { sha256 } from '#digest'
import { LoginError } from '../../core/errors.ts'
import type { ScannedCode } from '../../core/login.ts'
import { plainText } from '../../core/plain-text.ts'
import { type Device, stateAt, type Ticket, type User } from '../../core/ticket.ts'
import { bearerToken } from '../api-keys.ts'
import {
  addressIn,
  deviceIn,
  type Fields,
  flagIn,
  invalid,
  readFields,
  requiredTextIn,
  textIn,
  userIn,
} from '../body.ts'
import { type Answer, type Call, json } from '../call.ts'
import type { Credential } from '../origin.ts'
import { type PhoneUser, placeNameOf, type Site, type UserVerification } from '../site.ts'
import { claimedBy } from '../user-agent.ts'
import { type ConfirmedResource, type ScanContext, type ScannedResource, secondsLeft } from '../wire.ts'

export async function scanCode(site: Site, call: Call): Promise<Answer> {
  const known = await callingUser(site, call)
  const fields = await readFields(call, known ? scanFields : [...scanFields, 'user', 'phone_address'])
  const code = codeIn(fields)
  const user = known ?? userIn(fields)
  const address = phoneAddress(site, call, { known, fields })
  const device = await deviceOf(call, { known, fields })
  const { ticket, scanToken, knownBrowser } = await site.login.scan(code, user, { address, device })
  const place = await placeNameOf(site, ticket.birth.origin.ip)
  const now = site.login.clock.now()
  const state = stateAt(ticket, now)
  const body: ScannedResource = {
    ticket: { id: ticket.birth.id, state, expires_in: secondsLeft(ticket, state, now) },
    scan_token: scanToken,
    context: contextOf(site, ticket, { now, knownBrowser, place }),
    require: requiredOf(site, ticket),
  }
  return json(200, body)
}

export async function confirmTicket(site: Site, call: Call, id: string): Promise<Answer> {
  const { scanToken, user, address, fields } = await decision(site, call, { app: ['user_verified'], phone: evidence })
  const userVerified = user
    ? await isVerified(site, fields, { user, ticketId: id, scanToken })
    : flagIn(fields, 'user_verified')
  const { ticket, checkCode } = await site.login.confirm(id, scanToken, user, { address, userVerified })
  const body: ConfirmedResource = { state: stateAt(ticket, site.login.clock.now()) }
  if (checkCode !== undefined) body.check_code = checkCode
  return json(200, body)
}

export async function denyTicket(site: Site, call: Call, id: string): Promise<Answer> {
  const { scanToken, user, address } = await decision(site, call, { app: [], phone: [] })
  const ticket = await site.login.deny(id, scanToken, user, address)
  return json(200, { state: stateAt(ticket, site.login.clock.now()) })
}

interface Decision {
  readonly scanToken: string
  readonly user: User | undefined
  readonly address: string | undefined
  readonly fields: Fields
}

const evidence = ['user_verification']
const scanFields = ['qr', 'user_code', 'device']

/** Fields that only the app's back end may send, and others that only a phone may: its own word is no evidence. */
interface OwnFields {
  readonly app: readonly string[]
  readonly phone: readonly string[]
}

async function decision(site: Site, call: Call, { app, phone }: OwnFields): Promise<Decision> {
  const user = await callingUser(site, call)
  const fields = await readFields(call, user ? ['scan_token', ...phone] : ['scan_token', 'phone_address', ...app])
  return {
    scanToken: requiredTextIn(fields, 'scan_token', 64),
    user,
    address: phoneAddress(site, call, { known: user, fields }),
    fields,
  }
}

/** What does not hold is as good as nothing: where the ticket needs it, the confirmation is refused for that. */
async function isVerified(site: Site, fields: Fields, asked: UserVerification): Promise<boolean> {
  const { user_verification: evidence } = fields
  if (evidence === undefined) return false
  if (!site.verifyUser) throw invalid('"user_verification" is not taken here.')
  return site.verifyUser(evidence, asked)
}

/** A back end's own address says nothing of the phone: only what it states does. */
function phoneAddress(site: Site, call: Call, { known, fields }: Sent): string | undefined {
  return known ? site.clientAddress(call) : addressIn(fields, 'phone_address')
}

interface Sent {
  readonly known: PhoneUser | undefined
  readonly fields: Fields
}

/** Shown beside the session that it approves. What a back end says of itself is not what the phone says. */
async function deviceOf(call: Call, { known, fields }: Sent): Promise<Device> {
  const { id, name } = deviceIn(fields) ?? {}
  const shown = plainText(name ?? '')
  return {
    ...(shown && { name: shown }),
    ...(id !== undefined && { idHash: await sha256(id) }),
    ...(known && { claimed: claimedBy(call.header('user-agent')) }),
    ...(known?.signedInBy && { signedInBy: known.signedInBy }),
  }
}

/**
 * Who is signed in on the phone; `undefined` where the app's own back end calls, with its key, and speaks for any user.
 * It comes before the body: a back end whose key is mistyped is told so, not that "user" is no field.
 */
async function callingUser(site: Site, call: Call): Promise<PhoneUser | undefined> {
  if (await site.apiKeys.accept(call)) return undefined
  site.origins.check(call, credentialOf(call))
  const user = await site.authenticate(call.request)
  if (!user) throw new LoginError('unauthenticated')
  return checkedUser(user)
}

/** The host's hook is not the caller's fault: what is wrong with it is an outage, and told to the host. */
function checkedUser({ id, name, avatar, signedInBy }: PhoneUser): PhoneUser {
  if (typeof id !== 'string' || !/^\P{C}{1,255}$/u.test(id)) {
    throw new TypeError('authenticate gave a user whose id is not text of 1 to 255 characters')
  }
  return {
    id,
    ...(typeof name === 'string' && { name }),
    ...(typeof avatar === 'string' && { avatar }),
    ...(signedInBy && { signedInBy }),
  }
}

/** A phone that sends no credential at all is not forbidden anything: it has yet to sign in. */
function credentialOf(call: Call): Credential {
  if (bearerToken(call) !== undefined) return 'explicit'
  return call.header('cookie') === undefined ? 'none' : 'ambient'
}

function codeIn(fields: Fields): ScannedCode {
  const qr = textIn(fields, 'qr', 2048)
  const userCode = textIn(fields, 'user_code', 64)
  if (qr !== undefined && userCode === undefined) return { qr }
  if (userCode !== undefined && qr === undefined) return { userCode }
  throw invalid('Exactly one of "qr" and "user_code" is needed.')
}

function requiredOf({ login }: Site, { terms }: Ticket): ScannedResource['require'] {
  return {
    check_code: login.checkCode !== false || (terms?.checkCode ?? 0) > 0,
    user_verification: terms?.userVerification ?? false,
    short_session: terms?.shortSession ?? false,
  }
}

/** What is told of the browser beside its ticket. */
interface Seen {
  readonly now: number
  readonly knownBrowser: boolean
  readonly place: string | undefined
}

function contextOf(site: Site, { birth, terms }: Ticket, { now, knownBrowser, place }: Seen): ScanContext {
  const { ip, browser, os } = birth.origin
  const { name, origin } = site.clients.find(birth.clientId)
  const time = Math.max(0, Math.round((now - birth.createdAt) / 1000))
  return {
    observed: {
      ...(ip !== undefined && { ip }),
      ...(place !== undefined && { place }),
      time,
      known_browser: knownBrowser,
    },
    claimed: { browser, os },
    client: { name, origin },
    ...(terms && terms.reasons.length > 0 && { reasons: [...terms.reasons] }),
  }
}
