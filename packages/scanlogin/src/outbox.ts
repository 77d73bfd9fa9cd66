/** `scanlogin/outbox`: what happens to tickets, brought to whoever listens, at least once. */
export type { Also, Later, Loan, Outbox } from './core/events/outbox.ts'
export {
  type EventChoice,
  readTicketEvent,
  type TicketEvent,
  type TicketEventType,
  type TicketFacts,
} from './core/events/ticket-event.ts'
export {
  type Relay,
  type RelayFailure,
  type RelayOptions,
  startRelay,
  type TicketEventListener,
} from './outbox/relay.ts'
export { createSaga, type Saga, type SagaOptions, SagaRefused, type SagaStep } from './outbox/saga.ts'
