/** What event streams and sockets have in common: one ticket, told again at each change until there is no more to tell. */
import { LoginError } from '../../core/errors.ts'
import { isFinal, stateAt, type Ticket, versionAt } from '../../core/ticket.ts'
import type { Call } from '../call.ts'
import type { Site } from '../site.ts'
import { crowdedPause } from './seats.ts'

export interface Following {
  id: string
  secret: string
  /** The version already known. */
  since: number
}

/** Why it ended. `left` is the browser itself; after the last three it should come back and ask. */
export type FollowEnd = 'final' | 'left' | 'draining' | 'crowded' | 'failed'

/** Yields the ticket at each change. Never throws. */
export async function* follow(
  site: Site,
  call: Call,
  { id, secret, since }: Following,
): AsyncGenerator<Ticket, FollowEnd> {
  const { login, seats } = site
  const { hangup } = call
  const address = site.clientAddress(call)
  if (!seats.take(address)) return 'crowded'
  try {
    for (let seen = since; ; ) {
      const ticket = await login.wait(id, secret, { since: seen, seconds: longest, hangup })
      if (hangup.aborted) return 'left'
      const now = login.clock.now()
      const version = versionAt(ticket, now)
      if (version > seen) yield ticket
      seen = Math.max(seen, version)
      if (isFinal(stateAt(ticket, now))) return 'final'
      if (hangup.aborted) return 'left'
      if (login.draining()) return 'draining'
    }
  } catch (error) {
    // A ticket that is gone is no failure: who asks again hears so.
    if (!(error instanceof LoginError) || error.code === 'store_unavailable') site.onError(error)
    return 'failed'
  } finally {
    seats.giveBack(address)
  }
}

/** Seconds of one wait, longer than any state of a ticket lasts. */
const longest = 600

/** Seconds after which a browser should come back, random so that a crowd does not come back together. */
export function comeBackAfter(end: FollowEnd): number {
  return end === 'draining' ? Math.round(Math.random() * 300) / 100 : crowdedPause()
}
