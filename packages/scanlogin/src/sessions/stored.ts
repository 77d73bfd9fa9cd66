/**
 * Opaque sessions in the store. The browser holds a random token, the store its SHA-256, so that who reads the store
 * cannot sign in with what is there.
 */
import { sha256 } from '#digest'
import { type Clock, clockOf } from '../core/clock.ts'
import { LoginError } from '../core/errors.ts'
import type { Entry, Store } from '../core/store.ts'
import type { User } from '../core/ticket.ts'
import type { Session, Sessions } from './session.ts'

export interface StoredSessionsOptions {
  store: Store
  /** Seconds a session lives, at least 60. Default 28,800 (8 hours). */
  ttl?: number
  /** Default: the store's time, or the system's where the store has none. */
  clock?: Pick<Clock, 'now'>
}

export function storedSessions({ store, ttl = 28_800, clock = clockOf(store) }: StoredSessionsOptions): Sessions {
  // Longer than redeem can be repeated: a session that has ended by then must not open again.
  if (!(Number.isInteger(ttl) && ttl >= 60)) throw new TypeError('ttl must be a whole number of seconds, at least 60')
  const keyOf = async (token: string) => `s:${await sha256(token)}`

  return {
    async open(user, token) {
      const key = await keyOf(token)
      const session = { user, expiresAt: clock.now() + ttl * 1000 }
      if (await store.put(key, { version: 1, expiresAt: session.expiresAt, value: JSON.stringify(user) }))
        return session
      // The same token opened it before: an answer was lost, or two calls raced.
      const before = toSession(await store.get(key))
      if (!before) throw new LoginError('already_redeemed')
      return before
    },

    async read(token) {
      return toSession(await store.get(await keyOf(token)))
    },

    async end(token) {
      const key = await keyOf(token)
      for (;;) {
        const entry = await store.get(key)
        if (!entry || entry.value === ended) return
        // The entry stays until its time is over, so that a late repetition of redeem does not open it again.
        if (await store.put(key, { ...entry, version: entry.version + 1, value: ended })) return
      }
    },
  }
}

const ended = ''

function toSession(entry: Entry | undefined): Session | undefined {
  if (!entry || entry.value === ended) return undefined
  // Only `open` writes under these keys, and it writes a user.
  const user = JSON.parse(entry.value) as User
  return { user, expiresAt: entry.expiresAt }
}
