/**
 * A session for somebody who did not come by a QR code of ours: a connector has recognised them. It opens as one from a
 * code does: a new id, the account looked at once more, the policies asked, and the session that the browser had before
 * ended.
 */
import type { User } from '../../../core/ticket.ts'
import type { ProviderIdentity, SessionDetails } from '../../../sessions/session.ts'
import { type Answer, type Call, json } from '../../call.ts'
import { placeNameOf, type Site, sessionsOf } from '../../site.ts'
import { claimedBy } from '../../user-agent.ts'
import { toUserResource } from '../../wire.ts'
import { checkAccount } from './account.ts'
import { cookiesFor, sessionResource } from './cookies.ts'
import { endReplaced } from './opening.ts'

export interface Arriving {
  readonly user: User
  /** 256 bits, the same at every repetition, known to nobody else: a connector's `token`. */
  readonly token: string
  /** How the person was recognised, RFC 8176. */
  readonly amr: readonly string[]
  /** By which identity the person was recognised: what ends with it. Default: by none that anybody may remove. */
  readonly openedBy?: ProviderIdentity | undefined
  /** The other end of the connection, where the runtime tells it. */
  readonly peer?: string | undefined
}

/** ms that what the host knows of an identity may be old when it signs somebody in by it. */
const longestTelling = 10_000

/** Repeated with the same token it gives the same session, if the policies still allow it. */
export async function openArrived(
  site: Site,
  call: Call,
  { user, token, amr, openedBy, peer }: Arriving,
): Promise<Answer> {
  const sessions = sessionsOf(site)
  const address = site.clientAddress({ peer, header: name => call.header(name) })
  const place = await placeNameOf(site, address)
  await checkAccount(site, user)
  const { browser, os } = claimedBy(call.header('user-agent'))
  const provider = openedBy?.provider
  const terms = await site.login.arrive({ user, address, claimed: { browser, os }, clientId: undefined, provider })
  const details: SessionDetails = {
    claimed: { browser, os },
    ...(address !== undefined && { address }),
    ...(place !== undefined && { place }),
    ...(terms.shortSession && { shortSession: true }),
    amr,
    // Who it is was told a moment ago: an identity that was removed meanwhile opens nothing any more.
    ...(openedBy && { openedBy, begunAt: site.login.clock.now() - longestTelling }),
  }
  const session = await sessions.open(user, token, details)
  await endReplaced(site, call, session)
  const body = { user: toUserResource(user), session: sessionResource(site, session, 'ambient') }
  return json(200, body, { 'set-cookie': cookiesFor(site, session) })
}
