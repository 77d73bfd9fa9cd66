/** Whose session a page of ours comes with. */
import type { User } from 'scanlogin'
import type { Sessions } from 'scanlogin/session'
import { cookieIn } from './cookies.ts'

export interface SignedIn {
  readonly user: User
  readonly sessionId: string
  /** ms since the epoch: when the person showed last who they are. */
  readonly at: number
}

export interface SignedInOptions {
  sessions: Pick<Sessions, 'read'>
  /** The site is on https. */
  secure: boolean
}

/**
 * Only the cookie counts, and only a session of the site itself: what was opened for another site is no key to the
 * person's account.
 */
export function signedInBy({ sessions, secure }: SignedInOptions) {
  const name = secure ? '__Host-scanlogin-session' : 'scanlogin-session'
  return async (cookies: string | undefined): Promise<SignedIn | undefined> => {
    const token = cookieIn(cookies, name)
    const session = token === undefined ? undefined : await sessions.read(token)
    if (!session || session.details.clientId !== undefined) return undefined
    return { user: session.user, sessionId: session.id, at: session.openedAt }
  }
}
