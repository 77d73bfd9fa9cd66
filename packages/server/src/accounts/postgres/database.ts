/**
 * Accounts in PostgreSQL, for more than one machine. Transactions are serialisable: where two get in each other's way the
 * database refuses one of them, and it runs again on what the other has written.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Client, Pool, types } from 'pg'
import { LoginError } from 'scanlogin'
import { type Database, type DatabaseOptions, type Sql, timed } from '../sql/database.ts'

export function openPostgres(address: string, options: DatabaseOptions = {}): Database {
  const { patience = 1000, onSlow, onLost = () => {} } = options
  const connection = {
    connectionString: address,
    application_name: 'scanlogin',
    connectionTimeoutMillis: patience,
    keepAlive: true,
  }
  const pool = new Pool({ ...connection, max: 10, query_timeout: patience })
  // Without a listener a connection that breaks while idle would end the process.
  pool.on('error', onLost)

  async function attempt<T>(begin: string, work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await answered(pool.connect())
    try {
      const result = await within(client, begin, sqlOn(client, onSlow), work)
      client.release()
      return result
    } catch (error) {
      // An answer that is still on its way belongs to nobody any more: the connection goes, and the transaction with it.
      const sound = !(error instanceof LoginError) && (await rolledBack(client))
      client.release(!sound)
      throw error
    }
  }

  async function transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    // The database itself gives up on what this process has given up on, and on a process that stopped half-way.
    const limits = `SET LOCAL statement_timeout = ${patience}; SET LOCAL idle_in_transaction_session_timeout = 10000`
    // Of those that collide one gets through each time, so whoever tries again has fewer to collide with.
    for (let attempts = 1; ; attempts++) {
      try {
        return await attempt(`BEGIN ISOLATION LEVEL SERIALIZABLE; ${limits}`, work)
      } catch (error) {
        if (!collisions.has(codeOf(error))) throw error
        if (attempts === mostAttempts) throw new LoginError('store_unavailable', { cause: error })
        await pause(Math.random() * Math.min(100, 2 ** attempts))
      }
    }
  }

  return {
    sql: sqlOn(pool, onSlow),
    transaction,
    async migration(work) {
      // Longer than a statement usually may take: another process may be making the tables.
      const client = new Client({ ...connection, query_timeout: 30 * patience })
      client.on('error', onLost)
      await answered(client.connect())
      const sql = sqlOn(client, () => {})
      try {
        return await within(client, 'BEGIN', sql, async () => {
          await sql('SELECT pg_advisory_xact_lock($1)', migrationLock)
          return work(sql)
        })
      } finally {
        await client.end()
      }
    },
    close: () => pool.end(),
  }
}

/** Leaves the connection in a failed transaction where it throws. */
async function within<T>(
  client: Pick<Client, 'query'>,
  begin: string,
  sql: Sql,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  await answered(client.query(begin))
  const result = await work(sql)
  await answered(client.query('COMMIT'))
  return result
}

async function rolledBack(client: Pick<Client, 'query'>): Promise<boolean> {
  try {
    await client.query('ROLLBACK')
    return true
  } catch {
    return false
  }
}

function sqlOn(client: Pick<Client, 'query'>, onSlow: DatabaseOptions['onSlow']): Sql {
  return (text, ...values) =>
    timed(text, onSlow, async () => (await answered(client.query({ text, values, types: numbers }))).rows)
}

const mostAttempts = 50

/** Any number will do that no other program uses in the same database. */
const migrationLock = 7_226_010_217

const numbers: NonNullable<ConstructorParameters<typeof Pool>[0]>['types'] = {
  // Counts and times fit a number; by default they come as text.
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
}

/** Serialisation failure, deadlock, and a row that somebody else has just written. */
const collisions = new Set(['40001', '40P01', '23505'])

/**
 * Where the database cannot be asked, or not be written to, that says nothing about anybody's account. What the client and
 * the network throw has no SQLSTATE; of those that have one, these classes are about the server and not the statement.
 */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const code = codeOf(error)
    const refused = /^[0-9A-Z]{5}$/.test(code) && !/^(08|25006|28|3D|53|55P03|57|58)/.test(code)
    throw refused ? error : new LoginError('store_unavailable', { cause: error })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
