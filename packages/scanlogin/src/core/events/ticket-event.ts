/**
 * What the outbox tells the outside world of a ticket: that it took a step, or came to its end. The text is written along
 * with the step, so it says what was true then, and it never changes: whoever gets it twice can tell by its id.
 *
 * It names the ticket by its id, which opens nothing once the ticket has ended, and the person by the host's own id of
 * them. No secret, token, name or address stands in it.
 */
import type { Clock } from '../clock.ts'
import { holder, isFinal, type StateNow, type Ticket } from '../ticket.ts'
import type { Also } from './outbox.ts'

export interface TicketEvent {
  /** The same at every repetition: who keeps the ids of the last days can drop what comes twice. */
  readonly id: string
  readonly type: TicketEventType
  /** When it happened, ISO 8601. */
  readonly timestamp: string
  readonly data: TicketFacts
}

export type TicketEventType = `ticket.${Exclude<StateNow, 'pending'> | 'created'}`

/** On the wire, so in its spelling. */
export interface TicketFacts {
  readonly ticket: string
  /** One more with each change of the ticket: what comes late can be told from what is new. */
  readonly version: number
  /** ISO 8601. */
  readonly created_at: string
  /** Who has scanned it; absent where nobody has. */
  readonly user?: { readonly id: string }
  /** The site that is signed in to; absent for the site itself. */
  readonly client_id?: string
  /** With `ticket.denied`: whether the person said no, or typed the check code wrongly three times. */
  readonly reason?: 'denied_on_phone' | 'check_code'
}

/** Which steps are told: that a ticket has ended, or every state it comes to. */
export type EventChoice = 'final' | 'every'

/** What is written along with a ticket that took a step from `before`. */
export type Announce = (before: Ticket | undefined, ticket: Ticket) => Also

export function createAnnounce(choice: EventChoice, clock: Pick<Clock, 'now'>): Announce {
  return (before, ticket) => {
    const ended = isFinal(ticket.state)
    const told = ticket.state !== before?.state && (ended || choice === 'every')
    return {
      events: told ? [textOf(ticket, ticket.version, typeOf(ticket), clock.now())] : [],
      // Version and time are those that a reader sees once it is over.
      later: ended
        ? undefined
        : {
            at: ticket.deadline,
            event: textOf(ticket, ticket.version + 1, 'ticket.expired', ticket.deadline),
          },
    }
  }
}

/** `undefined` for what is no event of this shape, such as one of a version that is yet to come. */
export function readTicketEvent(text: string): TicketEvent | undefined {
  try {
    const event: unknown = JSON.parse(text)
    return isTicketEvent(event) ? event : undefined
  } catch {
    return undefined
  }
}

function typeOf({ state }: Ticket): TicketEventType {
  return state === 'pending' ? 'ticket.created' : `ticket.${state}`
}

function textOf(ticket: Ticket, version: number, type: TicketEventType, at: number): string {
  const { id, createdAt, clientId } = ticket.birth
  const user = holder(ticket)
  const facts: TicketFacts = {
    ticket: id,
    version,
    created_at: new Date(createdAt).toISOString(),
    ...(user && { user: { id: user.id } }),
    ...(clientId !== undefined && { client_id: clientId }),
    ...(ticket.state === 'denied' && { reason: ticket.reason }),
  }
  const event: TicketEvent = { id: `evt_${id}_${version}`, type, timestamp: new Date(at).toISOString(), data: facts }
  return JSON.stringify(event)
}

function isTicketEvent(event: unknown): event is TicketEvent {
  if (!isObject(event) || !isObject(event.data)) return false
  const { id, type, timestamp } = event
  const { ticket, version } = event.data
  const texts = [id, type, timestamp, ticket].every(field => typeof field === 'string')
  return texts && typeof version === 'number'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
