/**
 * The ticket over a WebSocket: its JSON as a text at once and at each change, and then how to close. What a socket is
 * made of is the server's: here it is texts that end with a reason, on every runtime.
 */
import { LoginError } from '../../core/errors.ts'
import type { Answer, Call } from '../call.ts'
import type { Site } from '../site.ts'
import { resourceOf, secretOf } from './browser.ts'
import { comeBackAfter, type FollowEnd, follow } from './follow.ts'
import { crowded } from './seats.ts'

/** What to send, each text as it comes, and how to close after the last one. Ends early when the call hangs up. */
export type SocketTexts = AsyncGenerator<string, SocketClose>

export interface SocketClose {
  /** RFC 6455 section 7.4. */
  readonly code: number
  /** At most 123 bytes. */
  readonly reason: string
}

/** Rejects before the upgrade: a stranger, a foreign page with a cookie, a caller who finds no place to wait. */
export async function openTicketSocket(site: Site, call: Call, id: string): Promise<SocketTexts> {
  const { secret, credential } = secretOf(site, call, id)
  // No CORS guards a socket: without this any page could open one with the browser's cookie.
  site.origins.check(call, credential)
  await site.login.read(id, secret)
  if (!site.seats.free(site.clientAddress(call))) throw crowded()
  return texts(site, call, { id, secret })
}

async function* texts(site: Site, call: Call, owned: { id: string; secret: string }): SocketTexts {
  const tickets = follow(site, call, { ...owned, since: 0 })
  try {
    for (;;) {
      const { value, done } = await tickets.next()
      if (done) return closeAfter(value)
      yield JSON.stringify(resourceOf(site, value))
    }
  } finally {
    await tickets.return('left')
  }
}

function closeAfter(end: FollowEnd): SocketClose {
  if (end === 'final') return { code: 1000, reason: '' }
  if (end === 'left') return { code: 1001, reason: '' }
  const reason = JSON.stringify({ poll_after: comeBackAfter(end) })
  return { code: end === 'draining' ? 1012 : 1013, reason }
}

/** For a caller who does not ask for an upgrade, or whose host has not set up sockets. */
export async function refusePlainCall(): Promise<Answer> {
  throw new LoginError('invalid_request', { detail: 'This address is for a WebSocket.' })
}
