/**
 * A waiting browser is a promise and a timer, not a thread. State is the truth and the store's ringing only a hint: a
 * waiter reads again when it is rung, every `recheck` ms, and when its time is over, so that losing every hint costs
 * seconds and never a login.
 */
import type { Clock } from './clock.ts'
import type { Store } from './store.ts'

/** The part of `AbortSignal` that waiting needs, so that a server may pass something lighter. */
export interface Hangup {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface Patience<T> {
  /** Reads the truth. */
  look(): Promise<T>
  /** When to look again by itself, ms since the epoch; `undefined` ends the wait with what was seen. */
  nextLook(seen: T): number | undefined
  hangup?: Hangup | undefined
}

export interface WaitingRoom {
  /** Resolves with what was last seen, once `nextLook` has had enough, the caller hung up, or the room was emptied. */
  wait<T>(key: string, patience: Patience<T>): Promise<T>
  /** How many wait at the moment. */
  size(): number
  /** Answers all who wait with what is true now, and from then on lets nobody wait. */
  empty(): void
  /** `true` once it was emptied. */
  closed(): boolean
}

export function createWaitingRoom(store: Store, clock: Clock): WaitingRoom {
  const waiting = new Set<() => void>()
  let emptied = false

  async function wait<T>(key: string, { look, nextLook, hangup }: Patience<T>): Promise<T> {
    let wake: (() => void) | undefined
    let rung = false
    const ring = () => {
      rung = true
      wake?.()
    }
    // Subscribe first, read second: a change between the two then rings instead of getting lost.
    const unsubscribe = await store.subscribe(key, ring)
    waiting.add(ring)
    hangup?.addEventListener('abort', ring)
    try {
      for (;;) {
        rung = false
        const seen = await look()
        const next = nextLook(seen)
        if (next === undefined || emptied || hangup?.aborted) return seen
        if (!rung) {
          await new Promise<void>(resolve => {
            const stop = clock.after(Math.max(0, next - clock.now()), resolve)
            wake = () => {
              stop()
              resolve()
            }
          })
          wake = undefined
        }
      }
    } finally {
      hangup?.removeEventListener('abort', ring)
      waiting.delete(ring)
      unsubscribe()
    }
  }

  return {
    wait,
    size: () => waiting.size,
    empty() {
      emptied = true
      for (const ring of waiting) ring()
    },
    closed: () => emptied,
  }
}
