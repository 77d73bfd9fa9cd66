/**
 * What those who run a site may do to a sign-in that is not theirs: end it. They need no secret, so this stands apart
 * from `Login`, which answers to strangers: only what has made sure of an administrator gets to hold it.
 */
import { clockOf } from './clock.ts'
import { LoginError } from './errors.ts'
import { createEvents, type Events } from './events/events.ts'
import { createAnnounce } from './events/ticket-event.ts'
import type { LoginOptions } from './steps/house.ts'
import { take } from './steps/take.ts'
import { cancel, stateAt, type Ticket } from './ticket.ts'
import { createTickets } from './tickets.ts'

/** The same as those of the `createLogin` beside it. */
export type OperatorOptions = Pick<LoginOptions, 'store' | 'keepEvents' | 'onEvent' | 'clock'>

export interface Operator {
  /**
   * Ends a sign-in as `cancelled`, by the same compare-and-set as every other step: whoever waits hears of it at once,
   * and from then on nobody confirms or collects it. Repeating it changes nothing. `by` names the operator in the event.
   * Throws `not_found`, or `already_redeemed`, `ticket_denied` or `ticket_expired` where it has ended otherwise.
   */
  revoke(id: string, by: string): Promise<Ticket>
}

export function createOperator({ store, keepEvents, onEvent, clock = clockOf(store) }: OperatorOptions): Operator {
  const events = createEvents({ onEvent, store, clock })
  const announce = keepEvents && createAnnounce(keepEvents, clock)
  const tickets = createTickets({ store, announce, onUnreadable: events.unreadable })

  return {
    revoke(id, by) {
      const stepped: Events['stepped'] = (before, ticket) => events.stepped(before, ticket, undefined, by)
      return take({ tickets, events: { stepped } }, id, ticket => revoked(ticket, clock.now()))
    },
  }
}

function revoked(ticket: Ticket, now: number): Ticket {
  const next = cancel(ticket, now)
  const state = stateAt(next, now)
  if (state === 'cancelled') return next
  throw new LoginError(state === 'denied' ? 'ticket_denied' : 'ticket_expired')
}
