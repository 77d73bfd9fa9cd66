/** From rows to accounts, and the reads that more than one call needs. */
import type { Account, Conflict, Identity, IdentityKey } from '../account.ts'
import type { Row, Sql } from './database.ts'

export async function accountBy(sql: Sql, id: string): Promise<Account | undefined> {
  const [row] = await sql(`SELECT ${accountColumns} FROM scanlogin_accounts a WHERE a.id = $1`, id)
  return row && toAccount(row)
}

export async function identityBy(
  sql: Sql,
  { provider, appId, subject }: IdentityKey,
): Promise<{ identity: Identity; account: Account } | undefined> {
  const [row] = await sql(
    `SELECT ${accountColumns}, i.* FROM scanlogin_identities i JOIN scanlogin_accounts a ON a.id = i.account_id
     WHERE i.provider = $1 AND i.app_id = $2 AND i.subject = $3`,
    provider,
    appId,
    subject,
  )
  return row && { identity: toIdentity(row), account: toAccount(row) }
}

export async function accountByUnion(sql: Sql, provider: string, unionId: string): Promise<Account | undefined> {
  const [row] = await sql(
    `SELECT ${accountColumns} FROM scanlogin_unions u JOIN scanlogin_accounts a ON a.id = u.account_id
     WHERE u.provider = $1 AND u.union_id = $2`,
    provider,
    unionId,
  )
  return row && toAccount(row)
}

export async function conflictsWhere(sql: Sql, condition: string, ...values: string[]): Promise<Conflict[]> {
  const rows = await sql(
    `SELECT c.*, i.account_id AS identity_account, u.account_id AS union_account
     FROM scanlogin_conflicts c
     JOIN scanlogin_identities i ON i.provider = c.provider AND i.app_id = c.app_id AND i.subject = c.subject
     JOIN scanlogin_unions u ON u.provider = c.provider AND u.union_id = c.union_id
     WHERE ${condition} ORDER BY c.since, c.provider, c.app_id, c.subject LIMIT 1000`,
    ...values,
  )
  return rows.map(toConflict)
}

export const accountColumns = 'a.id, a.name, a.avatar, a.status, a.merged_into, a.created_at'

export function toAccount(row: Row): Account {
  const profile = {
    id: text(row.id),
    ...(row.name !== null && { name: text(row.name) }),
    ...(row.avatar !== null && { avatar: text(row.avatar) }),
    createdAt: Number(row.created_at),
  }
  const status = text(row.status)
  if (status === 'merged') return { ...profile, status, mergedInto: text(row.merged_into) }
  if (status === 'active' || status === 'locked') return { ...profile, status }
  throw new Error(`scanlogin_accounts holds an unknown status: ${status}`)
}

export function toIdentity(row: Row): Identity {
  return {
    ...toKey(row),
    ...(row.union_id !== null && { unionId: text(row.union_id) }),
    accountId: text(row.account_id),
    firstSeen: Number(row.first_seen),
    lastSeen: Number(row.last_seen),
  }
}

function toConflict(row: Row): Conflict {
  return {
    identity: toKey(row),
    unionId: text(row.union_id),
    identityAccount: text(row.identity_account),
    unionAccount: text(row.union_account),
    since: Number(row.since),
  }
}

function toKey(row: Row): IdentityKey {
  return { provider: text(row.provider), appId: text(row.app_id), subject: text(row.subject) }
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('a column of scanlogin holds no text')
  return value
}
