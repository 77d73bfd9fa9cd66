/** Asked once more when a session is given out: the account may have been locked since the phone confirmed. */
import type { User } from 'scanlogin'
import { isOwnId } from './account.ts'
import type { AccountStore } from './store.ts'

/** A user of the host's own app need not have an account here; one of our ids without account is gone. */
export function accountAvailable(accounts: Pick<AccountStore, 'account'>): (user: User) => Promise<boolean> {
  return async ({ id }) => {
    const account = await accounts.account(id)
    return account ? account.status === 'active' : !isOwnId(id)
  }
}
