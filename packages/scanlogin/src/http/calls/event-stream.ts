/** Server-sent events: the ticket again at each change, a comment each 15 s so that no proxy finds the line idle. */
import { versionAt } from '../../core/ticket.ts'
import { type Answer, always, type Call } from '../call.ts'
import type { Site } from '../site.ts'
import { clamp, resourceOf, secretOf } from './browser.ts'
import { comeBackAfter, type Following, follow } from './follow.ts'
import { crowded } from './seats.ts'

export async function streamTicket(site: Site, call: Call, id: string): Promise<Answer> {
  const { secret } = secretOf(site, call, id)
  // A stranger is refused before the stream begins.
  const now = versionAt(await site.login.read(id, secret), site.login.clock.now())
  if (!site.seats.free(site.clientAddress(call))) throw crowded()
  const since = call.header('last-event-id') ?? new URLSearchParams(call.query).get('since')
  return {
    status: 200,
    // nginx keeps a stream to itself until it ends unless it is told not to.
    headers: { ...always, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
    body: {
      [Symbol.asyncIterator]: () => events(site, call, { id, secret, since: clamp(since, now) }),
      // One timer for as long as it lasts: with thousands of streams, whatever a heartbeat leaves behind is the cost.
      keepAlive: write => site.login.clock.every(heartbeat * 1000, () => write(': still waiting\n\n')),
    },
  }
}

async function* events(site: Site, call: Call, following: Following): AsyncGenerator<string> {
  const tickets = follow(site, call, following)
  try {
    for (;;) {
      const { value, done } = await tickets.next()
      if (done) {
        // A browser's own `EventSource` comes back by itself, after as many ms as it was last told.
        if (value !== 'final' && value !== 'left') yield `retry: ${Math.round(comeBackAfter(value) * 1000)}\n\n`
        return
      }
      yield event(resourceOf(site, value))
    }
  } finally {
    await tickets.return('left')
  }
}

function event(resource: ReturnType<typeof resourceOf>): string {
  return `event: ticket\nid: ${resource.version}\ndata: ${JSON.stringify(resource)}\n\n`
}

/** Seconds. */
const heartbeat = 15
