/** `scanlogin/session`: sessions of scanlogin's own, for hosts that have none. */
export type { Session, Sessions } from './sessions/session.ts'
export { type StoredSessionsOptions, storedSessions } from './sessions/stored.ts'
