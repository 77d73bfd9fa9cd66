/** Accounts in tables, on whichever database: the facts are read, decided on and written in one transaction. */
import { systemClock } from 'scanlogin'
import { type Account, type Conflict, newAccountId } from '../account.ts'
import { decide, type Facts, type Meeting } from '../rules.ts'
import { checkKey, checkSighting, type FirstSight, type Sighting } from '../sighting.ts'
import { AccountError, type AccountStore } from '../store.ts'
import { write } from './changes.ts'
import type { Database, Sql } from './database.ts'
import { forget, merge, release, unlink } from './moves.ts'
import { accountBy, accountByUnion, accountColumns, conflictsWhere, identityBy, toAccount, toIdentity } from './rows.ts'

export interface SqlAccountsOptions {
  clock?: { now(): number }
  /** Hears once of each conflict, after it has been written down. Default: nobody does. */
  onConflict?: (conflict: Conflict) => void
}

export function sqlAccounts(database: Database, options: SqlAccountsOptions = {}): AccountStore {
  const { clock = systemClock, onConflict = () => {} } = options
  const { sql } = database

  async function meet(sighting: Sighting, firstSight: FirstSight): Promise<Meeting> {
    const checked = checkSighting(sighting)
    const circumstances = { firstSight, now: clock.now(), newId: newAccountId() }
    const { meeting, changes } = await database.transaction(async sql => {
      const decision = decide(checked, await factsOf(sql, checked, firstSight), circumstances)
      for (const change of decision.changes) await write(sql, change)
      return decision
    })
    for (const change of changes) if (change.change === 'conflict') onConflict(change.conflict)
    return meeting
  }

  return {
    meet,
    account: id => accountBy(sql, id),
    async identity(key) {
      checkKey(key)
      return (await identityBy(sql, key))?.identity
    },
    async identitiesOf(accountId) {
      const rows = await sql(
        `SELECT * FROM scanlogin_identities WHERE account_id = $1
         ORDER BY first_seen, provider, app_id, subject LIMIT 1000`,
        accountId,
      )
      return rows.map(toIdentity)
    },
    async list({ after = { createdAt: -1, id: '' }, limit = 100 } = {}) {
      const rows = await sql(
        `SELECT ${accountColumns} FROM scanlogin_accounts a WHERE (a.created_at, a.id) > ($1, $2)
         ORDER BY a.created_at, a.id LIMIT $3`,
        after.createdAt,
        after.id,
        Math.min(limit, 1000),
      )
      return rows.map(toAccount)
    },
    conflicts: () => conflictsWhere(sql, '1 = 1'),
    setStatus: (id, status) => database.transaction(sql => setStatus(sql, id, status)),
    merge: (keep, other) => database.transaction(sql => merge(sql, keep, other)),
    async mergeByProof(keep, key) {
      checkKey(key)
      return database.transaction(async sql => {
        const known = await identityBy(sql, key)
        if (!known) throw new AccountError('no_such_identity')
        return merge(sql, keep, known.account.id)
      })
    },
    async release(accountId, key) {
      checkKey(key)
      return database.transaction(sql => release(sql, accountId, key))
    },
    async unlink(key) {
      checkKey(key)
      return database.transaction(sql => unlink(sql, key))
    },
    remove: id => database.transaction(sql => forget(sql, id)),
    close: database.close,
  }
}

async function factsOf(sql: Sql, sighting: Sighting, firstSight: FirstSight): Promise<Facts> {
  const { provider, appId, subject, unionId } = sighting
  const known = await identityBy(sql, sighting)
  const kin = unionId === undefined ? undefined : await accountByUnion(sql, provider, unionId)
  const named = firstSight.rule === 'bind' ? firstSight.accountId : undefined
  const signedIn = named === undefined ? undefined : await accountBy(sql, named)
  const disputed = known && kin && unionId !== undefined && kin.id !== known.account.id
  if (!disputed) return { known, kin, signedIn }
  const condition = 'c.provider = $1 AND c.app_id = $2 AND c.subject = $3 AND c.union_id = $4'
  const [conflict] = await conflictsWhere(sql, condition, provider, appId, subject, unionId)
  return { known, kin, signedIn, conflict }
}

async function setStatus(sql: Sql, id: string, status: 'active' | 'locked'): Promise<Account> {
  const account = await accountBy(sql, id)
  if (!account) throw new AccountError('no_such_account')
  if (account.status === 'merged') throw new AccountError('already_merged')
  if (account.status !== status) await sql('UPDATE scanlogin_accounts SET status = $2 WHERE id = $1', id, status)
  return { ...account, status }
}
