/** Policies asked about a step of a ticket, and told all that is known of it. */
import { markOf } from '../events/events.ts'
import type { ConfirmStep, PolicyStep, RedeemStep, ScanStep } from '../policy/policy.ts'
import { type Terms, together } from '../policy/terms.ts'
import { type Birth, holder, knownAtScan, type Ticket, type User } from '../ticket.ts'
import type { House } from './house.ts'

/** What a step adds to what is known of its ticket. */
export type StepFacts = Own<ScanStep> | Own<ConfirmStep> | Own<RedeemStep>

type Own<Step extends PolicyStep> = Omit<Step, 'at' | 'age' | 'ticket' | 'knownBrowser' | keyof BirthFacts>

type BirthFacts = Pick<ScanStep, 'address' | 'claimed' | 'clientId'>

export function birthFacts({
  origin,
  clientId,
}: Pick<Birth, 'origin'> & { clientId?: string | undefined }): BirthFacts {
  return { address: origin.ip, claimed: { browser: origin.browser, os: origin.os }, clientId }
}

/** Whether this user has signed in with the browser before. */
export async function isKnownBrowser({ browsers }: House, { browserKey }: Birth, { id }: User): Promise<boolean> {
  return browsers !== undefined && browserKey !== undefined && browsers.knows(id, browserKey)
}

/**
 * Asks about a step of this ticket; gives what is asked of it now. Throws the refusal. `known` is whether the browser was
 * known at the scan, where that was asked: who forgets it while a sign-in is under way, forgets it for the next ones.
 */
export async function ask(
  house: House,
  { birth }: Ticket,
  facts: StepFacts,
  known?: boolean,
): Promise<Terms | undefined> {
  if (house.panel.idle) return undefined
  const at = house.clock.now()
  const counted = house.browsers !== undefined
  const knownBrowser = counted ? (known ?? (await isKnownBrowser(house, birth, facts.user))) : undefined
  const age = Math.max(0, (at - birth.createdAt) / 1000)
  return house.panel.ask({ at, age, ticket: await markOf(birth.id), knownBrowser, ...birthFacts(birth), ...facts })
}

export interface Consent {
  /** The ticket that policies were asked about, as this node has seen it last. */
  readonly ticket: Ticket
  /** All that is asked of it. */
  readonly terms: Terms | undefined
  /** `false` where nobody was asked, because the ticket was not at the step: then it must not be taken either. */
  readonly given: boolean
}

interface Question {
  /** The state that the step leads out of. In any other the call is a repetition, or late, and the step says which. */
  readonly from: Ticket['state']
  /** Passes the ticket on if it is the caller's. */
  held(ticket: Ticket): Ticket
  facts(user: User, ticket: Ticket): StepFacts
}

/**
 * Asks before a step. This node's copy of the ticket will do where it is at that step; but a denial is only believed
 * about the ticket as it is now: whoever repeats a call whose answer was lost is to hear the same again.
 */
export async function consent(house: House, id: string, { from, held, facts }: Question): Promise<Consent> {
  const seen = held(await house.tickets.recall(id, copy => held(copy).state === from))
  try {
    return await about(seen)
  } catch (denial) {
    const present = held(await house.tickets.find(id))
    if (present === seen) throw denial
    return about(present)
  }

  async function about(ticket: Ticket): Promise<Consent> {
    const user = holder(ticket)
    if (!user || ticket.state !== from) return { ticket, terms: ticket.terms, given: false }
    const asked = await ask(house, ticket, facts(user, ticket), knownAtScan(ticket))
    return { ticket, terms: asked ? together(ticket.terms, asked) : ticket.terms, given: true }
  }
}
