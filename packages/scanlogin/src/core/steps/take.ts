/** A step of a ticket, taken: by compare-and-set, and told to who listens if it was one. */
import type { Ticket } from '../ticket.ts'
import type { House } from './house.ts'

/** Throws what `next` throws. A repeated call changes nothing, and is no event. */
export async function take(
  { tickets, events }: { tickets: Pick<House['tickets'], 'change'>; events: Pick<House['events'], 'stepped'> },
  id: string,
  next: (ticket: Ticket) => Ticket,
  address?: string | undefined,
): Promise<Ticket> {
  let before: Ticket | undefined
  const ticket = await tickets.change(id, present => {
    before = present
    return next(present)
  })
  if (before && before !== ticket) await events.stepped(before, ticket, address)
  return ticket
}
