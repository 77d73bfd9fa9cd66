/** Two handles on the accounts of one database, with a clock that stands still. */
import type { Conflict } from '../../packages/server/src/accounts/account.ts'
import type { Database } from '../../packages/server/src/accounts/sql/database.ts'
import { migrate } from '../../packages/server/src/accounts/sql/migrations.ts'
import { sqlAccounts } from '../../packages/server/src/accounts/sql/store.ts'
import type { AccountStore } from '../../packages/server/src/accounts/store.ts'
import type { Opened } from './suite.ts'

/** `connect` opens the same database each time. */
export async function openOn(connect: () => Promise<Database>): Promise<Opened> {
  let time = Date.UTC(2030, 0, 1)
  const told: Conflict[] = []
  const handles: AccountStore[] = []
  const open = async () => {
    const database = await connect()
    await migrate(database)
    const accounts = sqlAccounts(database, { clock: { now: () => time }, onConflict: conflict => told.push(conflict) })
    handles.push(accounts)
    return accounts
  }
  return {
    here: await open(),
    there: await open(),
    told,
    now: () => time,
    pass(ms) {
      time += ms
    },
    restart: open,
    async close() {
      await Promise.all(handles.map(accounts => accounts.close()))
    },
  }
}
