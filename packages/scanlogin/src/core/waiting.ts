/**
 * A waiting browser is a promise and a timer, not a thread. State is the truth and the store's ringing only a hint: a
 * waiter reads again when it is rung, and where the store does not do that for all of them, now and then by itself and
 * when its time is over. So losing every hint costs seconds and never a login.
 */
import type { Clock } from './clock.ts'
import type { Entry, Store } from './store.ts'
import { type Bell, createBell, type Rung } from './waiting/bell.ts'
import { createKeptSeats, isWorthKeeping, type Seat } from './waiting/kept-seats.ts'

/** The part of `AbortSignal` that waiting needs, so that a server may pass something lighter. */
export interface Hangup {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface Patience<T> {
  /** What an entry says. Whatever it throws ends the wait. */
  read(entry: Entry | undefined): T
  /**
   * When to look again by itself, ms since the epoch; `undefined` ends the wait with what was seen. `certain` is the
   * watch's: no ring stays out.
   */
  nextLook(seen: T, certain: boolean): number | undefined
  /** When the wait is over in any case, ms since the epoch: with what was seen, where no ring stays out. Default never. */
  until?: number
  /** The version that the caller knows of: what is at hand must not be older. Default 0. */
  since?: number
  /** Whether who is told this will ask for more. Default: they will not. */
  comesBack?(seen: T): boolean
  hangup?: Hangup | undefined
}

export interface WaitingRoom {
  /** Resolves with what was last seen, once `nextLook` has had enough, the caller hung up, or the room was emptied. */
  wait<T>(key: string, patience: Patience<T>): Promise<T>
  /** `true` where somebody has just waited for the key, and waiting for it again asks nothing of the store. */
  expects(key: string): boolean
  /** How many wait at the moment. */
  size(): number
  /** Changes that were found by looking again and not by a hint: a healthy store has next to none. */
  misses(): number
  /**
   * Answers all who wait with what they last saw, and from then on lets nobody wait. A crowd is answered in slices over
   * at most 2 s, so that neither this node stops for it nor the next one is run over. Resolves when all were rung.
   */
  empty(): Promise<void>
  /** `true` once it was emptied. */
  closed(): boolean
}

export function createWaitingRoom(store: Store, clock: Clock): WaitingRoom {
  const waiting = new Set<Bell>()
  const keptSeats = createKeptSeats(clock)
  let emptied = false
  let misses = 0

  async function sit(key: string): Promise<Seat> {
    const bell = createBell(clock)
    const watch = await store.watch(key, bell.ring)
    return { bell, watch, entry: watch.entry }
  }

  /** For a seat that nobody has sat on for a moment. */
  async function catchUp(key: string, seat: Seat, since: number): Promise<void> {
    const { bell, entry } = seat
    const rung = bell.heard(entry?.version ?? 0)
    if (rung !== 'silence') await hear(key, seat, rung)
    else if (!entry || entry.version < since || entry.expiresAt <= clock.now()) seat.entry = await store.get(key)
  }

  async function hear(key: string, seat: Seat, rung: Rung): Promise<void> {
    const version = seat.entry?.version ?? 0
    seat.entry = typeof rung === 'object' ? rung : await store.get(key)
    if ((rung === 'silence' || rung === 'late') && seat.entry && seat.entry.version > version) misses++
  }

  async function follow<T>(key: string, seat: Seat, patience: Patience<T>, over: () => boolean): Promise<T> {
    const { read, nextLook, until = Number.POSITIVE_INFINITY } = patience
    const certain = seat.watch.certain === true
    for (;;) {
      const seen = read(seat.entry)
      const next = nextLook(seen, certain)
      if (next === undefined || over()) return seen
      const rung = await seat.bell.rungOr(Math.min(next, until), seat.entry?.version ?? 0)
      // Silence means that nothing has changed, where no ring stays out.
      if (over() || (certain && rung === 'silence' && until < next)) return seen
      await hear(key, seat, rung)
    }
  }

  async function wait<T>(key: string, patience: Patience<T>): Promise<T> {
    const { since = 0, comesBack = () => false, hangup } = patience
    const kept = keptSeats.take(key)
    const seat = kept ?? (await sit(key))
    const over = () => emptied || hangup?.aborted === true
    const hungUp = () => seat.bell.ring()
    let again = false
    waiting.add(seat.bell)
    hangup?.addEventListener('abort', hungUp)
    try {
      if (kept) await catchUp(key, seat, since)
      const seen = await follow(key, seat, patience, over)
      again = !over() && comesBack(seen)
      return seen
    } finally {
      hangup?.removeEventListener('abort', hungUp)
      waiting.delete(seat.bell)
      if (again && isWorthKeeping(seat)) keptSeats.keep(key, seat)
      else seat.watch.stop()
    }
  }

  return {
    wait,
    expects: keptSeats.has,
    size: () => waiting.size,
    misses: () => misses,
    async empty() {
      emptied = true
      keptSeats.clear()
      const bells = [...waiting]
      const slice = Math.max(smallestSlice, Math.ceil(bells.length / slices))
      for (let from = 0; from < bells.length; from += slice) {
        if (from > 0) await new Promise<void>(resolve => clock.after(sliceInterval, resolve))
        // Who has left since is rung for nothing.
        for (const bell of bells.slice(from, from + slice)) bell.ring()
      }
    },
    closed: () => emptied,
  }
}

/** Waiters that are answered together without anybody noticing: some 20 ms of work. */
const smallestSlice = 1000
const slices = 60
/** ms; with what the answers themselves take, the last slice comes within 2 s. */
const sliceInterval = 25
