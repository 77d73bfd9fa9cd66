/**
 * A process with accounts of its own, to be killed. `node child.mjs <address> <story>`, where the story is
 * `meet`: fifty first sights of one person, and prints the account's id; or `stop`: begins to merge, and stays there.
 */
import { parseDatabaseAddress } from '../../../packages/server/dist/accounts/address.js'
import { openPostgres } from '../../../packages/server/dist/accounts/postgres/database.js'
import { migrate } from '../../../packages/server/dist/accounts/sql/migrations.js'
import { sqlAccounts } from '../../../packages/server/dist/accounts/sql/store.js'
import { openSqlite } from '../../../packages/server/dist/accounts/sqlite/database.js'

const [, , address = '', story = '', ...args] = process.argv
const parsed = parseDatabaseAddress(address)
const options = { patience: 20_000 }
const database = parsed.kind === 'postgres' ? openPostgres(parsed.url, options) : await openSqlite(parsed.file, options)

if (story === 'meet') {
  await migrate(database)
  const accounts = sqlAccounts(database)
  const person = { provider: 'wechat', appId: `wx-${args[0]}`, subject: `o-${args[0]}`, unionId: 'union-crowd' }
  const meetings = await Promise.all(Array.from({ length: 50 }, () => accounts.meet(person, { rule: 'create' })))
  process.stdout.write(`${[...new Set(meetings.map(({ account }) => account.id))].join(' ')}\n`)
  await database.close()
}

if (story === 'stop') {
  let statements = 0
  const stopping = {
    ...database,
    transaction: work =>
      database.transaction(sql =>
        work(async (text, ...values) => {
          const rows = await sql(text, ...values)
          if (/^(UPDATE|INSERT|DELETE)/.test(text) && ++statements === Number(args[2])) {
            process.stdout.write('half-way\n')
            await new Promise(() => setInterval(() => {}, 1000))
          }
          return rows
        }),
      ),
  }
  await sqlAccounts(stopping).merge(args[0], args[1])
}
