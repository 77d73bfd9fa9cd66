/** The browser's own session, where scanlogin keeps it: read, renewed and ended here. */
import { LoginError } from '../../../core/errors.ts'
import type { Session } from '../../../sessions/session.ts'
import { type Answer, type Call, empty, json } from '../../call.ts'
import { type Site, sessionsOf } from '../../site.ts'
import { toUserResource } from '../../wire.ts'
import { checkAccount } from './account.ts'
import {
  cookiesFor,
  lastingTokenOn,
  secondsTo,
  sessionOn,
  sessionResource,
  takenBackCookies,
  tokensOn,
} from './cookies.ts'

export async function readSession(site: Site, call: Call): Promise<Answer> {
  sessionsOf(site)
  // Whose session it is to be: who asks about a token has to say so, or one site's would do for another.
  const clientId = new URLSearchParams(call.query).get('client_id') ?? undefined
  return readAnswer(site, await sessionOn(site, tokensOn(site, call).tokens, clientId))
}

function readAnswer(site: Site, session: Session | undefined): Answer {
  if (!session) throw nobody()
  const { user, expiresAt, idleAt } = session
  const resource = { expires_in: secondsTo(site, expiresAt), idle_expires_in: secondsTo(site, idleAt) }
  return json(200, { user: toUserResource(user), session: resource })
}

/** Asks for the account again, and gives the next tokens where they change: a page need not know whether they do. */
export async function renewSession(site: Site, call: Call): Promise<Answer> {
  const sessions = sessionsOf(site)
  const { credential } = tokensOn(site, call)
  site.origins.check(call, credential)
  const token = lastingTokenOn(site, call)
  if (token === undefined) throw nobody()
  const before = ({ user }: Session) => checkAccount(site, user)
  if (!sessions.renew) {
    const session = await sessions.read(token)
    if (session) await before(session)
    return readAnswer(site, session)
  }
  const session = await sessions.renew(token, { proof: await site.proofs.on(call), before })
  const body = { user: toUserResource(session.user), session: sessionResource(site, session, credential) }
  return credential === 'explicit' ? json(200, body) : json(200, body, { 'set-cookie': cookiesFor(site, session) })
}

export async function endSession(site: Site, call: Call): Promise<Answer> {
  const sessions = sessionsOf(site)
  const { tokens, credential } = tokensOn(site, call)
  site.origins.check(call, credential)
  for (const token of tokens) await sessions.end(token)
  return empty(204, { 'set-cookie': takenBackCookies(site) })
}

function nobody(): LoginError {
  return new LoginError('unauthenticated', { detail: 'There is no session.' })
}
