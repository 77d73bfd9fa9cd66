/**
 * Where a browser keeps its session: in cookies that its scripts cannot read. Native apps have no cookie jar; they carry
 * the token themselves, and are told it.
 */
import type { OpenedSession, Session } from '../../../sessions/session.ts'
import { bearerToken } from '../../api-keys.ts'
import type { Call } from '../../call.ts'
import { readCookie, setCookie } from '../../cookies.ts'
import type { Site } from '../../site.ts'
import type { SessionResource } from '../../wire.ts'

export interface Presented {
  /** The best first. */
  readonly tokens: readonly string[]
  readonly credential: 'explicit' | 'ambient'
}

/** The tokens on the call: the one that the caller carries, or those in its cookies. */
export function tokensOn(site: Site, call: Call): Presented {
  const bearer = bearerToken(call)
  if (bearer !== undefined) return { tokens: [bearer], credential: 'explicit' }
  const cookies = [accessCookie, sessionCookie].map(name => readCookie(call.header('cookie'), name, site.secure))
  return { tokens: cookies.filter(token => token !== undefined), credential: 'ambient' }
}

/** The token that stands for the whole session, and not for some minutes of it. */
export function lastingTokenOn(site: Site, call: Call): string | undefined {
  return bearerToken(call) ?? lastingCookieOn(site, call)
}

export function lastingCookieOn(site: Site, call: Call): string | undefined {
  return readCookie(call.header('cookie'), sessionCookie, site.secure)
}

/** Of the site itself, or of the other site that is named. */
export async function sessionOn(
  site: Site,
  tokens: readonly string[],
  clientId?: string,
): Promise<Session | undefined> {
  for (const token of tokens) {
    const session = await site.sessions?.read(token, clientId)
    if (session) return session
  }
  return undefined
}

export function cookiesFor(site: Site, { token, access, expiresAt }: OpenedSession): string[] {
  const cookie = (name: string, value: string, until: number) =>
    setCookie(name, value, { secure: site.secure, maxAge: secondsTo(site, until) })
  const lasting = cookie(sessionCookie, token, expiresAt)
  return access ? [lasting, cookie(accessCookie, access.token, access.expiresAt)] : [lasting]
}

export function takenBackCookies(site: Site): string[] {
  return [sessionCookie, accessCookie].map(name => setCookie(name, '', { secure: site.secure, maxAge: 0 }))
}

/** What the caller is told of the session; tokens are for those only who have no cookie jar. */
export function sessionResource(
  site: Site,
  session: OpenedSession,
  credential: Presented['credential'],
): SessionResource {
  const { token, access, expiresAt } = session
  const resource: SessionResource = { expires_in: secondsTo(site, expiresAt) }
  if (access) resource.access_expires_in = secondsTo(site, access.expiresAt)
  if (credential === 'ambient') return resource
  return { ...resource, token, ...(access && { access_token: access.token }) }
}

export function secondsTo(site: Site, time: number): number {
  return Math.max(0, Math.ceil((time - site.login.clock.now()) / 1000))
}

export function secondsSince(site: Site, time: number): number {
  return Math.max(0, Math.floor((site.login.clock.now() - time) / 1000))
}

const sessionCookie = 'scanlogin-session'
const accessCookie = 'scanlogin-access'
