/**
 * Who is signed in on a phone, inside a provider's browser: a session of its own kind, in a cookie of its own. What signs
 * browsers in must not be what a browser has got by it, or one stolen session would open the next.
 */
import type { Store, User } from 'scanlogin'
import { storedSessions } from 'scanlogin/session'
import { cookieIn } from '../accounts/binding/cookies.ts'

export interface PhoneSessions {
  /** The `Set-Cookie` of the session that `token` opens; the same one where it is repeated. */
  open(user: User, token: string): Promise<string>
  /** For the handler: whose phone has sent this. */
  authenticate(request: Request): Promise<User | undefined>
}

export interface PhoneSessionsOptions {
  store: Store
  /** The site is on https. */
  secure: boolean
  /** Asked each time: whoever confirms with a phone has to be let in themselves. */
  available: (user: User) => Promise<boolean>
}

export function phoneSessions({ store, secure, available }: PhoneSessionsOptions): PhoneSessions {
  const sessions = storedSessions({ store: below('phone:', store), ttl, idle: ttl })
  const name = secure ? '__Host-scanlogin-phone' : 'scanlogin-phone'
  const flags = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return {
    async open(user, token) {
      const session = await sessions.open(user, token)
      return `${name}=${session.token}; Max-Age=${ttl}; ${flags}`
    },
    async authenticate(request) {
      const token = cookieIn(request.headers.get('cookie') ?? undefined, name)
      const session = token === undefined ? undefined : await sessions.read(token)
      return session && (await available(session.user)) ? session.user : undefined
    },
  }
}

/** Seconds: half a day. Inside its browser a provider signs the same person in again without asking. */
const ttl = 43_200

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
