/** Two accounts become one because somebody decided so, and it cannot be undone: the rule for when it may happen. */
import type { Account } from './account.ts'
import { AccountError } from './store.ts'

/** Throws `AccountError` where `other` cannot become part of `keep`. */
export function checkMerge(keep: Account | undefined, other: Account | undefined): void {
  if (!keep || !other) throw new AccountError('no_such_account')
  if (keep.id === other.id) throw new AccountError('same_account')
  for (const { status } of [keep, other]) {
    if (status === 'merged') throw new AccountError('already_merged')
    // It would let a locked person in by the identities of the other account, or lock one out.
    if (status === 'locked') throw new AccountError('locked')
  }
}
