/**
 * From what a provider says about a person to the user who signs in: the one function that connectors call.
 *
 * Whoever is known signs in, whatever the rule. A person whom nobody here has seen is refused, gets an account, or is asked
 * to sign in another way first and to say that the identity is theirs, as `SCANLOGIN_FIRST_SIGHT` has it.
 */
import type { User } from 'scanlogin'
import type { Account } from './account.ts'
import type { Keeping, PendingIdentities } from './binding/pending.ts'
import type { FirstSight, Sighting } from './sighting.ts'
import type { AccountStore } from './store.ts'

/**
 * Throws `LoginError('store_unavailable')` where accounts cannot be asked, and `TypeError` for an identity that cannot be
 * one. It may be called again with the same identity: an account is created once.
 */
export type Identify = (identity: Sighting, arrival?: Keeping) => Promise<Identified>

export type Identified =
  /** `first`: the account was created now. */
  | { readonly outcome: 'user'; readonly user: User; readonly first: boolean }
  /** Nobody signs in yet: set the cookie and send the browser to `location`, a path of this site. */
  | { readonly outcome: 'bind'; readonly location: string; readonly cookie: string }
  /** `unknown`: nobody here has this identity, and strangers are not let in. `locked`: an administrator has locked it. */
  | { readonly outcome: 'refused'; readonly reason: 'unknown' | 'locked' }

export interface IdentifyOptions {
  accounts: Pick<AccountStore, 'meet'>
  firstSight: FirstSight['rule']
  pending: Pick<PendingIdentities, 'keep'>
  publicUrl: string
}

/** The page where a person sees their identities. Whoever begins with it as return address wants to add one. */
export const accountPath = '/account'

/** Where a provider leads back to whoever has come to the account page to sign in: there, and nothing is to be added. */
export const signedInPath = '/account/signed-in'

/** The page of a person's sessions. */
export const sessionsPath = '/sessions'

/** The page that asks whether an identity is to be bound. */
export const bindPath = '/account/bind'

export function createIdentify({ accounts, firstSight, pending, publicUrl }: IdentifyOptions): Identify {
  async function ask(identity: Sighting, arrival: Keeping): Promise<Identified> {
    return { outcome: 'bind', location: bindPath, cookie: await pending.keep(identity, arrival) }
  }

  return async (identity, arrival = {}) => {
    // It is nobody's to take by having come: the page asks, and the account that is signed in then gets it.
    if (arrival.returnTo === publicUrl + accountPath) return ask(identity, arrival)
    const meeting = await accounts.meet(identity, { rule: firstSight })
    if (meeting.outcome !== 'refused')
      return { outcome: 'user', user: userOf(meeting.account), first: meeting.outcome === 'created' }
    if (meeting.reason === 'unknown' && firstSight === 'bind') return ask(identity, arrival)
    // Without an account that is signed in nothing is taken.
    return { outcome: 'refused', reason: meeting.reason === 'locked' ? 'locked' : 'unknown' }
  }
}

function userOf({ id, name, avatar }: Account): User {
  return { id, ...(name !== undefined && { name }), ...(avatar !== undefined && { avatar }) }
}
