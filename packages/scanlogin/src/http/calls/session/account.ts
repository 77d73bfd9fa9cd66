/** Whether an account may sign in at this moment: asked when a session is given out, not when the phone confirmed. */
import { LoginError } from '../../../core/errors.ts'
import type { User } from '../../../core/ticket.ts'
import type { Site } from '../../site.ts'

/** Throws `account_unavailable`, or whatever the host's own question throws: nobody signs in on a guess. */
export async function checkAccount({ accountAvailable }: Site, user: User): Promise<void> {
  if (accountAvailable && !(await accountAvailable(user))) throw new LoginError('account_unavailable')
}
