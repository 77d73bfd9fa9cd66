/** A person's sessions: each QR sign-in is one, and any of them can be ended from any other, or from the phone. */
import { sha256 } from '#digest'
import { browserId } from '../../../core/browsers/known-browsers.ts'
import type { Session } from '../../../sessions/session.ts'
import { deviceIn, invalid, readFields } from '../../body.ts'
import { type Answer, type Call, empty, json } from '../../call.ts'
import { type Site, sessionsOf } from '../../site.ts'
import type { ListedSessionResource } from '../../wire.ts'
import { type Asker, askerOf } from './asker.ts'
import { secondsSince, secondsTo } from './cookies.ts'

export async function listSessions(site: Site, call: Call): Promise<Answer> {
  const sessions = sessionsOf(site)
  const { userId, sessionId } = await askerOf(site, call)
  const listed = await sessions.list(userId)
  return json(200, { sessions: listed.map(session => toResource(site, session, sessionId)) })
}

/** One that has ended, or is somebody else's, looks the same as one that never was. */
export async function endListedSession(site: Site, call: Call, id: string): Promise<Answer> {
  const sessions = sessionsOf(site)
  const asker = await askerOf(site, call)
  await forgetBrowsersOf(
    site,
    asker,
    await sessions.endSome(asker.userId, { id }, id === asker.sessionId ? 'person' : asker.by),
  )
  return empty(204)
}

export async function endOtherSessions(site: Site, call: Call): Promise<Answer> {
  const sessions = sessionsOf(site)
  const asker = await askerOf(site, call)
  await forgetBrowsersOf(site, asker, await sessions.endSome(asker.userId, { allBut: asker.sessionId }, asker.by))
  return empty(204)
}

/** For an app that signs out on a phone: what that phone has approved ends with it. */
export async function endApprovedSessions(site: Site, call: Call): Promise<Answer> {
  const sessions = sessionsOf(site)
  const { userId, by } = await askerOf(site, call)
  const device = deviceIn(await readFields(call, ['device']))
  if (device?.id === undefined) throw invalid('"device" has to be {"id"}.')
  await sessions.endSome(userId, { approvedBy: await sha256(device.id) }, by)
  return empty(204)
}

/**
 * Who ends a session from elsewhere does not know the browser that has it, or does not use it any more: its next sign-in
 * is that of a new one. Otherwise a stranger who was let in once would be known for half a year.
 */
async function forgetBrowsersOf({ login }: Site, asker: Asker, ended: readonly Session[]): Promise<void> {
  const own = asker.session?.details.browserKey
  const keys = ended.flatMap(({ details: { browserKey: key } }) => (key === undefined || key === own ? [] : [key]))
  for (const key of new Set(keys)) await login.browsers?.forget(asker.userId, await browserId(asker.userId, key))
}

function toResource(site: Site, session: Session, asking: string | undefined): ListedSessionResource {
  const { id, openedAt, seenAt, expiresAt, details } = session
  const { address, place, claimed, approvedBy, openedBy, holder, clientId } = details
  return {
    id,
    ...(id === asking && { current: true }),
    opened_ago: secondsSince(site, openedAt),
    seen_ago: secondsSince(site, seenAt),
    expires_in: secondsTo(site, expiresAt),
    observed: { ...(address !== undefined && { ip: address }), ...(place !== undefined && { place }) },
    ...(claimed && { claimed: { browser: claimed.browser, os: claimed.os } }),
    ...(approvedBy && {
      approved_by: {
        ...(approvedBy.name !== undefined && { name: approvedBy.name }),
        ...(approvedBy.claimed && { claimed: { browser: approvedBy.claimed.browser, os: approvedBy.claimed.os } }),
      },
    }),
    ...(openedBy && { opened_by: { provider: openedBy.provider } }),
    ...(holder && { holder }),
    ...(clientId !== undefined && { client: { name: site.clients.nameOf(clientId) } }),
  }
}
