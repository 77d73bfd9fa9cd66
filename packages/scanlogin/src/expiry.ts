/** `scanlogin/expiry`: what expires, is renewed and fails: lifetimes, pauses, breakers, copies. */
export { type BackoffBounds, backoff } from './core/expiry/backoff.ts'
export { type Breaker, type BreakerOptions, type BreakerState, createBreaker, guarded } from './core/expiry/breaker.ts'
export { createFlights, type Flights } from './core/expiry/flights.ts'
export { createLookup, type Lookup, type LookupOptions } from './core/expiry/lookup.ts'
export { readRetryAfter } from './core/expiry/retry-after.ts'
export { about, atLeast, atMost } from './core/expiry/spread.ts'
export { stageOf, type Term, termOf } from './core/expiry/term.ts'
