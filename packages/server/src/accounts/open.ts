/**
 * Opens the accounts that `SCANLOGIN_DATABASE` names, with the tables as this version wants them. What cannot be opened
 * ends the start: with an empty database in its place everybody would be a new person.
 */
import { existsSync } from 'node:fs'
import { ConfigError } from '../config.ts'
import type { Log } from '../log.ts'
import { type DatabaseAddress, parseDatabaseAddress } from './address.ts'
import { connect } from './connect.ts'
import type { Database, DatabaseOptions } from './sql/database.ts'
import { migrate } from './sql/migrations.ts'
import { type SqlAccountsOptions, sqlAccounts } from './sql/store.ts'
import type { AccountStore } from './store.ts'

export interface OpenAccountsOptions extends DatabaseOptions, SqlAccountsOptions {
  log: Log
}

/** Throws `ConfigError` that says what is wrong, without the address: a password may stand in it. */
export async function openAccounts(address: string, options: OpenAccountsOptions): Promise<AccountStore> {
  const parsed = parseDatabaseAddress(address)
  if (!parsed) throw new ConfigError(['SCANLOGIN_DATABASE: this is no address of a database.'])
  const told = listening(options)
  const database = await open(parsed, told).catch(refuse)
  try {
    await migrate(database)
  } catch (error) {
    await database.close()
    refuse(error)
  }
  return sqlAccounts(database, told)
}

function open(address: DatabaseAddress, options: OpenAccountsOptions): Promise<Database> {
  if (address.kind === 'sqlite' && !existsSync(address.file.path)) {
    const { path } = address.file
    options.log.warn({ path }, 'a new and empty database of accounts: expected at the first start only')
  }
  return connect(address, options)
}

function listening(options: OpenAccountsOptions): OpenAccountsOptions {
  const { log, onSlow, onLost, onConflict } = options
  return {
    ...options,
    onSlow(statement, ms) {
      log.warn({ statement, ms: Math.round(ms) }, 'the database was slow')
      onSlow?.(statement, ms)
    },
    onLost(error) {
      log.warn({ err: error }, 'the connection to the database broke')
      onLost?.(error)
    },
    onConflict(conflict) {
      const { identity, identityAccount, unionAccount } = conflict
      const accounts = [identityAccount, unionAccount]
      log.warn(
        { provider: identity.provider, accounts },
        'one person has two accounts: an administrator may merge them',
      )
      onConflict?.(conflict)
    },
  }
}

function refuse(error: unknown): never {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  throw new ConfigError([`SCANLOGIN_DATABASE: ${cause instanceof Error ? cause.message : 'it cannot be opened'}.`])
}
