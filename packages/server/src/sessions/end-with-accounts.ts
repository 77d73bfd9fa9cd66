/**
 * Sessions that end with their account: one that was locked, removed or merged is found out at the next use of any of them,
 * in whichever process and store, and then all of them end.
 */
import { LoginError, type User } from 'scanlogin'
import type { Sessions } from 'scanlogin/session'

/** `available` is asked at each use, and is expected to have copies. */
export function endWithAccounts(sessions: Sessions, available: (user: User) => Promise<boolean>): Sessions {
  /** Accounts that cannot be asked at the moment end nothing: sessions that are open go on. */
  async function isOver(user: User): Promise<boolean> {
    try {
      return !(await available(user))
    } catch (error) {
      if (error instanceof LoginError && error.code === 'store_unavailable') return false
      throw error
    }
  }

  return {
    ...sessions,
    async read(token, clientId) {
      const session = await sessions.read(token, clientId)
      if (!session || !(await isOver(session.user))) return session
      await sessions.endSome(session.user.id, { allBut: undefined }, 'account')
      // Another process may have ended it, of which this one's copy does not know.
      await sessions.end(token, 'account')
      return undefined
    },
  }
}
