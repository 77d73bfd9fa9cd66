/** Several processes on one database: they meet the same person, and one of them dies in the middle of a transaction. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAccounts } from '../../packages/server/src/accounts/open.ts'
import { createLog } from '../../packages/server/src/log.ts'
import { create, idOf, miniProgram, union, website } from './people.ts'
import { newFile, removeFiles } from './servers/files.ts'
import { endPostgres, type PostgresServer, startPostgres } from './servers/postgres.ts'
import { run } from './servers/processes.ts'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(async () => {
  removeFiles()
  await endPostgres()
})

const kinds: Record<string, () => Promise<string>> = {
  'a SQLite file': async () => `file:${newFile()}`,
  PostgreSQL: () => server.database(),
}
const options = { log: createLog('silent'), patience: 20_000 }

describe.each(Object.entries(kinds))('on %s', (_, newAddress) => {
  it('six processes that start together make the tables once, and one account of one person', async () => {
    const address = await newAddress()
    const outputs = await Promise.all([1, 2, 3, 4, 5, 6].map(each => run(address, 'meet', String(each)).output))
    expect(new Set(outputs.map(output => output.trim())).size).toBe(1)
    const accounts = await openAccounts(address, options)
    const [account, ...others] = await accounts.list()
    expect(others).toEqual([])
    expect(outputs[0]?.trim()).toBe(account?.id)
    expect(await accounts.identitiesOf(account?.id ?? '')).toHaveLength(6)
    await accounts.close()
  })

  it.each([[1], [2], [3], [4]])(
    'a process killed after statement %i of a merge has merged nothing, and holds up nobody',
    async statement => {
      const address = await newAddress()
      const accounts = await openAccounts(address, options)
      const keep = await idOf(accounts, website)
      const other = await idOf(accounts, { ...miniProgram, unionId: union })
      const dying = run(address, 'stop', keep, other, String(statement))
      await dying.written('half-way')
      await dying.kill()
      expect(await idOf(accounts, website)).toBe(keep)
      expect(await idOf(accounts, { ...miniProgram, unionId: union })).toBe(other)
      expect(await accounts.list()).toMatchObject([{ status: 'active' }, { status: 'active' }])
      await accounts.merge(keep, other)
      expect(await accounts.meet({ ...miniProgram, unionId: union }, create)).toMatchObject({ account: { id: keep } })
      await accounts.close()
    },
  )
})
