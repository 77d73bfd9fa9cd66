/**
 * What both kinds of sessions are made of: records, whose they are, and a lookup in front. A session is opened, found,
 * listed and ended here; the kinds differ in what the browser holds.
 */
import { sha256 } from '#digest'
import { type Clock, clockOf, systemClock, timeOf } from '../core/clock.ts'
import { LoginError } from '../core/errors.ts'
import { createLookup, type Lookup } from '../core/expiry/lookup.ts'
import type { Store } from '../core/store.ts'
import type { User } from '../core/ticket.ts'
import { type Codes, codeLife, createCodes } from './codes.ts'
import { createDepartures } from './departures.ts'
import { createEndings } from './endings.ts'
import { createLifetimes, type LifetimeOptions, type Lifetimes, noteEvery } from './lifetimes.ts'
import type { Chain, SessionRecord } from './record.ts'
import { createRecords, type Records, type Step } from './records.ts'
import { createRoster } from './roster.ts'
import type { EndedBy, Session, SessionDetails, SessionEvent, Which } from './session.ts'

export interface BookOptions extends LifetimeOptions {
  store: Store
  /** Sessions a user may have at a time, 1 to 100; one more ends the oldest. Default 100. */
  mostPerUser?: number
  /**
   * Seconds that an answer may be old: where the message gets lost that another node has ended a session, it may be read
   * for so long. `0` asks the store each time. Default 5.
   */
  staleness?: number
  /**
   * Who holds these sessions. Of one store either kind reads only its own, so that a phone's signs no browser in; both
   * stand in the list of their person and end with the others. Default `'browser'`.
   */
  holder?: 'browser' | 'phone'
  /** Hears of each session that opens, and of each that is ended; what it throws is dropped. Default: nobody does. */
  onEvent?: (event: SessionEvent) => void
  /** Default: the store's time, or the system's where the store has none. */
  clock?: Pick<Clock, 'now'>
}

export interface Book {
  readonly clock: Pick<Clock, 'now'>
  readonly lifetimes: Lifetimes
  readonly records: Records
  /** Throws `already_redeemed` where it was ended before, and `account_unavailable` where its phone or identity has left. */
  open(id: string, opening: Opening): Promise<Kept>
  /** As this process has seen it last; what is looked up for a caller counts as use. */
  find(id: string): Promise<Kept | undefined>
  /** The same, as it is in the store at this moment. */
  findAnew(id: string): Promise<Kept | undefined>
  /** As `Records.change`; throws what `next` throws. */
  change(id: string, next: Step): Promise<Kept | undefined>
  end(id: string, by: EndedBy): Promise<void>
  forestall(id: string): Promise<void>
  readonly codes: Codes
  list(userId: string): Promise<readonly Session[]>
  endSome(userId: string, which: Which, by?: EndedBy): Promise<readonly Session[]>
  counts: Lookup<Kept>['counts']
}

export interface Kept {
  readonly session: Session
  /** Where the browser's token changes with each use. */
  readonly chain: Chain | undefined
}

export interface Opening {
  readonly user: User
  readonly details: SessionDetails
  readonly chain?: Chain
}

export function createBook(options: BookOptions): Book {
  const { store, mostPerUser = 100, staleness = 5, holder = 'browser', clock = clockOf(store) } = options
  if (!(Number.isInteger(mostPerUser) && mostPerUser >= 1 && mostPerUser <= 100)) {
    throw new TypeError('mostPerUser must be a whole number from 1 to 100')
  }
  if (!(staleness >= 0 && staleness <= 60)) throw new TypeError('staleness must be 0 to 60 seconds')
  const lifetimes = createLifetimes(options)
  const records = createRecords(store, lifetimes)
  const roster = createRoster({ store, clock, most: mostPerUser })
  const departures = createDepartures(store, clock)
  // Ages are this process's own: it need not ask a store for the time before it asks it for a session.
  const age = options.clock ?? systemClock
  const lookup = createLookup({ load, clock: age, staleness })
  // One watch for all: one for each live session would cost the store more than the copies save.
  const endings = createEndings({ store, clock, age, forget: lookup.forget })

  async function load(id: string): Promise<Kept | undefined> {
    if (staleness > 0) await endings.listen()
    const record = await records.find(id)
    if (!record || !isOurs(record)) return undefined
    const now = clock.now()
    if (now - record.seenAt < noteEvery) return toKept(id, record)
    return toKept(id, (await note(id, now)) ?? record)
  }

  /** Best effort: whoever was first has noted it too, and a session is not refused because its last use is not noted. */
  async function note(id: string, now: number): Promise<SessionRecord | undefined> {
    const seen = (record: SessionRecord) => (now - record.seenAt < noteEvery ? record : { ...record, seenAt: now })
    return records.change(id, seen).catch(() => undefined)
  }

  function isOurs({ details }: SessionRecord): boolean {
    return (details.holder ?? 'browser') === holder
  }

  function toKept(id: string, record: SessionRecord): Kept {
    return { session: toSession(id, record), chain: record.chain }
  }

  function toSession(id: string, record: SessionRecord): Session {
    const { user, openedAt, seenAt, limit, details } = record
    // How long one of the other kind may be unused is not known here: not earlier than it is.
    const idleAt = isOurs(record) ? lifetimes.idleAt(seenAt, limit) : limit
    return { id, user, openedAt, seenAt, expiresAt: limit, idleAt, details }
  }

  async function end(ids: readonly string[], by: EndedBy): Promise<void> {
    await Promise.all(
      ids.map(async id => {
        const ended = await records.end(id)
        lookup.forget(id)
        if (ended) await hasEnded(id, ended, by)
      }),
    )
  }

  /** Only what was one: nobody makes the fleet talk, or fills a log, by ending what there is not. */
  async function hasEnded(id: string, record: SessionRecord, by: EndedBy): Promise<void> {
    raise({ type: 'session_ended', at: clock.now(), session: toSession(id, record), by })
    await endings.tell([id])
  }

  function raise(event: SessionEvent): void {
    try {
      options.onEvent?.(event)
    } catch {
      // Nobody is left to tell, and no session hangs on it.
    }
  }

  function findAnew(id: string): Promise<Kept | undefined> {
    lookup.forget(id)
    return lookup.find(id)
  }

  async function list(userId: string): Promise<Session[]> {
    const ids = await roster.ids(userId)
    const found = await Promise.all(ids.map(async id => ({ id, record: await records.find(id) })))
    const live = found.flatMap(({ id, record }) => (record?.user.id === userId ? [toSession(id, record)] : []))
    return live.reverse()
  }

  return {
    clock,
    lifetimes,
    records,
    async open(id, { user, details: told, chain }) {
      const now = await timeOf(clock, store)
      const details: SessionDetails = holder === 'phone' ? { ...told, holder } : told
      const limit = lifetimes.limit(now, details)
      const opening: SessionRecord = { user, openedAt: now, seenAt: now, limit, details, ...(chain && { chain }) }
      const record = await records.open(id, opening)
      // A token that has opened one for a phone opens none for a browser.
      if (!isOurs(record)) throw new LoginError('already_redeemed')
      // Nobody has the token before this is done; repeated, it adds nothing.
      await end(await roster.add(user.id, id, record.limit), 'limit')
      // Only now: a phone that leaves from here on finds the session in the list.
      if (await departures.hasLeft(user.id, details)) {
        await records.end(id)
        lookup.forget(id)
        throw new LoginError('account_unavailable', { detail: 'What approved this sign-in has left the account.' })
      }
      // Repeated, it is no second session.
      if (record === opening) raise({ type: 'session_opened', at: now, session: toSession(id, record) })
      return toKept(id, record)
    },
    async find(id) {
      const kept = await lookup.find(id)
      if (!kept || clock.now() < kept.session.idleAt) return kept
      // This copy is from before its last use, or the session is over: the store knows which.
      return findAnew(id)
    },
    findAnew,
    async change(id, next) {
      const record = await records.change(id, next)
      lookup.forget(id)
      return record && toKept(id, record)
    },
    async end(id, by) {
      const record = await records.find(id)
      await end([id], by)
      if (record) await roster.remove(record.user.id, [id])
    },
    async forestall(id) {
      const ended = await records.forestall(id, clock.now() + codeLife)
      lookup.forget(id)
      if (ended) await hasEnded(id, ended, 'copied')
    },
    codes: createCodes(store, clock),
    list,
    async endSome(userId, which, by = 'other_session') {
      // First: what opens after the list was read has to find it.
      if ('approvedBy' in which) await departures.note(userId, which.approvedBy)
      if ('openedBy' in which) await departures.note(userId, which.openedBy)
      const meant = (await list(userId)).filter(session => isMeant(session, which))
      const gone = meant.map(({ id }) => id)
      await end(gone, by)
      if (gone.length > 0) await roster.remove(userId, gone)
      return meant
    },
    counts: lookup.counts,
  }
}

/** The session, if it was opened for this site; `undefined` is the site itself. */
export function ofSite(session: Session | undefined, clientId: string | undefined): Session | undefined {
  return session?.details.clientId === clientId ? session : undefined
}

function isMeant({ id, details }: Session, which: Which): boolean {
  if ('id' in which) return id === which.id
  if ('allBut' in which) return id !== which.allBut
  if ('approvedBy' in which) return details.approvedBy?.idHash === which.approvedBy
  return details.openedBy?.idHash === which.openedBy || details.approvedBy?.signedInBy?.idHash === which.openedBy
}

/** The id of the session that a token opens. */
export async function sessionId(token: string): Promise<string> {
  return sha256(token)
}
