/**
 * A waiting browser is a promise and a timer, not a thread. State is the truth and the store's ringing only a hint: a
 * waiter reads again when it is rung, when its time is over, and now and then by itself unless the store does that for
 * all of them, so that losing every hint costs seconds and never a login.
 */
import type { Clock } from './clock.ts'
import type { Entry, Ring, Store } from './store.ts'

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
  hangup?: Hangup | undefined
}

export interface WaitingRoom {
  /** Resolves with what was last seen, once `nextLook` has had enough, the caller hung up, or the room was emptied. */
  wait<T>(key: string, patience: Patience<T>): Promise<T>
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
  let emptied = false
  let misses = 0

  async function wait<T>(key: string, { read, nextLook, hangup }: Patience<T>): Promise<T> {
    const bell = createBell(clock)
    const hungUp = () => bell.ring()
    const watch = await store.watch(key, bell.ring)
    waiting.add(bell)
    hangup?.addEventListener('abort', hungUp)
    try {
      for (let entry = watch.entry; ; ) {
        const seen = read(entry)
        const next = nextLook(seen, watch.certain === true)
        if (next === undefined || emptied || hangup?.aborted) return seen
        const version = entry?.version ?? 0
        const rung = await bell.rungOr(next, version)
        if (emptied || hangup?.aborted) return seen
        entry = typeof rung === 'object' ? rung : await store.get(key)
        if ((rung === 'silence' || rung === 'late') && entry && entry.version > version) misses++
      }
    } finally {
      hangup?.removeEventListener('abort', hungUp)
      waiting.delete(bell)
      watch.stop()
    }
  }

  return {
    wait,
    size: () => waiting.size,
    misses: () => misses,
    async empty() {
      emptied = true
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

/** The newest entry that a ring has brought; or that it rang without one, late, or not at all. */
type Rung = Entry | 'unread' | 'late' | 'silence'

interface Bell {
  ring: Ring
  /** What has rung since it was last asked: as soon as there is more than `version`, or at `time`, ms since the epoch. */
  rungOr(time: number, version: number): Promise<Rung>
}

function createBell(clock: Clock): Bell {
  let rung: Rung = 'silence'
  let known = 0
  let wake: (() => void) | undefined
  return {
    ring(written) {
      if (!written) rung = 'unread'
      else if (written === 'late') rung = rung === 'silence' ? 'late' : rung
      // What a hint carries was written, but hints come late and twice: only something newer counts.
      else if (written.version <= known) return
      else if (rung === 'silence' || (typeof rung === 'object' && written.version > rung.version)) rung = written
      wake?.()
    },
    async rungOr(time, version) {
      known = version
      if (typeof rung === 'object' && rung.version <= known) rung = 'silence'
      if (rung === 'silence') {
        await new Promise<void>(resolve => {
          const stop = clock.after(Math.max(0, time - clock.now()), resolve)
          wake = () => {
            stop()
            resolve()
          }
        })
        wake = undefined
      }
      const heard = rung
      rung = 'silence'
      return heard
    },
  }
}
