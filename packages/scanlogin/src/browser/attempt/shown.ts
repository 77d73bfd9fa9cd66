/** A ticket, or the refusal of one, as the state that a page shows. */
import type { TicketResource } from '../../http/wire.ts'
import type { ClientState, Problem } from '../state.ts'

/** A refusal that says how the ticket ended is that end; any other needs a person. */
export function endBy(problem: Problem): ClientState {
  switch (problem.code) {
    case 'ticket_expired':
      return { state: 'expired' }
    case 'ticket_denied':
      return { state: 'denied', reason: 'denied_on_phone' }
    case 'ticket_cancelled':
      return { state: 'cancelled' }
    default:
      return { state: 'error', problem }
  }
}

/** The ticket came to nothing: the page offers another one. */
export function isOver({ state }: TicketResource): boolean {
  return state === 'denied' || state === 'cancelled' || state === 'expired'
}

/** What a page shows besides the ticket itself. */
export interface Shown {
  qrUrl: string
  userCode: string
  expiresIn: number
  check: { checking: boolean; problem?: Problem }
  asking: boolean
}

/** The state that a page shows for a ticket. */
export function stateOf(ticket: TicketResource, { qrUrl, userCode, expiresIn, check, asking }: Shown): ClientState {
  const living = { expiresIn, contended: ticket.contended === true }
  const scanner = ticket.scanned_by ? { scannedBy: ticket.scanned_by.name } : {}
  switch (ticket.state) {
    case 'pending':
      return { state: 'waiting', id: ticket.id, qrUrl, userCode, ...living }
    case 'scanned':
      return { state: 'scanned', ...scanner, ...living }
    case 'verifying': {
      const { digits = 4, attempts_left: attemptsLeft = 0 } = ticket.check_code ?? {}
      return { state: 'verifying', digits, attemptsLeft, ...check, ...scanner, ...living }
    }
    // Redeemed can only have been us: the answer is on its way, or lost and about to be asked for again.
    case 'confirmed':
    case 'redeemed':
      return { state: asking ? 'otherAccount' : 'confirmed', ...scanner, ...living }
    case 'denied':
      return { state: 'denied', reason: ticket.reason ?? 'denied_on_phone' }
    case 'cancelled':
    case 'expired':
      return { state: ticket.state }
  }
}
