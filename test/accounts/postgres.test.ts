/** Accounts in PostgreSQL: the contract, over a server of the tests' own. */
import { afterAll, beforeAll } from 'vitest'
import { openPostgres } from '../../packages/server/src/accounts/postgres/database.ts'
import { openOn } from './opened.ts'
import { endPostgres, type PostgresServer, startPostgres } from './servers/postgres.ts'
import { accountSuite } from './suite.ts'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(endPostgres)

accountSuite('PostgreSQL', async () => {
  const address = await server.database()
  return openOn(async () => openPostgres(address, { patience: 10_000 }))
})
