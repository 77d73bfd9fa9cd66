/**
 * Somebody who scans the code on another person's screen signs that browser in to an account of theirs, and what is
 * typed there afterwards is theirs to read. So a browser remembers whose sign-in was the last, and asks before it takes
 * another's. It keeps a mark and no id: what a script of the page finds there names nobody.
 */
import { sha256 } from '#digest'
import { holder, type Ticket } from '../ticket.ts'
import type { Tickets } from '../tickets.ts'

/** Whether the phone that holds the ticket is of another account than `mark` stands for. */
export async function isOtherAccount(tickets: Tickets, ticket: Ticket, mark: string): Promise<boolean> {
  // A copy may be older than the scan; whose a ticket is never changes after it.
  const user = holder(ticket) ?? holder(await tickets.find(ticket.birth.id))
  return user !== undefined && (await markOf(user.id)) !== mark
}

async function markOf(userId: string): Promise<string> {
  return sha256(`account1.${userId}`)
}
