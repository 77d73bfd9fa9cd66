/** `scanlogin`: the sign-in itself and the store it lives in. */
export type { KeyProof } from './core/browsers/key-proof.ts'
export { type KnownBrowsers, type KnownBrowsersOptions, knownBrowsers } from './core/browsers/known-browsers.ts'
export type { Claim, KnownBrowser } from './core/browsers/record.ts'
export { type ChangeOptions, changeEntry, type Decide, type Wanted } from './core/change-entry.ts'
export { type Clock, systemClock } from './core/clock.ts'
export { LoginError, type LoginErrorCode, type LoginErrorOptions } from './core/errors.ts'
export type { AccountEvent, AlarmEvent, LoginEvent, SessionStepEvent, StepEvent } from './core/events/event.ts'
export {
  type Approval,
  type Confirmed,
  type Created,
  type CreateRequest,
  createLogin,
  type Foreseen,
  type Login,
  type LoginOptions,
  type Redeemed,
  type RedeemRequest,
  type Scanned,
  type ScannedCode,
  type WaitOptions,
} from './core/login.ts'
export { createOperator, type Operator, type OperatorOptions } from './core/operator.ts'
export type {
  Allowed,
  ArriveStep,
  ConfirmStep,
  CreateStep,
  Denied,
  GuessStep,
  Policy,
  PolicyStep,
  RedeemStep,
  Required,
  ScanStep,
  UnknownStep,
  Verdict,
} from './core/policy/policy.ts'
export type { Random } from './core/secrets/random.ts'
export type { Entry, Ring, Store, Watch } from './core/store.ts'
export { type BrowserOrigin, lifetimes, type StateNow, type Ticket, type User } from './core/ticket.ts'
export type { Hangup } from './core/waiting.ts'
export { type MemoryStoreOptions, memoryStore } from './stores/memory.ts'
export { tracedStore } from './tracing/store.ts'
export type { Span, SpanOptions, Tracer } from './tracing/tracer.ts'
