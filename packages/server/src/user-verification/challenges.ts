/**
 * What a passkey is asked to sign.
 *
 * To confirm a ticket it signs a digest of ticket and scan token. That needs no entry in the store, is known only to the
 * server and the phone that scanned, and is good for one thing: this phone confirming this ticket, which happens once. A
 * scan anew is another token, and so another challenge.
 *
 * To enrol it signs random bytes that are kept for five minutes, one at a time for each user, and taken by who is first.
 */
import { randomBytes } from 'node:crypto'
import { changeEntry, type Store } from 'scanlogin'
import { digest } from './passkeys.ts'

export interface EnrolmentChallenges {
  /** A new one; the user's last one is void. */
  make(userId: string): Promise<string>
  /** `true` once, for the challenge that was made last. */
  take(userId: string, challenge: string): Promise<boolean>
}

/** Base64url of 32 bytes. */
export function ticketChallenge(ticketId: string, scanToken: string): string {
  return digest(`uv1.${ticketId}.${scanToken}`)
}

export function createEnrolmentChallenges(store: Store): EnrolmentChallenges {
  const keyOf = (userId: string) => `wc:${digest(userId)}`
  const expiry = () => (store.now?.() ?? Date.now()) + 300_000

  return {
    async make(userId) {
      const challenge = randomBytes(32).toString('base64url')
      // Of two that the same user asks for at the same moment the later one counts.
      await changeEntry(store, keyOf(userId), () => ({ expiresAt: expiry(), value: digest(challenge) }))
      return challenge
    },
    async take(userId, challenge) {
      const entry = await store.get(keyOf(userId))
      if (entry?.value !== digest(challenge)) return false
      return store.put(keyOf(userId), { ...entry, version: entry.version + 1, value: '' })
    },
  }
}
