/** What moves or forgets more than one row at a time: merging, unlinking, removing. */
import { type Account, type IdentityKey, isOwnId } from '../account.ts'
import { checkMerge } from '../merging.ts'
import type { Sql } from './database.ts'
import { accountBy, identityBy } from './rows.ts'

/** Throws `AccountError`. */
export async function merge(sql: Sql, keep: string, other: string): Promise<Account> {
  const kept = await accountBy(sql, keep)
  checkMerge(kept, await accountBy(sql, other))
  // Identities with a unionid go along with it, by the reference they hold.
  await sql('UPDATE scanlogin_unions SET account_id = $1 WHERE account_id = $2', keep, other)
  await sql('UPDATE scanlogin_identities SET account_id = $1 WHERE account_id = $2', keep, other)
  await settle(sql, keep)
  await sql('UPDATE scanlogin_accounts SET merged_into = $1 WHERE merged_into = $2', keep, other)
  await sql(`UPDATE scanlogin_accounts SET status = 'merged', merged_into = $1 WHERE id = $2`, keep, other)
  // Checked above.
  return kept as Account
}

/** Conflicts within one account are none: the identity has the unionid from now on. */
async function settle(sql: Sql, account: string): Promise<void> {
  const settled = await sql(
    `SELECT c.* FROM scanlogin_conflicts c
     JOIN scanlogin_identities i ON i.provider = c.provider AND i.app_id = c.app_id AND i.subject = c.subject
     JOIN scanlogin_unions u ON u.provider = c.provider AND u.union_id = c.union_id
     WHERE i.account_id = $1 AND u.account_id = $1 ORDER BY c.since`,
    account,
  )
  for (const { provider, app_id, subject, union_id } of settled) {
    const key = [String(provider), String(app_id), String(subject), String(union_id)]
    await sql(
      'UPDATE scanlogin_identities SET union_id = $4 WHERE provider = $1 AND app_id = $2 AND subject = $3',
      ...key,
    )
    await sql(
      'DELETE FROM scanlogin_conflicts WHERE provider = $1 AND app_id = $2 AND subject = $3 AND union_id = $4',
      ...key,
    )
  }
}

export async function release(
  sql: Sql,
  accountId: string,
  key: IdentityKey,
): Promise<'released' | 'not_theirs' | 'last'> {
  const known = await identityBy(sql, key)
  if (known?.account.id !== accountId) return 'not_theirs'
  const [row] = await sql('SELECT count(*) AS identities FROM scanlogin_identities WHERE account_id = $1', accountId)
  // A host's app leads to an account with the host's id; to one of ours nothing else does.
  if (isOwnId(accountId) && Number(row?.identities) === 1) return 'last'
  await unlink(sql, key)
  return 'released'
}

export async function unlink(sql: Sql, { provider, appId, subject }: IdentityKey): Promise<boolean> {
  const key = [provider, appId, subject]
  await sql('DELETE FROM scanlogin_conflicts WHERE provider = $1 AND app_id = $2 AND subject = $3', ...key)
  const [gone] = await sql(
    'DELETE FROM scanlogin_identities WHERE provider = $1 AND app_id = $2 AND subject = $3 RETURNING account_id',
    ...key,
  )
  if (!gone) return false
  await forgetUnions(sql, 'u.provider = $1 AND u.account_id = $2', provider, String(gone.account_id))
  return true
}

export async function forget(sql: Sql, id: string): Promise<boolean> {
  if (!(await accountBy(sql, id))) return false
  await sql(
    `DELETE FROM scanlogin_conflicts WHERE EXISTS (
       SELECT 1 FROM scanlogin_identities i WHERE i.account_id = $1 AND i.provider = scanlogin_conflicts.provider
       AND i.app_id = scanlogin_conflicts.app_id AND i.subject = scanlogin_conflicts.subject)`,
    id,
  )
  await sql('DELETE FROM scanlogin_identities WHERE account_id = $1', id)
  await forgetUnions(sql, 'u.account_id = $1', id)
  await sql('DELETE FROM scanlogin_accounts WHERE merged_into = $1', id)
  await sql('DELETE FROM scanlogin_accounts WHERE id = $1', id)
  return true
}

/** A unionid that no identity carries any more is nobody's business, and no conflict either. */
async function forgetUnions(sql: Sql, condition: string, ...values: string[]): Promise<void> {
  const unions = await sql(
    `SELECT u.provider, u.union_id FROM scanlogin_unions u WHERE ${condition} AND NOT EXISTS (
       SELECT 1 FROM scanlogin_identities i WHERE i.provider = u.provider AND i.union_id = u.union_id)`,
    ...values,
  )
  for (const union of unions) {
    const key = [String(union.provider), String(union.union_id)]
    await sql('DELETE FROM scanlogin_conflicts WHERE provider = $1 AND union_id = $2', ...key)
    await sql('DELETE FROM scanlogin_unions WHERE provider = $1 AND union_id = $2', ...key)
  }
}
