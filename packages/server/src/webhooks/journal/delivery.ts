/** A delivery is one event on its way to one endpoint. */
import type { TicketEvent } from 'scanlogin/outbox'

export type DeliveryState =
  /** For its next try. */
  | 'waiting'
  | 'delivered'
  /** Nobody tries any more, unless it is replayed. */
  | 'dead'

export interface Delivery {
  /** `<event id>.<endpoint>` */
  readonly id: string
  readonly endpoint: string
  /** What `webhook-id` says: the same at every try, and at every replay. */
  readonly eventId: string
  readonly type: string
  readonly body: string
  readonly state: DeliveryState
  readonly tries: number
  /** ms since the epoch, as all times here. */
  readonly nextAt: number
  readonly addedAt: number
  readonly endedAt: number | undefined
  /** Of the last try: the status it was answered with, or why there was no answer. */
  readonly lastResult: string | undefined
}

export function deliveryId(event: Pick<TicketEvent, 'id'>, endpoint: string): string {
  return `${event.id}.${endpoint}`
}

const states: Record<DeliveryState, true> = { waiting: true, delivered: true, dead: true }

export function isDeliveryState(text: string): text is DeliveryState {
  return Object.hasOwn(states, text)
}

/** For people and programs outside: without the event itself, which may be about a person. */
export function showDelivery(delivery: Delivery) {
  const { id, endpoint, type, state, tries, nextAt, addedAt, endedAt, lastResult } = delivery
  return {
    id,
    endpoint,
    type,
    state,
    tries,
    added_at: new Date(addedAt).toISOString(),
    ...(state === 'waiting' && { next_at: new Date(nextAt).toISOString() }),
    ...(endedAt !== undefined && { ended_at: new Date(endedAt).toISOString() }),
    ...(lastResult !== undefined && { last_result: lastResult }),
  }
}
