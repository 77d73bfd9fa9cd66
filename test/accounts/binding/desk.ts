/** Accounts in a file, and identities that wait in a store, on a clock that stands still. */
import { memoryStore, type Store } from '../../../packages/scanlogin/src/index.ts'
import { createClock, type ManualClock } from '../../../packages/scanlogin/src/testing.ts'
import { type PendingIdentities, pendingIdentities } from '../../../packages/server/src/accounts/binding/pending.ts'
import { migrate } from '../../../packages/server/src/accounts/sql/migrations.ts'
import { sqlAccounts } from '../../../packages/server/src/accounts/sql/store.ts'
import { openSqlite } from '../../../packages/server/src/accounts/sqlite/database.ts'
import type { AccountStore } from '../../../packages/server/src/accounts/store.ts'
import { newFile } from '../servers/files.ts'

export interface Desk {
  readonly clock: ManualClock
  readonly store: Store
  /** The keys that were written, in order. */
  readonly written: readonly string[]
  readonly accounts: AccountStore
  readonly pending: PendingIdentities
}

export async function openDesk(): Promise<Desk> {
  const clock = createClock()
  const memory = memoryStore({ clock })
  const written: string[] = []
  const store: Store = {
    ...memory,
    put(key, entry, only) {
      written.push(key)
      return memory.put(key, entry, only)
    },
  }
  const database = await openSqlite({ path: newFile(), mode: 'create' })
  await migrate(database)
  const accounts = sqlAccounts(database, { clock })
  return { clock, store, written, accounts, pending: pendingIdentities({ store, secure: true }) }
}
