/**
 * Who is signed in on a phone, inside a provider's browser: a session of its own kind, in a cookie of its own. What signs
 * browsers in must not be what a browser has got by it, or one stolen session would open the next. It stands in the
 * person's list beside those of their browsers, and ends with them.
 */
import { type Store, systemClock, type User } from 'scanlogin'
import { type Caller, claimedBy, type PhoneUser } from 'scanlogin/http'
import { type Session, type SessionEvent, storedSessions } from 'scanlogin/session'
import { digestOf, type IdentityKey } from '../accounts/account.ts'
import { cookieIn } from '../accounts/binding/cookies.ts'
import type { AccountStore } from '../accounts/store.ts'

export interface PhoneSessions {
  /**
   * The `Set-Cookie` of the session that the arrival's token opens; the same one where it is repeated. It is over once the
   * identity is no longer the user's: whoever removes a way into their account does not want it to let browsers in for
   * hours. The session that the phone had before ends.
   */
  open(arrival: PhoneArrival, caller: Caller): Promise<string>
  /** For the handler: whose phone has sent this. */
  authenticate(request: Request): Promise<PhoneUser | undefined>
}

export interface PhoneArrival {
  readonly user: User
  readonly identity: IdentityKey
  /** 256 bits, the same at every repetition, known to nobody else. */
  readonly token: string
}

export interface PhoneSessionsOptions {
  /** That of the browsers' sessions. */
  store: Store
  accounts: Pick<AccountStore, 'identity'>
  /** The site is on https. */
  secure: boolean
  /** Asked each time: whoever confirms with a phone has to be let in themselves. */
  available: (user: User) => Promise<boolean>
  /** Hears of each that opens or is ended. Default: nobody does. */
  onEvent?: (event: SessionEvent) => void
  /** Default: the other end of the connection. */
  clientAddress?: (caller: Caller) => string | undefined
}

export function phoneSessions(options: PhoneSessionsOptions): PhoneSessions {
  const { store, accounts, secure, available, clientAddress = ({ peer }) => peer, onEvent } = options
  // No copies: a phone confirms now and then, and one that was signed out from elsewhere must not do it once more.
  const clock = { now: () => store.now?.() ?? systemClock.now() }
  const sessions = storedSessions({ store, ttl, idle: ttl, holder: 'phone', staleness: 0, ...(onEvent && { onEvent }) })
  const name = secure ? '__Host-scanlogin-phone' : 'scanlogin-phone'
  const flags = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

  async function stillTheirs({ id, user }: Session): Promise<boolean> {
    const entry = await store.get(identityKey(id))
    // Only `open` writes under such keys.
    const known = entry && (await accounts.identity(JSON.parse(entry.value) as IdentityKey))
    return known?.accountId === user.id && available(user)
  }

  /** Whoever signs in again does not leave the session behind that their cookie was for. */
  async function endReplaced(caller: Caller, id: string): Promise<void> {
    const before = cookieIn(caller.header('cookie'), name)
    const session = before === undefined ? undefined : await sessions.read(before)
    if (session && session.id !== id) await sessions.endSome(session.user.id, { id: session.id }, 'replaced')
  }

  return {
    async open({ user, identity, token }, caller) {
      const address = clientAddress(caller)
      const { provider, appId, subject } = identity
      const session = await sessions.open(user, token, {
        claimed: claimedBy(caller.header('user-agent')),
        ...(address !== undefined && { address }),
        openedBy: { provider, idHash: digestOf(identity) },
        begunAt: clock.now() - longestTelling,
      })
      const value = JSON.stringify({ provider, appId, subject })
      await store.put(identityKey(session.id), { version: 1, expiresAt: session.expiresAt, value })
      await endReplaced(caller, session.id)
      return `${name}=${session.token}; Max-Age=${ttl}; ${flags}`
    },
    async authenticate(request) {
      const token = cookieIn(request.headers.get('cookie') ?? undefined, name)
      const session = token === undefined ? undefined : await sessions.read(token)
      return session && (await stillTheirs(session)) ? phoneUser(session) : undefined
    },
  }
}

/** Seconds: half a day. Inside its browser a provider signs the same person in again without asking. */
const ttl = 43_200

/** ms that what the accounts know of an identity may be old: one that was removed meanwhile opens nothing any more. */
const longestTelling = 10_000

function phoneUser({ id, user, details: { openedBy } }: Session): PhoneUser {
  return { ...user, sessionId: id, ...(openedBy && { signedInBy: openedBy }) }
}

function identityKey(sessionId: string): string {
  return `phone-identity:${sessionId}`
}
