/** The browser's calls. It proves itself with its secret each time; without it a ticket looks like no ticket at all. */

import { LoginError } from '../../core/errors.ts'
import { atMost } from '../../core/expiry/spread.ts'
import type { Redeemed } from '../../core/login.ts'
import { holder, lifetimes, type Ticket } from '../../core/ticket.ts'
import { bearerToken } from '../api-keys.ts'
import { invalid, readFields, requiredTextIn, textIn } from '../body.ts'
import { type Answer, type AnswerHeaders, type Call, empty, json } from '../call.ts'
import { readCookie, setCookie } from '../cookies.ts'
import type { SignedIn, SigningIn, Site } from '../site.ts'
import { claimedBy } from '../user-agent.ts'
import { type CreatedResource, type TicketResource, toTicketResource, toUserResource } from '../wire.ts'
import { crowdedPause } from './seats.ts'
import { checkAccount } from './session/account.ts'
import { sessionAnswer } from './session/opening.ts'

export async function createTicket(site: Site, call: Call): Promise<Answer> {
  site.origins.check(call, 'none')
  const fields = await readFields(call, createFields)
  const clientId = textIn(fields, 'client_id', 64)
  const returnTo = textIn(fields, 'return_to', 2048)
  const codeChallenge = challengeIn(textIn(fields, 'code_challenge', 128), textIn(fields, 'code_challenge_method', 16))
  const secretIn = textIn(fields, 'secret_in', 16) ?? 'cookie'
  if (secretIn !== 'cookie' && secretIn !== 'body') throw invalid('"secret_in" is either "cookie" or "body".')
  site.clients.check(clientId, returnTo)
  checkVisitor(site, call, clientId)
  checkChallenge(site, clientId, codeChallenge)
  const origin = { ip: site.clientAddress(call), ...claimedBy(call.header('user-agent')) }
  const keyProof = await site.proofs.on(call)
  const created = await site.login.create({ origin, clientId, returnTo, codeChallenge, keyProof })
  const { ticket, secret, qrUrl, rotation, userCode } = created
  const { id } = ticket.birth
  const body: CreatedResource = {
    ...resourceOf(site, ticket),
    qr: { url: qrUrl, ...(rotation && { rotation: { key: rotation.key, step_seconds: rotation.stepSeconds } }) },
    user_code: userCode,
  }
  const headers: AnswerHeaders = { location: `${site.base}/tickets/${id}` }
  if (secretIn === 'body') return json(201, { ...body, secret }, headers)
  const cookie = setCookie(cookieOf(id), secret, { secure: site.secure, maxAge: secretLifetime })
  return json(201, body, { ...headers, 'set-cookie': cookie })
}

/** Short poll and long poll: one resource, answered now or when it changes. */
export async function readTicket(site: Site, call: Call, id: string): Promise<Answer> {
  const { secret } = secretOf(site, call, id)
  const query = new URLSearchParams(call.query)
  const seconds = clamp(query.get('wait'), 25)
  if (seconds === 0) return conditional(call, resourceOf(site, await site.login.read(id, secret)))
  const since = clamp(query.get('since'), Number.MAX_SAFE_INTEGER)
  const address = site.clientAddress(call)
  if (!site.seats.take(address)) return unheld(site, await site.login.read(id, secret))
  try {
    // Up to a tenth less than asked, so that browsers that began together do not come back together.
    const patience = { since, seconds: atMost(seconds, 1 / 10, Math.random()), hangup: call.hangup }
    return json(200, resourceOf(site, await site.login.wait(id, secret, patience)))
  } finally {
    site.seats.giveBack(address)
  }
}

/** Where too many wait already a long poll becomes a short one: the browser loses seconds, and nobody the sign-in. */
function unheld(site: Site, ticket: Ticket): Answer {
  const pause = crowdedPause()
  return json(200, { ...resourceOf(site, ticket), poll_after: pause }, { 'retry-after': String(Math.round(pause)) })
}

export async function verifyTicket(site: Site, call: Call, id: string): Promise<Answer> {
  const { secret, credential } = secretOf(site, call, id)
  site.origins.check(call, credential)
  const code = requiredTextIn(await readFields(call, ['check_code']), 'check_code', 16)
    .normalize('NFKC')
    .replace(/[\s-]/g, '')
  return json(200, resourceOf(site, await site.login.verify(id, secret, code, site.clientAddress(call))))
}

export async function cancelTicket(site: Site, call: Call, id: string): Promise<Answer> {
  const { secret, credential } = secretOf(site, call, id)
  site.origins.check(call, credential)
  await site.login.cancel(id, secret, site.clientAddress(call))
  return empty(204)
}

/** Collects the sign-in: the one call that gives a session, and never a GET. */
export async function redeemTicket(site: Site, call: Call, id: string): Promise<Answer> {
  const { secret, credential } = secretOf(site, call, id)
  site.origins.check(call, credential)
  const fields = await readFields(call, ['code_verifier', 'last_account'])
  const codeVerifier = textIn(fields, 'code_verifier', 128)
  const lastAccount = textIn(fields, 'last_account', 64)
  const keyProof = await site.proofs.on(call)
  const verifiedLater = await lookAhead(site, id, secret)
  const address = site.clientAddress(call)
  const request = { codeVerifier, verifiedLater, keyProof, lastAccount, address }
  const redeemed = await site.login.redeem(id, secret, request)
  if (!site.signIn) return sessionAnswer(site, call, { redeemed, credential })
  return hostAnswer(await site.signIn(redeemed.user, call.request, signingIn(redeemed)), redeemed)
}

export function resourceOf(site: Site, ticket: Ticket): TicketResource {
  const { login, showScanner } = site
  return toTicketResource(ticket, {
    now: login.clock.now(),
    digits: login.checkCode,
    showScanner,
    draining: login.draining(),
    jitter: Math.random(),
  })
}

export interface BrowserSecret {
  secret: string
  credential: 'explicit' | 'ambient'
}

/** The secret on the call. Where there is none the ticket is `not_found`, as it is for any stranger. */
export function secretOf(site: Site, call: Call, id: string): BrowserSecret {
  const bearer = bearerToken(call)
  if (bearer !== undefined) return { secret: bearer, credential: 'explicit' }
  const cookie = readCookie(call.header('cookie'), cookieOf(id), site.secure)
  if (cookie === undefined) throw new LoginError('not_found')
  return { secret: cookie, credential: 'ambient' }
}

const createFields = ['client_id', 'return_to', 'code_challenge', 'code_challenge_method', 'secret_in']

/** Seconds: the longest life a ticket can have, and then its tombstone's. */
const secretLifetime = (lifetimes.scanLimit + lifetimes.verifying + lifetimes.confirmed + lifetimes.tombstone) / 1000

const cookieOf = (id: string) => `scanlogin-${id.slice(0, 8)}`

function challengeIn(challenge: string | undefined, method: string | undefined): string | undefined {
  if (challenge === undefined && method === undefined) return undefined
  if (method !== 'S256') throw invalid('"code_challenge_method" has to be "S256".')
  if (challenge === undefined || !/^[\w-]{43}$/.test(challenge)) throw invalid('"code_challenge" is not a SHA-256.')
  return challenge
}

/**
 * What has to be known before the step that cannot be undone: an account that is locked now leaves the ticket as it was.
 * Returns whether another site's back end shows the verifier, when it exchanges the code. It costs a read, which a site
 * that asks for neither is spared.
 */
async function lookAhead(site: Site, id: string, secret: string): Promise<boolean> {
  const { login, clients, sessions, accountAvailable } = site
  const exchanges = sessions !== undefined && clients.some
  if (!exchanges && !accountAvailable) return false
  const ticket = await login.read(id, secret)
  const user = holder(ticket)
  if (user) await checkAccount(site, user)
  return exchanges && ticket.birth.clientId !== undefined
}

/** A page of another site begins sign-ins to that site, and none in the name of this one. */
function checkVisitor(site: Site, call: Call, clientId: string | undefined): void {
  const visitor = site.origins.visitor(call)
  if (visitor === undefined || (clientId !== undefined && site.clients.find(clientId).origin === visitor)) return
  throw new LoginError('forbidden', { detail: 'A page of another site has to name itself as "client_id".' })
}

/** A site without a secret proves by PKCE that it is the one which began. */
function checkChallenge(site: Site, clientId: string | undefined, challenge: string | undefined): void {
  if (!site.sessions || clientId === undefined || challenge !== undefined) return
  if (site.clients.find(clientId).secretHash === undefined) throw invalid('"code_challenge" is needed by this client.')
}

/** A number in a query, as 0 to `most`; anything that is no number counts as 0. */
export function clamp(text: string | null, most: number): number {
  const number = Number(text)
  return Number.isNaN(number) ? 0 : Math.min(Math.max(number, 0), most)
}

/** The ETag only saves bytes: the version in the body is the authority, because proxies mangle ETags. */
function conditional(call: Call, resource: TicketResource): Answer {
  const etag = `"${resource.version}"`
  const known = call.header('if-none-match')?.split(',') ?? []
  if (known.some(tag => tag.trim().replace(/^W\//, '') === etag)) return empty(304, { etag })
  return json(200, resource, { etag })
}

function signingIn({ token, ticket, shortSession, userVerified }: Redeemed): SigningIn {
  return { token, shortSession, userVerified, ticketId: ticket.birth.id, clientId: ticket.birth.clientId }
}

function hostAnswer({ session = {}, headers = {} }: SignedIn, { user, ticket }: Redeemed): Answer {
  const { returnTo } = ticket.birth
  const body = { user: toUserResource(user), session, ...(returnTo !== undefined && { return_to: returnTo }) }
  const fields = new Headers(headers)
  const cookies = fields.getSetCookie()
  // The answer's own form is not the host's to change.
  for (const name of ['set-cookie', 'content-type', 'content-length', 'cache-control']) fields.delete(name)
  return json(200, body, { ...Object.fromEntries(fields), ...(cookies.length > 0 && { 'set-cookie': cookies }) })
}
