/** Raises events from what happens to tickets. A listener that throws changes nothing for anybody. */
import { sha256 } from '#digest'
import { aboutNow, type Clock } from '../clock.ts'
import { LoginError } from '../errors.ts'
import { createRecent } from '../expiry/recent.ts'
import type { Store } from '../store.ts'
import { holder, knownAtScan, type Ticket } from '../ticket.ts'
import type { LoginEvent, Raise } from './event.ts'
import { createSpike } from './spike.ts'

export interface Events {
  readonly raise: Raise
  /** A ticket was opened or has taken a step. `before` is `undefined` for a new one; `by` is an operator. */
  stepped(before: Ticket | undefined, ticket: Ticket, address: string | undefined, by?: string): Promise<void>
  /** A call was refused. Whoever else hears of the same refusal later adds nothing. */
  refused(error: unknown, call: RefusedCall): Promise<void>
  /** What the store has for this ticket cannot be read. */
  unreadable(id: string): void
}

export interface RefusedCall {
  /** `create`, `scan`, …, or the method and path of a call that came no further than the HTTP edge. */
  readonly call: string
  readonly id?: string | undefined
  readonly user?: string | undefined
  readonly address?: string | undefined
}

export interface EventsOptions {
  /** Hears of all of it; where nobody does, nothing is counted either. */
  onEvent: Raise | undefined
  /** Where the fleet counts what makes an alarm. */
  store: Store
  clock: Pick<Clock, 'now'>
}

export function createEvents({ onEvent, store, clock }: EventsOptions): Events {
  if (!onEvent) return { raise() {}, async stepped() {}, async refused() {}, unreadable() {} }
  const raise = quietly(onEvent)
  const told = new WeakSet<LoginError>()
  const spike = createSpike(store)
  let unreadableAt = Number.NEGATIVE_INFINITY
  return {
    raise,
    async stepped(before, ticket, address, by) {
      const type = typeOf(before, ticket)
      if (type === undefined) return
      const at = clock.now()
      raise({ type, at, ...(await whatIsKnown(ticket, address)), ...(by !== undefined && { by }) })
      if (type !== 'confirmed' && type !== 'denied') return
      // Nobody who decides waits for it, and where it cannot be counted the decision stands all the same.
      spike.note(type, at).then(
        count => count !== undefined && raise({ type: 'denial_spike', at, count }),
        () => {},
      )
    },
    async refused(error, { call, id, user, address }) {
      if (!(error instanceof LoginError) || told.has(error)) return
      told.add(error)
      const { code, reasons } = error
      raise({
        type: 'refused',
        at: aboutNow(clock),
        call,
        code,
        ...(id !== undefined && { ticket: await markOf(id) }),
        ...(user !== undefined && { user }),
        ...(address !== undefined && { address }),
        ...(reasons && { verdict: 'deny', reasons }),
      })
    },
    unreadable(id) {
      const at = clock.now()
      // Whoever asks for it asks again and again.
      if (at - unreadableAt < sayAgainAfter) return
      unreadableAt = at
      markOf(id).then(ticket => raise({ type: 'unreadable', at, ticket }))
    },
  }
}

/** ms */
const sayAgainAfter = 60_000

/** Names a ticket in events and to policies: of no use to whoever reads it. */
export async function markOf(id: string): Promise<string> {
  const known = marks.get(id)
  if (known !== undefined) return known
  const mark = (await sha256(id)).slice(0, 12)
  marks.set(id, mark)
  return mark
}

/** Each step of a ticket asks for its mark twice; half a MB at most. */
const marks = createRecent<string>(4096)

function typeOf(before: Ticket | undefined, ticket: Ticket): LoginEvent['type'] | undefined {
  if (!before) return 'created'
  if (ticket.contended && !before.contended) return 'contended'
  // A wrong check code is a refusal, and told as one.
  if (ticket.state === 'verifying' && before.state === 'verifying') return undefined
  // A ticket that is ended before its time stays `pending`, and whoever ends it says so.
  return ticket.state === 'pending' ? undefined : ticket.state
}

async function whatIsKnown(ticket: Ticket, address: string | undefined) {
  const { id, clientId } = ticket.birth
  const user = holder(ticket)?.id
  const { terms } = ticket
  return {
    ticket: await markOf(id),
    ...(user !== undefined && { user }),
    ...(address !== undefined && { address }),
    ...(clientId !== undefined && { client: clientId }),
    ...(ticket.state === 'denied' && { because: ticket.reason }),
    ...(ticket.state === 'confirmed' && approval(ticket)),
    verdict: terms && terms.reasons.length > 0 ? 'require' : 'allow',
    ...(terms && terms.reasons.length > 0 && { reasons: terms.reasons }),
  } as const
}

function approval(ticket: Ticket): Pick<LoginEvent, 'knownBrowser' | 'userVerified'> {
  const known = knownAtScan(ticket)
  return { userVerified: ticket.userVerified === true, ...(known !== undefined && { knownBrowser: known }) }
}

function quietly(listener: Raise): Raise {
  return event => {
    try {
      listener(event)
    } catch {
      // Nobody is left to tell, and no sign-in hangs on it.
    }
  }
}
