/** `scanlogin/testing`: what a store, a server of the protocol, and an application on scanlogin can be tested with. */
export { type Actors, type ActorsOptions, createActors } from './testing/actors.ts'
export { type ScriptedBrowser, type ScriptedBrowserOptions, scriptedBrowser } from './testing/browser.ts'
export { type ProofChanges, type ScriptedKey, type ScriptedKeyOptions, scriptedKey } from './testing/browser-key.ts'
export type { CallOptions, Fetch, Reply } from './testing/caller.ts'
export { createClock, type ManualClock } from './testing/clock.ts'
export type { Events, StreamEvent } from './testing/event-reader.ts'
export {
  findOutboxBreaches,
  type OutboxBreach,
  type OutboxRule,
  type OutboxSuiteOptions,
  outboxSuite,
} from './testing/outbox/suite.ts'
export { type ScriptedPhone, type ScriptedPhoneOptions, scriptedPhone } from './testing/phone.ts'
export {
  type Ability,
  type BreachOptions,
  findProtocolBreaches,
  type OpenServer,
  type ProtocolBreach,
  type ProtocolOptions,
  type ProtocolSuiteOptions,
  protocolSuite,
} from './testing/protocol-suite.ts'
export {
  findBreaches,
  type OpenStore,
  type StoreBreach,
  type StoreRule,
  type StoreSuiteOptions,
  storeSuite,
} from './testing/store-suite.ts'
export type { SocketClass, SocketPeer } from './testing/ticket-socket.ts'
