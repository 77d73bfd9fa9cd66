/**
 * What a mini program shows in the place of a person's app: a token of ours, good for minutes. It opens no session, and
 * the store holds its SHA-256 only. It is over once the identity is no longer the user's.
 */
import { createHash, randomBytes } from 'node:crypto'
import { type Store, systemClock, type User } from 'scanlogin'
import { bearerToken, type PhoneUser } from 'scanlogin/http'
import { digestOf, type IdentityKey } from '../../accounts/account.ts'
import type { AccountStore } from '../../accounts/store.ts'

export interface PhoneTokens {
  open(user: User, identity: IdentityKey): Promise<PhoneToken>
  /** For the handler: whose phone has sent this. */
  authenticate(request: Request): Promise<PhoneUser | undefined>
}

export interface PhoneToken {
  readonly token: string
  /** Seconds. */
  readonly expiresIn: number
}

export interface PhoneTokensOptions {
  store: Store
  accounts: Pick<AccountStore, 'identity'>
  /** Asked each time: whoever confirms with a phone has to be let in themselves. */
  available: (user: User) => Promise<boolean>
}

export function phoneTokens({ store, accounts, available }: PhoneTokensOptions): PhoneTokens {
  const now = () => store.now?.() ?? systemClock.now()
  return {
    async open(user, { provider, appId, subject }) {
      const token = prefix + randomBytes(32).toString('base64url')
      const held: Held = { user, identity: { provider, appId, subject } }
      await store.put(keyOf(token), { version: 1, expiresAt: now() + ttl * 1000, value: JSON.stringify(held) })
      return { token, expiresIn: ttl }
    },
    async authenticate({ headers }) {
      const token = bearerToken({ header: name => headers.get(name) ?? undefined })
      if (!token?.startsWith(prefix)) return undefined
      const entry = await store.get(keyOf(token))
      if (!entry) return undefined
      // Only `open` writes under such keys.
      const { user, identity } = JSON.parse(entry.value) as Held
      const known = await accounts.identity(identity)
      if (known?.accountId !== user.id || !(await available(user))) return undefined
      return { ...user, signedInBy: { provider: identity.provider, idHash: digestOf(identity) } }
    },
  }
}

interface Held {
  readonly user: User
  readonly identity: IdentityKey
}

/** Tells it from an app's own token, which is never looked up here. */
const prefix = 'wxmini_'
/** Seconds: as long as a ticket can live, and not much longer. */
const ttl = 600

function keyOf(token: string): string {
  return `wm:p:${createHash('sha256').update(token).digest('base64url')}`
}
