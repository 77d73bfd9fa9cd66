/**
 * Something of the host's own that a sign-in takes along: it is set aside when a phone scans, taken when the browser
 * collects, and given back however else the sign-in ends.
 *
 *     scanned ── reserve ──▶ reserved ── redeemed ──▶ commit
 *                  └─ refused      └── denied, cancelled, expired, or a step refused ──▶ compensate
 *
 * Each step is driven by an event of the outbox, so none is forgotten: a process that dies half way leaves the event
 * where it is, and another one takes the step again. A step may therefore come twice, always with the same key, and a step
 * that fails comes again until it succeeds or says that it never will.
 */
import { type Clock, clockOf } from '../core/clock.ts'
import { markOf } from '../core/events/events.ts'
import type { TicketEvent } from '../core/events/ticket-event.ts'
import { allow, type Denied, type Policy, type PolicyStep, type Verdict } from '../core/policy/policy.ts'
import type { Store } from '../core/store.ts'
import type { TicketEventListener } from './relay.ts'

export interface SagaStep {
  /** The same for all steps of one sign-in, and at every repetition: its id. */
  readonly key: string
  /** Who has scanned. */
  readonly user: { readonly id: string }
  readonly event: TicketEvent
}

export interface SagaOptions {
  /** Tells sagas apart that share a store, such as `orders`. */
  name: string
  /** The one that the login writes to. */
  store: Store
  /** Sets it aside, or throws `SagaRefused` where that cannot be: the sign-in is then refused. Default: nothing is. */
  reserve?(step: SagaStep): Promise<void>
  /** Takes it. `SagaRefused` means that it never will: what was set aside is given back. */
  commit(step: SagaStep): Promise<void>
  /**
   * Gives back what was set aside under the key, if anything was. A reservation that comes after it, late, must not
   * succeed any more.
   */
  compensate(step: SagaStep): Promise<void>
  /** Hears of a commit that was refused: the person is signed in, and the rest has not happened. Default: nobody does. */
  onRefused?: (step: SagaStep, refusal: SagaRefused) => void
  /** Default: the store's time, or the system's where the store has none. */
  clock?: Clock
}

export interface Saga {
  /** For `startRelay`. The login needs `keepEvents: 'every'`, or there is no scan to be told of. */
  readonly listener: TicketEventListener
  /** For `createLogin`: nobody is signed in before the reservation stands. */
  readonly policy: Policy
}

/** A step that will never succeed. Whatever else a step throws is tried again. */
export class SagaRefused extends Error {
  override readonly name = 'SagaRefused'
}

/** Throws `TypeError` for a name that cannot be. */
export function createSaga(options: SagaOptions): Saga {
  const { name, store, reserve, commit, compensate, onRefused = () => {} } = options
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) throw new TypeError('name must be 1 to 32 small letters, digits and -')
  const clock = options.clock ?? clockOf(store)

  async function reserved(step: SagaStep): Promise<void> {
    const refusal = await refusalOf(() => reserve?.(step))
    // Something of it may have been set aside before it was refused.
    if (refusal) await compensate(step)
    await note(step.key, refusal ? 'refused' : 'reserved')
  }

  async function committed(step: SagaStep): Promise<void> {
    const refusal = await refusalOf(() => commit(step))
    if (!refusal) return
    await compensate(step)
    onRefused(step, refusal)
  }

  async function note(ticket: string, outcome: Outcome): Promise<void> {
    const entry = { version: 1, expiresAt: clock.now() + noteLifetime, value: outcome }
    // The first outcome stands; a step that comes again says the same.
    await store.put(noteKey(name, await markOf(ticket)), entry)
  }

  /** The scan is told within some ms, and a person takes seconds; but the relay may have been held up. */
  async function outcomeOf(mark: string): Promise<Outcome | undefined> {
    for (let looks = 0; looks < 4; looks++) {
      const entry = await store.get(noteKey(name, mark))
      if (entry) return entry.value === 'reserved' ? 'reserved' : 'refused'
      await new Promise<void>(resolve => clock.after(100, resolve))
    }
    return undefined
  }

  return {
    async listener(event) {
      const { ticket: key, user } = event.data
      if (!user) return
      const step = { key, user, event }
      switch (event.type) {
        case 'ticket.scanned':
          return reserved(step)
        case 'ticket.redeemed':
          return committed(step)
        case 'ticket.denied':
        case 'ticket.cancelled':
        case 'ticket.expired':
          return compensate(step)
        case 'ticket.created':
        case 'ticket.verifying':
        case 'ticket.confirmed':
      }
    },
    policy: {
      name,
      async decide(step) {
        if (!reserve || !isDecision(step)) return allow
        return verdictOn(await outcomeOf(step.ticket))
      },
    },
  }
}

type Outcome = 'reserved' | 'refused'

/** ms: longer than any ticket lives. */
const noteLifetime = 900_000

function noteKey(name: string, mark: string): string {
  return `g:${name}:${mark}`
}

function isDecision(step: PolicyStep): step is Extract<PolicyStep, { step: 'confirm' | 'redeem' }> {
  return step.step === 'confirm' || step.step === 'redeem'
}

function verdictOn(outcome: Outcome | undefined): Verdict {
  if (outcome === 'reserved') return allow
  const refused: Denied = { verdict: 'deny', reasons: ['reservation_refused'] }
  return outcome === 'refused' ? refused : { verdict: 'deny', reasons: ['reservation_pending'], retryAfter: 1 }
}

async function refusalOf(run: () => Promise<void> | undefined): Promise<SagaRefused | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    if (error instanceof SagaRefused) return error
    throw error
  }
}
