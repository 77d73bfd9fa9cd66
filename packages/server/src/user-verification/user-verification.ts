/**
 * Shows that it is the phone's owner who confirms, and not just who holds the phone: by a passkey, which asks for a
 * fingerprint, a face or a PIN. It is enrolled on the hosted phone page by a user whom the app has signed in there.
 *
 * The first passkey is taken on the app's word, so enrol before it is needed. Any further one would be a thief's way
 * around: the app's back end has to clear the list first, after whatever it asks of people who have lost a phone.
 */
import type { Store, User } from 'scanlogin'
import type { UserVerification as Asked } from 'scanlogin/http'
import { asserted, assertionOptions, enrolled, enrolmentOptions, type RelyingParty } from './ceremonies.ts'
import { createEnrolmentChallenges, ticketChallenge } from './challenges.ts'
import { createPasskeys } from './passkeys.ts'

export interface UserVerification {
  /** What the page asks the passkey with; `undefined` where the user has none. */
  options(user: User, ticketId: string, scanToken: string): Promise<object | undefined>
  /** The handler's hook: whether the evidence is of this user, for this ticket, on this phone. */
  verify(evidence: unknown, asked: Asked): Promise<boolean>
  /** What the page enrols a passkey with; `undefined` where the user has one. */
  enrolment(user: User): Promise<object | undefined>
  /** `false` where the answer does not hold, or the user has a passkey by now. */
  enrol(user: User, evidence: unknown): Promise<boolean>
  clear(userId: string): Promise<void>
}

export interface UserVerificationOptions {
  store: Store
  publicUrl: string
  siteName: string
}

/** `undefined` where the site has an IP address for a name: passkeys belong to host names. */
export function createUserVerification(options: UserVerificationOptions): UserVerification | undefined {
  const { store, publicUrl, siteName } = options
  const { hostname, origin } = new URL(publicUrl)
  if (/^[\d.]+$|^\[/.test(hostname)) return undefined
  const site: RelyingParty = { id: hostname, name: siteName, origin }
  const passkeys = createPasskeys(store)
  const challenges = createEnrolmentChallenges(store)

  return {
    async options(user, ticketId, scanToken) {
      const known = await passkeys.of(user.id)
      if (known.length === 0) return undefined
      return assertionOptions(site, known, ticketChallenge(ticketId, scanToken))
    },

    async verify(evidence, { user, ticketId, scanToken }) {
      const challenge = ticketChallenge(ticketId, scanToken)
      const signed = await asserted(site, evidence, { passkeys: await passkeys.of(user.id), challenge })
      return signed !== undefined && passkeys.use(user.id, signed.id, signed.counter)
    },

    async enrolment(user) {
      const known = await passkeys.of(user.id)
      if (known.length > 0) return undefined
      return enrolmentOptions(site, user, await challenges.make(user.id))
    },

    async enrol(user, evidence) {
      const passkey = await enrolled(site, evidence, challenge => challenges.take(user.id, challenge))
      return passkey !== undefined && passkeys.addFirst(user.id, passkey)
    },

    clear: userId => passkeys.clear(userId),
  }
}
