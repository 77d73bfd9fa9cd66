/**
 * One person is one account, whichever way they sign in.
 *
 *     account ◀── identity (wechat, the site's app id, openid)
 *             ◀── identity (wechat, the mini program's app id, another openid)      both with the same unionid
 *             ◀── identity (dingtalk, …)
 *
 * An account's id is ours and never changes: not when a unionid appears, not when a provider's name for the person does.
 */
import { createHash, randomBytes } from 'node:crypto'

export type Account = AccountProfile &
  (
    | { readonly status: 'active' | 'locked' }
    /** Another account has taken over its identities; the id is not given away again. */
    | { readonly status: 'merged'; readonly mergedInto: string }
  )

interface AccountProfile {
  /** Opaque: `a_` and 26 characters, or the host's own id for a person who was signed in by the host's app. */
  readonly id: string
  /** As the provider told it last. For display, never to find somebody by. */
  readonly name?: string
  /** An https address; providers let it die when the person changes the picture. */
  readonly avatar?: string
  /** ms since the epoch. */
  readonly createdAt: number
}

/** How one app of one provider names a person. */
export interface IdentityKey {
  /** `wechat`, `dingtalk` … */
  readonly provider: string
  /** The app or tenant within which `subject` means somebody. */
  readonly appId: string
  /** The openid, or what the provider calls it. */
  readonly subject: string
}

export interface Identity extends IdentityKey {
  /** The same in all apps of one provider that belong together. It may appear late, or never. */
  readonly unionId?: string
  readonly accountId: string
  /** ms since the epoch. */
  readonly firstSeen: number
  /** ms since the epoch, behind by up to an hour. */
  readonly lastSeen: number
}

/**
 * A unionid says that two accounts are one person. Nothing is merged by itself: both keep their ids until somebody
 * decides.
 */
export interface Conflict {
  readonly identity: IdentityKey
  readonly unionId: string
  /** The account that the identity belongs to. */
  readonly identityAccount: string
  /** The account that has had the unionid before. */
  readonly unionAccount: string
  /** ms since the epoch. */
  readonly since: number
}

/** Names an identity where no openid may stand: in an address, and beside the sessions that it has opened. */
export function digestOf({ provider, appId, subject }: IdentityKey): string {
  return createHash('sha256')
    .update(JSON.stringify([provider, appId, subject]))
    .digest('base64url')
}

/** 128 random bits, in the alphabet that ticket ids have. */
export function newAccountId(): string {
  const bits = [...randomBytes(16)].map(byte => byte.toString(2).padStart(8, '0')).join('')
  const letters = bits.match(/.{1,5}/g) ?? []
  return `a_${letters.map(five => crockford[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')}`
}

/** Tells our ids from those of a host, whose users need not have an account here. */
export function isOwnId(id: string): boolean {
  return /^a_[0-9A-HJKMNP-TV-Z]{26}$/.test(id)
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
