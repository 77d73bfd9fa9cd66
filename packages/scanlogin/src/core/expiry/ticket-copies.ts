/**
 * The tickets this node has touched last. A step may be tried on a copy first: if the copy is old, the compare-and-set
 * says so, and the ticket is read. That saves most reads of a sign-in whose calls come to the same node; it never
 * answers anything by itself.
 */

import type { Entry } from '../store.ts'
import type { Ticket } from '../ticket.ts'
import { createRecent } from './recent.ts'

export interface TicketCopy {
  readonly ticket: Ticket
  /** What the store held when the ticket was read or written. */
  readonly value: Entry['value']
}

export interface TicketCopies {
  /** Gives it back. */
  keep(copy: TicketCopy): TicketCopy
  find(id: string): TicketCopy | undefined
}

/** About 5 MB of tickets; a busy node turns them over in a second, which is when the next call comes. */
const most = 4096

export function createTicketCopies(): TicketCopies {
  const recent = createRecent<TicketCopy>(most)
  return {
    keep(copy) {
      recent.set(copy.ticket.birth.id, copy)
      return copy
    },
    find: recent.get,
  }
}
