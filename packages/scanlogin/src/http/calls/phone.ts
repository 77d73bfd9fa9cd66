/**
 * The phone's calls. Who its user is comes from the app's own credentials, never from the body: either the host's
 * `authenticate` knows the request, or the app's back end calls with its API key and names the user it has signed in.
 */
import { LoginError } from '../../core/errors.ts'
import type { ScannedCode } from '../../core/login.ts'
import { stateAt, type Ticket, type User } from '../../core/ticket.ts'
import { bearerToken } from '../api-keys.ts'
import { type Fields, invalid, readFields, requiredTextIn, textIn, userIn } from '../body.ts'
import { type Answer, type Call, json } from '../call.ts'
import type { Site } from '../site.ts'
import { type ConfirmedResource, type ScanContext, type ScannedResource, secondsLeft } from '../wire.ts'

export async function scanCode(site: Site, call: Call): Promise<Answer> {
  const trusted = await acceptPhone(site, call)
  const fields = await readFields(call, trusted ? ['qr', 'user_code', 'user'] : ['qr', 'user_code'])
  const code = codeIn(fields)
  const user = trusted ? userIn(fields) : await signedInUser(site, call)
  const { ticket, scanToken } = await site.login.scan(code, user)
  const now = site.login.clock.now()
  const state = stateAt(ticket, now)
  const body: ScannedResource = {
    ticket: { id: ticket.birth.id, state, expires_in: secondsLeft(ticket, state, now) },
    scan_token: scanToken,
    context: contextOf(site, ticket, now),
    require: { check_code: site.login.checkCode !== false, user_verification: false },
  }
  return json(200, body)
}

export async function confirmTicket(site: Site, call: Call, id: string): Promise<Answer> {
  const { scanToken, user } = await decision(site, call)
  const { ticket, checkCode } = await site.login.confirm(id, scanToken, user)
  const body: ConfirmedResource = { state: stateAt(ticket, site.login.clock.now()) }
  if (checkCode !== undefined) body.check_code = checkCode
  return json(200, body)
}

export async function denyTicket(site: Site, call: Call, id: string): Promise<Answer> {
  const { scanToken, user } = await decision(site, call)
  const ticket = await site.login.deny(id, scanToken, user)
  return json(200, { state: stateAt(ticket, site.login.clock.now()) })
}

async function decision(site: Site, call: Call): Promise<{ scanToken: string; user: User | undefined }> {
  const trusted = await acceptPhone(site, call)
  const scanToken = requiredTextIn(await readFields(call, ['scan_token']), 'scan_token', 64)
  return { scanToken, user: trusted ? undefined : await signedInUser(site, call) }
}

/** Resolves to `true` where the app's own back end calls, with its key. */
async function acceptPhone(site: Site, call: Call): Promise<boolean> {
  const trusted = await site.apiKeys.accept(call)
  if (!trusted) site.origins.check(call, bearerToken(call) === undefined ? 'ambient' : 'explicit')
  return trusted
}

async function signedInUser(site: Site, call: Call): Promise<User> {
  const user = await site.authenticate(call.request)
  if (!user) throw new LoginError('unauthenticated')
  return user
}

function codeIn(fields: Fields): ScannedCode {
  const qr = textIn(fields, 'qr', 2048)
  const userCode = textIn(fields, 'user_code', 64)
  if (qr !== undefined && userCode === undefined) return { qr }
  if (userCode !== undefined && qr === undefined) return { userCode }
  throw invalid('Exactly one of "qr" and "user_code" is needed.')
}

function contextOf(site: Site, { birth }: Ticket, now: number): ScanContext {
  const { ip, browser, os } = birth.origin
  const { name, origin } = site.clients.find(birth.clientId)
  const time = Math.max(0, Math.round((now - birth.createdAt) / 1000))
  return {
    observed: { ...(ip !== undefined && { ip }), time, known_browser: false },
    claimed: { browser, os },
    client: { name, origin },
  }
}
