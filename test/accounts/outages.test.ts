/** PostgreSQL that is not there, goes, hangs, or is slow: no answer is a guess, and it comes back by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAccounts } from '../../packages/server/src/accounts/open.ts'
import { openPostgres } from '../../packages/server/src/accounts/postgres/database.ts'
import { createLog } from '../../packages/server/src/log.ts'
import { create, idOf, website } from './people.ts'
import { endPostgres, type PostgresServer, startPostgres } from './servers/postgres.ts'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(endPostgres)

const options = { log: createLog('silent') }
const outage = { name: 'LoginError', code: 'store_unavailable' }

describe('PostgreSQL', () => {
  it('that is not there ends the start, and the password is in no message', async () => {
    const opening = openAccounts('postgres://scanlogin:hunter2@127.0.0.1:1/accounts', options)
    await expect(opening).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('ECONNREFUSED'),
    })
    await expect(opening).rejects.not.toThrow(/hunter2/)
  })

  it('without the database ends the start', async () => {
    const opening = openAccounts(`postgres://scanlogin@127.0.0.1:${server.port}/nothing`, options)
    await expect(opening).rejects.toThrow(/SCANLOGIN_DATABASE: database "nothing" does not exist/)
  })

  it('that goes is an outage and not a stranger, and is used again once it is back', async () => {
    const accounts = await openAccounts(await server.database(), options)
    const id = await idOf(accounts, website)
    await server.crash()
    await expect(accounts.meet(website, create)).rejects.toMatchObject(outage)
    await expect(accounts.account(id)).rejects.toMatchObject(outage)
    await server.start()
    expect(await idOf(accounts, website)).toBe(id)
    await accounts.close()
  })

  it('that hangs in a statement is an outage, and the connection is not used again', async () => {
    const address = await server.database()
    const accounts = await openAccounts(address, { ...options, patience: 500 })
    const id = await idOf(accounts, website)
    const blocker = openPostgres(address)
    await blocker.transaction(async sql => {
      await sql('LOCK TABLE scanlogin_accounts IN ACCESS EXCLUSIVE MODE')
      await expect(accounts.meet(website, create)).rejects.toMatchObject(outage)
      await expect(accounts.account(id)).rejects.toMatchObject(outage)
    })
    await blocker.close()
    expect(await idOf(accounts, website)).toBe(id)
    await accounts.close()
  })

  it('that is slow is told, by the statement without its values', async () => {
    const told: [statement: string, ms: number][] = []
    const database = openPostgres(await server.database(), { onSlow: (...each) => told.push(each) })
    await database.sql('SELECT pg_sleep($1)', 0.15)
    await database.sql('SELECT $1 AS quick', 'secret')
    expect(told.map(([statement]) => statement)).toContain('SELECT pg_sleep($1)')
    for (const [, ms] of told) expect(ms).toBeGreaterThan(100)
    await database.close()
  })
})
