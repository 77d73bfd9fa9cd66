/** Tickets in a store: found, and changed by "read, decide, compare-and-set" until one compare holds. */
import { mostRounds } from './change-entry.ts'
import { makeUserCode } from './codes/user-code.ts'
import { LoginError } from './errors.ts'
import type { Announce } from './events/ticket-event.ts'
import { createTicketCopies, type TicketCopy } from './expiry/ticket-copies.ts'
import type { Random } from './secrets/random.ts'
import type { Entry, Store } from './store.ts'
import { lifetimes, type Ticket } from './ticket.ts'
import { fromEntry, toEntry } from './ticket-record.ts'

export interface Tickets {
  /** A new one. */
  add(ticket: Ticket): Promise<void>
  /** The ticket as it is now. Throws `not_found`. */
  find(id: string): Promise<Ticket>
  /** The ticket as this node has seen it last, or as it is now: for what never changes of it. Throws `not_found`. */
  glance(id: string): Promise<Ticket>
  /** The ticket as this node has seen it last if it `fits`, or else as it is now. Throws `not_found`. */
  recall(id: string, fits: (copy: Ticket) => boolean): Promise<Ticket>
  /** The ticket that the entry under `id` holds. Throws `not_found`. */
  keep(id: string, entry: Entry | undefined): Ticket
  /** Takes the step that `next` decides on, or none if it gives back the very ticket. Throws what `next` throws. */
  change(id: string, next: (ticket: Ticket) => Ticket): Promise<Ticket>
  /** Gives the ticket a user code. */
  nameByCode(ticket: Ticket, random: Random): Promise<string>
  idByCode(code: string): Promise<string | undefined>
}

export interface TicketsOptions {
  store: Store
  /** What it says is written in the same step as the ticket. */
  announce?: Announce | undefined
  /** Hears of an entry that stands for a ticket and is none. */
  onUnreadable?: (id: string) => void
}

export function createTickets({ store, announce, onUnreadable }: TicketsOptions): Tickets {
  const copies = createTicketCopies()

  async function read(id: string): Promise<TicketCopy> {
    return keep(id, await store.get(ticketKey(id)))
  }

  function keep(id: string, entry: Entry | undefined): TicketCopy {
    const copy = copies.find(id)
    // The same text is the same ticket, and need not be read once more. A version alone does not say so.
    if (entry && copy?.ticket.version === entry.version && copy.value === entry.value) return copy
    if (!entry) throw new LoginError('not_found')
    const ticket = fromEntry(entry)
    if (!ticket) {
      onUnreadable?.(id)
      throw new LoginError('not_found')
    }
    return copies.keep({ ticket, value: entry.value })
  }

  /**
   * Over the very ticket that the step was decided on, or not at all: so it may be decided on a copy, however old. That
   * ticket has to be alive when the write happens: one that somebody has seen expired stays so.
   */
  async function write(ticket: Ticket, from?: TicketCopy): Promise<boolean> {
    const entry = toEntry(ticket)
    const only = {
      ...(from && { over: from.value, before: from.ticket.deadline }),
      ...(announce && { also: announce(from?.ticket, ticket) }),
    }
    const written = await store.put(ticketKey(ticket.birth.id), entry, from || announce ? only : undefined)
    if (written) copies.keep({ ticket, value: entry.value })
    return written
  }

  return {
    find: async id => (await read(id)).ticket,
    keep: (id, entry) => keep(id, entry).ticket,
    async add(ticket) {
      await write(ticket)
    },
    async glance(id) {
      return (copies.find(id) ?? (await read(id))).ticket
    },
    async recall(id, fits) {
      const copy = copies.find(id)
      if (copy && fitsWell(copy.ticket, fits)) return copy.ticket
      return (await read(id)).ticket
    },
    async change(id, next) {
      const copy = copies.find(id)
      const guess = copy && steppedFrom(copy.ticket, next)
      if (guess && guess !== copy.ticket && (await write(guess, copy))) return guess
      for (let refused = '', round = 1; round <= mostRounds; round++) {
        const present = await read(id)
        const changed = next(present.ticket)
        // Nobody was first, so it was the deadline that came in between.
        if (present.value === refused) throw new LoginError('ticket_expired')
        if (changed === present.ticket || (await write(changed, present))) return changed
        refused = present.value
        // Somebody was first.
      }
      // Honest tickets race a handful of times; only one user scanning their own over and over comes here.
      throw new LoginError('rate_limited', { retryAfter: 1 })
    },
    async nameByCode({ birth }, random) {
      // A code is drawn again if a live ticket has it. With a million of those that is one draw in 25,600.
      for (;;) {
        const code = makeUserCode(random)
        const entry = { version: 1, expiresAt: birth.createdAt + lifetimes.scanLimit, value: birth.id }
        if (await store.put(userCodeKey(code), entry)) return code
      }
    },
    async idByCode(code) {
      return (await store.get(userCodeKey(code)))?.value
    },
  }
}

/** A key under which `watch` rings for a ticket. */
export function ticketKey(id: string): string {
  return `t:${id}`
}

function userCodeKey(code: string): string {
  return `c:${code}`
}

/** A step tried on a copy: a refusal says nothing, because the copy may be old. */
function steppedFrom(copy: Ticket, next: (ticket: Ticket) => Ticket): Ticket | undefined {
  try {
    return next(copy)
  } catch {
    return undefined
  }
}

/** A copy that is refused may be old. */
function fitsWell(copy: Ticket, fits: (copy: Ticket) => boolean): boolean {
  try {
    return fits(copy)
  } catch {
    return false
  }
}
