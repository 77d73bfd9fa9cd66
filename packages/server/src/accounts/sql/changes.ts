/** Writes down what `rules.ts` has decided. */
import type { Change } from '../rules.ts'
import type { Sql } from './database.ts'

export async function write(sql: Sql, change: Change): Promise<void> {
  switch (change.change) {
    case 'account': {
      const { id, name = null, avatar = null, status, createdAt } = change.account
      await sql(
        'INSERT INTO scanlogin_accounts (id, name, avatar, status, created_at) VALUES ($1, $2, $3, $4, $5)',
        id,
        name,
        avatar,
        status,
        createdAt,
      )
      return
    }
    case 'union': {
      const { provider, unionId, accountId } = change
      await sql(
        'INSERT INTO scanlogin_unions (provider, union_id, account_id) VALUES ($1, $2, $3)',
        provider,
        unionId,
        accountId,
      )
      return
    }
    case 'identity': {
      const { provider, appId, subject, unionId = null, accountId, firstSeen, lastSeen } = change.identity
      await sql(
        `INSERT INTO scanlogin_identities (provider, app_id, subject, union_id, account_id, first_seen, last_seen)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        provider,
        appId,
        subject,
        unionId,
        accountId,
        firstSeen,
        lastSeen,
      )
      return
    }
    case 'seen': {
      const { provider, appId, subject, unionId = null, lastSeen } = change.identity
      await sql(
        `UPDATE scanlogin_identities SET last_seen = $4, union_id = $5
         WHERE provider = $1 AND app_id = $2 AND subject = $3`,
        provider,
        appId,
        subject,
        lastSeen,
        unionId,
      )
      return
    }
    case 'profile': {
      const { id, name = null, avatar = null } = change.account
      await sql('UPDATE scanlogin_accounts SET name = $2, avatar = $3 WHERE id = $1', id, name, avatar)
      return
    }
    case 'conflict': {
      const { identity, unionId, since } = change.conflict
      await sql(
        'INSERT INTO scanlogin_conflicts (provider, app_id, subject, union_id, since) VALUES ($1, $2, $3, $4, $5)',
        identity.provider,
        identity.appId,
        identity.subject,
        unionId,
        since,
      )
      return
    }
  }
}
