/**
 * The contract of what keeps accounts. Each call is one transaction: it happens as a whole or not at all, and as if no
 * other happened at the same time, whichever processes they come from. `test/accounts/rules` holds every implementation
 * to it.
 */
import type { Account, Conflict, Identity, IdentityKey } from './account.ts'
import type { Meeting } from './rules.ts'
import type { FirstSight, Sighting } from './sighting.ts'

/** A database that does not answer in time is `LoginError('store_unavailable')`. */
export interface AccountStore {
  /**
   * Whose the sighting is, by the rules of `rules.ts`. Of many first sights of one person at once, one creates the
   * account and the others find it.
   */
  meet(sighting: Sighting, firstSight: FirstSight): Promise<Meeting>

  account(id: string): Promise<Account | undefined>
  identity(key: IdentityKey): Promise<Identity | undefined>
  /** The first one first. */
  identitiesOf(accountId: string): Promise<Identity[]>
  /** In the order in which they were created. */
  list(page?: Page): Promise<Account[]>
  /** Those that stand, the oldest first, at most 1,000. */
  conflicts(): Promise<Conflict[]>

  /** Also when it is so already. Throws `AccountError`. */
  setStatus(id: string, status: 'active' | 'locked'): Promise<Account>

  /**
   * Moves everything of `other` to `keep`, whose id stays, and gives back `keep`. `other` signs nobody in any more and is
   * known as merged. Only an administrator may ask for it, or the person: see `mergeByProof`. Throws `AccountError`.
   */
  merge(keep: string, other: string): Promise<Account>

  /**
   * The same for a person who is signed in to `keep` and has just shown the identity `key` of another account: whoever
   * can do that could sign in to either. Throws `AccountError`.
   */
  mergeByProof(keep: string, key: IdentityKey): Promise<Account>

  /**
   * What a person does who no longer wants to sign in by an identity of theirs: forgets it, unless it is somebody else's
   * (`'not_theirs'`), or the one way into an account that only identities lead to (`'last'`).
   */
  release(accountId: string, key: IdentityKey): Promise<'released' | 'not_theirs' | 'last'>
  /** Forgets an identity, as when the person has revoked it. The account stays. `false` where there was none. */
  unlink(key: IdentityKey): Promise<boolean>
  /** Forgets the account, what was merged into it, and all their identities. `false` where there was none. */
  remove(id: string): Promise<boolean>

  close(): Promise<void>
}

export interface Page {
  /** The last account of the page before. */
  after?: Pick<Account, 'id' | 'createdAt'>
  /** Default 100, at most 1,000. */
  limit?: number
}

const refusals = {
  no_such_account: 'There is no such account',
  no_such_identity: 'Nobody here has this identity',
  already_merged: 'The account has become part of another one',
  same_account: 'This is one account already',
  locked: 'One of the accounts is locked; unlock it first',
} as const

/** The code is for programs, the message for administrators. */
export class AccountError extends Error {
  override readonly name = 'AccountError'
  readonly code: keyof typeof refusals

  constructor(code: keyof typeof refusals) {
    super(refusals[code])
    this.code = code
  }
}
