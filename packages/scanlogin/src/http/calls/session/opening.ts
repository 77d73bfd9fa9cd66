/** What redeem gives where scanlogin keeps the sessions: a session of the site itself, or a code for another site. */
import type { Redeemed } from '../../../core/login.ts'
import type { OpenedSession, SessionDetails } from '../../../sessions/session.ts'
import { type Answer, type Call, json } from '../../call.ts'
import { placeNameOf, type Site, sessionsOf } from '../../site.ts'
import { type CodeResource, type SignedInResource, toUserResource } from '../../wire.ts'
import { cookiesFor, lastingCookieOn, type Presented, sessionOn, sessionResource, tokensOn } from './cookies.ts'

/** A browser gets a cookie that its scripts cannot read, a native app the token itself. */
export async function sessionAnswer(
  site: Site,
  call: Call,
  { redeemed, credential }: { redeemed: Redeemed; credential: Presented['credential'] },
): Promise<Answer> {
  const { user, token, ticket } = redeemed
  const { clientId, returnTo } = ticket.birth
  if (clientId !== undefined) return codeAnswer(site, redeemed, clientId)
  const session = await sessionsOf(site).open(user, token, await detailsOf(site, redeemed))
  const body: SignedInResource = {
    user: toUserResource(user),
    session: sessionResource(site, session, credential),
    ...(returnTo !== undefined && { return_to: returnTo }),
  }
  if (credential === 'explicit') return json(200, body)
  await endReplaced(site, call, session)
  return json(200, body, { 'set-cookie': cookiesFor(site, session) })
}

/** Whoever signs in again does not leave the session behind that their cookie was for, out of their own reach. */
export async function endReplaced(site: Site, call: Call, { id }: OpenedSession): Promise<void> {
  const before = lastingCookieOn(site, call)
  if (before === undefined) return
  const session = await sessionOn(site, tokensOn(site, call).tokens)
  // The same one where redeem is repeated.
  if (session && session.id !== id) await sessionsOf(site).end(before, 'replaced')
}

async function codeAnswer(site: Site, redeemed: Redeemed, clientId: string): Promise<Answer> {
  const { user, token, ticket } = redeemed
  const { returnTo, codeChallenge } = ticket.birth
  const details = { ...(await detailsOf(site, redeemed)), clientId }
  const grant = { user, clientId, returnTo, codeChallenge, details }
  const code = await sessionsOf(site).codes.give(token, grant)
  const body: CodeResource = {
    code,
    iss: site.login.publicUrl,
    ...(returnTo !== undefined && { return_to: returnTo }),
  }
  return json(200, body)
}

async function detailsOf(site: Site, { ticket, shortSession, userVerified }: Redeemed): Promise<SessionDetails> {
  const { origin, browserKey, createdAt } = ticket.birth
  const device = 'phone' in ticket ? ticket.phone?.device : undefined
  const place = await placeNameOf(site, origin.ip)
  return {
    claimed: { browser: origin.browser, os: origin.os },
    ...(origin.ip !== undefined && { address: origin.ip }),
    ...(place !== undefined && { place }),
    ...(device && { approvedBy: device, begunAt: createdAt }),
    ...(shortSession && { shortSession }),
    ...(browserKey !== undefined && { browserKey }),
    // RFC 8176: a second channel has said who it is, and where the phone has checked its owner, a person was present.
    amr: userVerified ? ['mca', 'user'] : ['mca'],
  }
}
