/**
 * The histories of tickets, in the store, so that whichever node is asked knows what happened at the others: an entry
 * for each ticket, written beside the sign-in and never waited for.
 */
import type { Login, LoginEvent, Store, Ticket } from 'scanlogin'
import { added, type History, historyIn, nothing, textOf } from './history.ts'
import { createLifetimes } from './lifetimes.ts'
import { lineOf } from './line.ts'
import { createNotes, type Note } from './notes.ts'
import { createPseudonyms } from './pseudonyms.ts'

export interface Histories {
  onEvent(event: LoginEvent): void
  /** Learns how long each state lasts, which no event says. */
  login(login: Login): Login
  /** All that is known by now of the ticket that has this mark. Rejects where the store cannot be reached. */
  read(mark: string): Promise<History | undefined>
  /** Writes at once what was heard. Never rejects. */
  flush(): Promise<void>
}

export interface HistoriesOptions {
  store: Store
  /** Names this process. */
  node: string
}

/** ms until what was heard is written. */
const pause = 500
/** Writes at a time. */
const most = 100
/** Nobody is first so often, so somebody's line may be missing after that. */
const tries = 5

export function createHistories({ store, node }: HistoriesOptions): Histories {
  const notes = createNotes()
  const pseudonyms = createPseudonyms(store)
  const lifetimes = createLifetimes()
  const lately = createLately()
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  async function write(mark: string, { id, ends, events }: Note): Promise<void> {
    const pseudonym = await pseudonyms()
    const named = (user: string | undefined) => (user === undefined ? undefined : pseudonym(user))
    const lines = events.map(event => lineOf(event, { node, user: named(event.user) }))
    const isNew = events.some(({ type }) => type === 'created')
    // Another node may be a moment late with how it began.
    const opens = id !== undefined || events.some(isOfTicket)
    let present = lately.get(mark) ?? (isNew ? unwritten : undefined)
    for (let round = 0; round < tries; round++) {
      present ??= await read(mark)
      if (!present && !opens) return
      const { version, history } = present ?? unwritten
      const next = { version: version + 1, history: added(history, { id, ends, lines }) }
      const expiresAt = (store.now?.() ?? Date.now()) + lifetimes.now()
      if (await store.put(keyOf(mark), { version: next.version, expiresAt, value: textOf(next.history) })) {
        lately.keep(mark, next)
        return
      }
      present = undefined
    }
  }

  async function read(mark: string): Promise<Kept | undefined> {
    const entry = await store.get(keyOf(mark))
    return entry && { version: entry.version, history: historyIn(entry.value) }
  }

  async function writeAll(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const taken = notes.take()
    for (let from = 0; from < taken.length; from += most) {
      const some = taken.slice(from, from + most)
      // While the store is away histories have gaps; sign-ins have more to complain of.
      await Promise.all(some.map(([mark, note]) => write(mark, note).catch(() => {})))
    }
  }

  /** One after the other: of a ticket there is one write of this process at a time. */
  function soon(): void {
    timer ??= setTimeout(flush, pause).unref()
  }

  function flush(): Promise<void> {
    writing = writing.then(writeAll)
    return writing
  }

  function learn(ticket: Ticket): void {
    notes.ticket(ticket)
    soon()
  }

  return {
    onEvent(event) {
      const { ticket: mark, type } = event
      if (mark === undefined) return
      if (type === 'created') lifetimes.begun()
      // Anybody may ask for tickets that there are none of, and at any rate: they are looked for nowhere.
      if (!isOfTicket(event) && !notes.has(mark) && !lately.get(mark)) return
      notes.event(event)
      soon()
    },
    login: login => ({
      ...login,
      async create(request) {
        const created = await login.create(request)
        learn(created.ticket)
        return created
      },
      async scan(...given) {
        const scanned = await login.scan(...given)
        learn(scanned.ticket)
        return scanned
      },
      async confirm(...given) {
        const confirmed = await login.confirm(...given)
        learn(confirmed.ticket)
        return confirmed
      },
      async verify(...given) {
        const ticket = await login.verify(...given)
        learn(ticket)
        return ticket
      },
    }),
    async read(mark) {
      await flush()
      return (await read(mark))?.history
    },
    flush,
  }
}

/** It takes a ticket to hear this, or to be refused so: what came no further than the HTTP edge has a path for a call. */
function isOfTicket({ type, code, call = '', verdict }: LoginEvent): boolean {
  if (type !== 'refused') return true
  // While the store is away nobody knows which tickets there are. A policy that is out of order was asked about one.
  const isUnseen = code === 'not_found' || (code === 'store_unavailable' && verdict === undefined)
  return !isUnseen && /^[a-z]+$/.test(call)
}

interface Kept {
  readonly version: number
  readonly history: History
}

const unwritten: Kept = { version: 0, history: nothing }

function keyOf(mark: string): string {
  return `console:ticket:${mark}`
}

/** What this process has written last, so that it need not be read again; the store says where it was not the last. */
function createLately() {
  const kept = new Map<string, Kept>()
  return {
    get: (mark: string) => kept.get(mark),
    keep(mark: string, what: Kept) {
      kept.delete(mark)
      kept.set(mark, what)
      const [oldest] = kept.keys()
      if (kept.size > 2000 && oldest !== undefined) kept.delete(oldest)
    },
  }
}
