/**
 * Who is signed in on a phone, inside a provider's browser: a session of its own kind, in a cookie of its own. What signs
 * browsers in must not be what a browser has got by it, or one stolen session would open the next.
 */
import type { Store, User } from 'scanlogin'
import { type Session, storedSessions } from 'scanlogin/session'
import type { IdentityKey } from '../accounts/account.ts'
import { cookieIn } from '../accounts/binding/cookies.ts'
import type { AccountStore } from '../accounts/store.ts'

export interface PhoneSessions {
  /**
   * The `Set-Cookie` of the session that `token` opens; the same one where it is repeated. It is over once `identity` is
   * no longer the user's: whoever removes a way into their account does not want it to let browsers in for hours.
   */
  open(user: User, identity: IdentityKey, token: string): Promise<string>
  /** For the handler: whose phone has sent this. */
  authenticate(request: Request): Promise<User | undefined>
}

export interface PhoneSessionsOptions {
  store: Store
  accounts: Pick<AccountStore, 'identity'>
  /** The site is on https. */
  secure: boolean
  /** Asked each time: whoever confirms with a phone has to be let in themselves. */
  available: (user: User) => Promise<boolean>
}

export function phoneSessions({ store, accounts, secure, available }: PhoneSessionsOptions): PhoneSessions {
  const sessions = storedSessions({ store: below('phone:', store), ttl, idle: ttl })
  const name = secure ? '__Host-scanlogin-phone' : 'scanlogin-phone'
  const flags = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

  async function stillTheirs({ id, user }: Session): Promise<boolean> {
    const entry = await store.get(identityKey(id))
    // Only `open` writes under such keys.
    const known = entry && (await accounts.identity(JSON.parse(entry.value) as IdentityKey))
    return known?.accountId === user.id && available(user)
  }

  return {
    async open(user, { provider, appId, subject }, token) {
      const session = await sessions.open(user, token)
      const value = JSON.stringify({ provider, appId, subject })
      await store.put(identityKey(session.id), { version: 1, expiresAt: session.expiresAt, value })
      return `${name}=${session.token}; Max-Age=${ttl}; ${flags}`
    },
    async authenticate(request) {
      const token = cookieIn(request.headers.get('cookie') ?? undefined, name)
      const session = token === undefined ? undefined : await sessions.read(token)
      return session && (await stillTheirs(session)) ? session.user : undefined
    },
  }
}

/** Seconds: half a day. Inside its browser a provider signs the same person in again without asking. */
const ttl = 43_200

function identityKey(sessionId: string): string {
  return `phone-identity:${sessionId}`
}

/** The same store under other names: no session of a browser can be read as one of a phone. */
function below(prefix: string, store: Store): Store {
  return {
    ...store,
    get: key => store.get(prefix + key),
    put: (key, entry, only) => store.put(prefix + key, entry, only),
    watch: (key, ring) => store.watch(prefix + key, ring),
    // It is the server's to close.
    close: async () => {},
  }
}
