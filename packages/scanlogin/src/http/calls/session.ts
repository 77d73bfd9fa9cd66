/** The browser's session, where scanlogin keeps it: opened by redeem, read and ended here. */
import { LoginError } from '../../core/errors.ts'
import type { Redeemed } from '../../core/login.ts'
import type { Session } from '../../sessions/session.ts'
import { bearerToken } from '../api-keys.ts'
import { type Answer, type Call, empty, json } from '../call.ts'
import { readCookie, setCookie } from '../cookies.ts'
import type { Site } from '../site.ts'
import { type SessionResource, type SignedInResource, toUserResource } from '../wire.ts'

/** A browser gets a cookie that its scripts cannot read, a native app the token itself. */
export async function sessionAnswer(
  site: Site,
  redeemed: Redeemed,
  credential: 'explicit' | 'ambient',
): Promise<Answer> {
  const { user, token, ticket } = redeemed
  const { returnTo } = ticket.birth
  const opened = await sessionsOf(site).open(user, token)
  const session: SessionResource = resourceOf(site, opened)
  if (credential === 'explicit') session.token = token
  const body: SignedInResource = { user: toUserResource(user), session }
  if (returnTo !== undefined) body.return_to = returnTo
  if (credential === 'explicit') return json(200, body)
  const cookie = setCookie(cookieName, token, { secure: site.secure, maxAge: session.expires_in })
  return json(200, body, { 'set-cookie': cookie })
}

export async function readSession(site: Site, call: Call): Promise<Answer> {
  const sessions = sessionsOf(site)
  const { token } = tokenOf(site, call)
  const session = token === undefined ? undefined : await sessions.read(token)
  if (!session) throw new LoginError('unauthenticated', { detail: 'There is no session.' })
  return json(200, { user: toUserResource(session.user), session: resourceOf(site, session) })
}

export async function endSession(site: Site, call: Call): Promise<Answer> {
  const sessions = sessionsOf(site)
  const { token, credential } = tokenOf(site, call)
  site.origins.check(call, credential)
  if (token !== undefined) await sessions.end(token)
  return empty(204, { 'set-cookie': setCookie(cookieName, '', { secure: site.secure, maxAge: 0 }) })
}

const cookieName = 'scanlogin-session'

function tokenOf(site: Site, call: Call): { token: string | undefined; credential: 'explicit' | 'ambient' } {
  const bearer = bearerToken(call)
  if (bearer !== undefined) return { token: bearer, credential: 'explicit' }
  return { token: readCookie(call.header('cookie'), cookieName, site.secure), credential: 'ambient' }
}

function resourceOf(site: Site, { expiresAt }: Session): SessionResource {
  return { expires_in: Math.max(0, Math.ceil((expiresAt - site.login.clock.now()) / 1000)) }
}

function sessionsOf({ sessions }: Site) {
  // A host with sessions of its own has no such address.
  if (!sessions) throw new LoginError('not_found')
  return sessions
}
