/**
 * Accounts in one file of this machine: the default, with no database server to start.
 *
 * The journal is a write-ahead log, so readers of other processes do not stop a writer. Every commit is synced to the
 * disk before it is reported (`synchronous = FULL`): an id that a host has stored must not be lost with the power and
 * then given a second time in another form. A file that another process has locked is tried again without stopping
 * this process.
 */
import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import Libsql from 'libsql'
import { LoginError } from 'scanlogin'
import { type Database, type DatabaseOptions, type Row, type Sql, timed } from '../sql/database.ts'

export interface SqliteFile {
  readonly path: string
  /** `'existing'` refuses to begin with an empty file where there is none. */
  readonly mode: 'existing' | 'create'
}

/** Throws where the file cannot be read and written. */
export async function openSqlite(file: SqliteFile, options: DatabaseOptions = {}): Promise<Database> {
  const { patience = 1000, onSlow } = options
  // Whatever the umask is: nobody else on the machine reads who signs in here. The log beside it takes after the file.
  closeSync(openSync(file.path, file.mode === 'create' ? 'a+' : 'r+', 0o600))
  if (statSync(file.path).mode & 0o077) chmodSync(file.path, 0o600)
  const connection = new Libsql(file.path, { timeout: 0 })
  const statements = new Map<string, ReturnType<typeof connection.prepare>>()
  // One connection sees its own half-done transaction: the next call waits until it is whole.
  let last: Promise<unknown> = Promise.resolve()

  const sql: Sql = (text, ...values) => timed(text, onSlow, () => run(text, values))

  async function run(text: string, values: readonly unknown[]): Promise<Row[]> {
    let statement = statements.get(text)
    if (!statement) {
      statement = connection.prepare(text.replace(/\$(\d+)/g, '?$1'))
      statements.set(text, statement)
    }
    if (!statement.reader) {
      statement.run(values)
      return []
    }
    // Each row is an object, by column.
    return statement.all(values) as Row[]
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }

  async function transaction<T>(work: (sql: Sql) => Promise<T>, wait: number): Promise<T> {
    return inTurn(async () => {
      await whenFree(() => connection.exec('BEGIN IMMEDIATE'), wait)
      try {
        const result = await work(sql)
        await whenFree(() => connection.exec('COMMIT'), wait)
        return result
      } catch (error) {
        if (connection.inTransaction) connection.exec('ROLLBACK')
        throw asOutage(error)
      }
    })
  }

  try {
    await whenFree(() => connection.pragma('journal_mode = WAL'), patience)
    connection.pragma('synchronous = FULL')
    connection.pragma('foreign_keys = ON')
  } catch (error) {
    connection.close()
    throw error
  }

  return {
    sql: (text, ...values) => inTurn(() => whenFree(() => sql(text, ...values), patience)),
    transaction: work => transaction(work, patience),
    migration: work => transaction(work, 30 * patience),
    close: () =>
      inTurn(async () => {
        connection.close()
      }),
  }
}

/** Another process holds the lock for some milliseconds: asks again until it is free, for `wait` ms. */
async function whenFree<T>(call: () => T | Promise<T>, wait: number): Promise<T> {
  for (const end = performance.now() + wait; ; ) {
    try {
      return await call()
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_BUSY') || performance.now() > end) throw asOutage(error)
      await pause(1 + Math.random() * 10)
    }
  }
}

/** The file cannot be used at the moment, for whatever reason: that says nothing about anybody's account. */
function asOutage(error: unknown): unknown {
  const outage = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB)/.test(codeOf(error))
  return outage ? new LoginError('store_unavailable', { cause: error }) : error
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
