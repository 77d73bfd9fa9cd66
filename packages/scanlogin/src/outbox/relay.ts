/**
 * The relay brings what stands in a store's outbox to whoever listens: at least once, in the order of each ticket, and
 * from whichever process happens to live. One that dies half way leaves the events where they are; its lease ends, and
 * another process takes them.
 *
 * Writes of this process ring, and are delivered at once. All else, what has fallen due and what a dead process has
 * left, is found by a walk over all parts, which the processes share: one of them walks at a time.
 */
import { type Clock, clockOf } from '../core/clock.ts'
import type { Loan, Outbox } from '../core/events/outbox.ts'
import { readTicketEvent, type TicketEvent } from '../core/events/ticket-event.ts'
import type { Store } from '../core/store.ts'
import { createPatience } from './patience.ts'
import { createWalk } from './walk.ts'

/** Once it resolves the event counts as delivered; while it rejects, the event comes again, and what follows it waits. */
export type TicketEventListener = (event: TicketEvent) => Promise<void> | void

export interface RelayOptions {
  /** The one that the login writes to. */
  store: Store
  /** Each is given every event, one after the other. */
  to: readonly TicketEventListener[]
  /** Seconds that a listener may take for one event. Default 10. */
  listenerDeadline?: number
  /** Seconds after which an event that a listener does not take is given up. Default 86,400, a day. */
  giveUpAfter?: number
  /** Hears of each try that has failed. Default: nobody does. */
  onFailure?: (failure: RelayFailure) => void
  /** Default: the store's time, or the system's where the store has none. */
  clock?: Clock
}

export interface RelayFailure {
  /** What a listener has thrown, or why the outbox cannot be reached. */
  readonly error: unknown
  /** Absent where the outbox cannot be reached. */
  readonly event?: TicketEvent
  /** `true` for the last one: the event is not tried again. */
  readonly givenUp: boolean
}

export interface Relay {
  /** Events that every listener has taken, and tries that have failed, in this process. */
  counts(): { readonly delivered: number; readonly failures: number }
  /** Takes nothing more, and resolves when what was under way has ended. */
  stop(): Promise<void>
}

/** Throws `TypeError` for a store without an outbox. */
export function startRelay(options: RelayOptions): Relay {
  const { store, to, listenerDeadline = 10, giveUpAfter = 86_400, onFailure = () => {} } = options
  const { clock = clockOf(store) } = options
  const { outbox } = store
  if (!outbox) throw new TypeError('store has no outbox')
  if (!(listenerDeadline > 0)) throw new TypeError('listenerDeadline must be a number of seconds above 0')
  const patience = createPatience({ clock, giveUpAfter: giveUpAfter * 1000 })
  const turns = createTurns(part => look(outbox, part))
  let delivered = 0
  let failures = 0

  /** `true` where there may be more. */
  async function look(outbox: Outbox, part: number): Promise<boolean> {
    if (patience.pausing(part)) return false
    let loan: Loan | undefined
    try {
      loan = await outbox.take(part, most, lease)
      if (!loan) return false
      const taken = await deliver(loan, part)
      return (await loan.settle(taken)) && taken === most
    } catch (error) {
      fail({ error, givenUp: false })
      return false
    }
  }

  /** How many are done with, from the first on. */
  async function deliver({ events }: Loan, part: number): Promise<number> {
    const until = performance.now() + lease - listenerDeadline * 1000
    for (const [index, text] of events.entries()) {
      if (turns.over() || performance.now() > until) return index
      const event = readTicketEvent(text)
      // Written by a later version, or by nobody of ours: it would stand in the way for ever.
      if (event && !(await told(event, part))) return index
    }
    return events.length
  }

  async function told(event: TicketEvent, part: number): Promise<boolean> {
    try {
      for (const listener of to) await within(listenerDeadline * 1000, listener(event))
      patience.calm(part)
      delivered++
      return true
    } catch (error) {
      const givenUp = patience.lost(part, event.id)
      fail({ error, event, givenUp })
      return givenUp
    }
  }

  function fail(failure: RelayFailure): void {
    failures++
    onFailure(failure)
  }

  const stopRings = outbox.watch(turns.ask)
  const stopWalk = createWalk({ store, outbox, clock, look: turns.ask })
  return {
    counts: () => ({ delivered, failures }),
    async stop() {
      stopRings()
      stopWalk()
      await turns.end()
    },
  }
}

/** Events taken at a time, and ms for which nobody else may have them. */
const most = 64
const lease = 20_000

interface Turns {
  /** Looks at the part, or once more where somebody is at it. */
  ask(part: number): void
  over(): boolean
  end(): Promise<void>
}

/** One look at a part at a time, and another one for what has rung meanwhile. */
function createTurns(look: (part: number) => Promise<boolean>): Turns {
  const under = new Map<number, Promise<void>>()
  const again = new Set<number>()
  let over = false

  async function run(part: number): Promise<void> {
    do again.delete(part)
    while (((await look(part)) || again.has(part)) && !over)
    under.delete(part)
  }

  return {
    ask(part) {
      if (over) return
      if (under.has(part)) again.add(part)
      else under.set(part, run(part))
    },
    over: () => over,
    async end() {
      over = true
      await Promise.all(under.values())
    },
  }
}

async function within(ms: number, answer: Promise<void> | void): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`A listener has not taken the event for ${ms} ms`)), ms)
  })
  try {
    await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
