/** Accounts in a file: the contract, and what is the file's own. */
import { afterAll } from 'vitest'
import { openSqlite } from '../../packages/server/src/accounts/sqlite/database.ts'
import { openOn } from './opened.ts'
import { newFile, removeFiles } from './servers/files.ts'
import { accountSuite } from './suite.ts'

afterAll(removeFiles)

accountSuite('a SQLite file', async () => {
  const path = newFile()
  return openOn(() => openSqlite({ path, mode: 'create' }, { patience: 10_000 }))
})
