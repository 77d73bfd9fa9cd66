/** Server-sent events: the ticket again at each change, a comment each 15 s so that no proxy finds the line idle. */
import { isFinal, versionAt } from '../../core/ticket.ts'
import { type Answer, always, type Call } from '../call.ts'
import type { Site } from '../site.ts'
import { clamp, resourceOf, secretOf } from './browser.ts'

export async function streamTicket(site: Site, call: Call, id: string): Promise<Answer> {
  const { secret } = secretOf(site, call, id)
  // A stranger is refused before the stream begins.
  const now = versionAt(await site.login.read(id, secret), site.login.clock.now())
  const since = call.header('last-event-id') ?? new URLSearchParams(call.query).get('since')
  return {
    status: 200,
    // nginx keeps a stream to itself until it ends unless it is told not to.
    headers: { ...always, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
    body: events(site, call, { id, secret, since: clamp(since, now) }),
  }
}

async function* events(
  { login, ...site }: Site,
  { hangup }: Call,
  { id, secret, since }: Start,
): AsyncGenerator<string> {
  for (let seen = since; ; ) {
    const ticket = await login.wait(id, secret, { since: seen, seconds: heartbeat, hangup })
    const now = login.clock.now()
    const version = versionAt(ticket, now)
    if (version > seen) {
      seen = version
      yield `event: ticket\nid: ${version}\ndata: ${JSON.stringify(resourceOf({ login, ...site }, ticket))}\n\n`
    } else yield ': still waiting\n\n'
    const { state } = resourceOf({ login, ...site }, ticket)
    if (isFinal(state) || hangup.aborted || login.draining()) return
  }
}

interface Start {
  id: string
  secret: string
  since: number
}

/** Seconds. */
const heartbeat = 15
