/**
 * One thing that happened to a ticket, as its history keeps it: who did it is told by kind, and a person by a name that
 * means nothing elsewhere. Addresses, ids and secrets never come here.
 */
import type { LoginEvent } from 'scanlogin'
import { type SeenEvent, seen } from '../counting/seen.ts'

export interface Line extends Omit<SeenEvent, 'ticket'> {
  readonly verdict?: LoginEvent['verdict']
  readonly because?: LoginEvent['because']
  readonly by?: string
  /** Host and process id of who served it. */
  readonly node: string
  /** Of the person whose phone it is: a pseudonym. */
  readonly user?: string
}

export function lineOf(event: LoginEvent, { node, user }: { node: string; user: string | undefined }): Line {
  const { ticket: _, reasons, ...known } = seen(event)
  const { type, verdict, because, by } = event
  return {
    ...known,
    ...(judged.has(type) && verdict !== undefined && { verdict }),
    ...(judged.has(type) && reasons && { reasons }),
    ...(because !== undefined && { because }),
    ...(by !== undefined && { by }),
    node,
    // Who else has scanned it stands in the refusal that follows; the event names whose ticket it is.
    ...(user !== undefined && type !== 'contended' && { user }),
  }
}

/** What policies were asked about; with the rest the event only repeats what they have said before. */
const judged: ReadonlySet<LoginEvent['type']> = new Set([
  'created',
  'scanned',
  'verifying',
  'confirmed',
  'redeemed',
  'refused',
])

/** Steps, in the order in which a ticket can take them. */
export const steps = ['created', 'scanned', 'verifying', 'confirmed', 'redeemed', 'denied', 'cancelled'] as const

export type Step = (typeof steps)[number]

export function isStep(type: string): type is Step {
  return steps.some(step => step === type)
}
