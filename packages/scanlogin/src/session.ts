/** `scanlogin/session`: sessions of scanlogin's own, for hosts that have none. */
export { createLookup, type Lookup, type LookupOptions } from './core/expiry/lookup.ts'
export type { BookOptions } from './sessions/book.ts'
export type { CodeClaim, Codes, Grant } from './sessions/codes.ts'
export type { LifetimeOptions } from './sessions/lifetimes.ts'
export type {
  EndedBy,
  OpenedSession,
  ProviderIdentity,
  Renewal,
  Session,
  SessionDetails,
  SessionEvent,
  Sessions,
  Which,
} from './sessions/session.ts'
export { type StoredSessions, type StoredSessionsOptions, storedSessions } from './sessions/stored.ts'
export { type JwtSessions, type JwtSessionsOptions, jwtSessions, type Reuse } from './sessions/tokens/jwt.ts'
export { generateKey, type PrivateKey, type SigningAlgorithm } from './sessions/tokens/key-ring.ts'
