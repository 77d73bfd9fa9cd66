/**
 * What this process has heard of tickets and not yet written, ticket by ticket: a sign-in never waits for its history,
 * and what happens to one ticket within a moment is one write.
 */
import { createHash } from 'node:crypto'
import type { LoginEvent, Ticket } from 'scanlogin'
import { type Ends, latest } from './history.ts'

/** As it was heard, with what must not be written as it is. */
export interface Note {
  readonly id?: string
  readonly ends?: Ends | undefined
  readonly events: readonly LoginEvent[]
}

export interface Notes {
  event(event: LoginEvent): void
  ticket(ticket: Ticket): void
  has(mark: string): boolean
  /** Takes out all that there is. */
  take(): [mark: string, note: Note][]
}

/** Tickets at a time: what comes on top of a flood has no history. */
const mostTickets = 10_000
/** Events of one ticket at a time: somebody repeats a call that is refused. */
const mostEvents = 50

export function createNotes(): Notes {
  let notes = new Map<string, Note>()

  function add(mark: string, change: (note: Note) => Note): void {
    const note = notes.get(mark)
    if (note || notes.size < mostTickets) notes.set(mark, change(note ?? { events: [] }))
  }

  return {
    event(event) {
      const { ticket: mark } = event
      if (mark === undefined) return
      add(mark, note => (note.events.length < mostEvents ? { ...note, events: [...note.events, event] } : note))
    },
    ticket({ birth, version, deadline }) {
      const ends = { version, at: deadline }
      add(markOf(birth.id), note => ({ ...note, id: birth.id, ends: latest(note.ends, ends) }))
    },
    has: mark => notes.has(mark),
    take() {
      const taken = [...notes]
      notes = new Map()
      return taken
    },
  }
}

/** Names a ticket as events and the log do. */
export function markOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 12)
}
