/** Opens the journal: a file of this machine, or PostgreSQL where several machines are to share it. */
import { parseDatabaseAddress } from '../../accounts/address.ts'
import { connect } from '../../accounts/connect.ts'
import type { Database } from '../../accounts/sql/database.ts'
import { ConfigError } from '../../config.ts'
import type { Log } from '../../log.ts'
import { createJournal, type Journal } from './journal.ts'
import { makeTables } from './tables.ts'

/** Throws `ConfigError` that says what is wrong, without the address: a password may stand in it. */
export async function openJournal(address: string, log: Log): Promise<Journal> {
  try {
    const database = await open(address, log)
    await makeTables(database)
    return createJournal(database)
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const reason = cause instanceof Error ? cause.message : 'it cannot be opened'
    throw new ConfigError([`SCANLOGIN_WEBHOOKS_DATABASE: ${reason}.`])
  }
}

async function open(address: string, log: Log): Promise<Database> {
  const parsed = parseDatabaseAddress(address)
  if (!parsed) throw new Error('this is no address of a database')
  const options = {
    onSlow: (statement: string, ms: number) => log.warn({ statement, ms: Math.round(ms) }, 'the journal was slow'),
    onLost: (error: Error) => log.warn({ err: error }, 'the connection to the journal broke'),
  }
  return connect(parsed, options)
}
