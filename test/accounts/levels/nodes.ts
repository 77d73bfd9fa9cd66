/** Nodes with levels in front of one database, on a clock that stands still, and a database that can be slow or away. */

import { memoryStore, type Store } from '../../../packages/scanlogin/src/index.ts'
import { createClock, type ManualClock } from '../../../packages/scanlogin/src/testing.ts'
import { type LevelledAccounts, levelledAccounts } from '../../../packages/server/src/accounts/levels/levels.ts'
import { migrate } from '../../../packages/server/src/accounts/sql/migrations.ts'
import { sqlAccounts } from '../../../packages/server/src/accounts/sql/store.ts'
import { openSqlite } from '../../../packages/server/src/accounts/sqlite/database.ts'
import type { AccountStore } from '../../../packages/server/src/accounts/store.ts'
import { newFile } from '../servers/files.ts'

export interface Nodes {
  readonly clock: ManualClock
  /** The database as it is, without levels. */
  readonly accounts: AccountStore
  /** What all nodes share. */
  readonly shared: Store
  /** A node more. */
  node(options?: { shared?: Store; most?: number; absence?: number; onUntold?: () => void }): LevelledAccounts
  /** From now on the database does not answer, or does again. */
  away(isAway: boolean): void
  /** Reads of accounts are held up on their way back, until `release`. */
  hold(): { read: Promise<void>; release: () => void }
  /** How often the database was asked, whatever for. */
  questions(): number
}

export async function openNodes(): Promise<Nodes> {
  const clock = createClock()
  const shared = memoryStore({ clock })
  const database = await openSqlite({ path: newFile(), mode: 'create' })
  await migrate(database)
  const accounts = sqlAccounts(database, { clock })
  let isAway = false
  let held = Promise.resolve()
  let hasRead = () => {}
  let questions = 0

  async function asked<T>(answer: () => Promise<T>): Promise<T> {
    questions++
    if (isAway) throw new Error('the database is away')
    return answer()
  }

  const reached: AccountStore = {
    ...accounts,
    account: id =>
      asked(async () => {
        const account = await accounts.account(id)
        hasRead()
        await held
        return account
      }),
    identity: key => asked(() => accounts.identity(key)),
    meet: (sighting, rule) => asked(() => accounts.meet(sighting, rule)),
  }
  return {
    clock,
    accounts,
    shared,
    node: options => levelledAccounts({ accounts: reached, shared, clock, random: () => 0, ...options }),
    away(now) {
      isAway = now
    },
    hold() {
      let release = () => {}
      held = new Promise(resolve => {
        release = resolve
      })
      const read = new Promise<void>(resolve => {
        hasRead = resolve
      })
      return { read, release }
    },
    questions: () => questions,
  }
}
