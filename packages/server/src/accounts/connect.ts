/** A connection to the database that an address names, by the one driver that it takes. */
import type { DatabaseAddress } from './address.ts'
import type { Database, DatabaseOptions } from './sql/database.ts'

/** Rejects where a file cannot be opened. The driver is loaded now: most servers need none, and nobody needs both. */
export async function connect(address: DatabaseAddress, options: DatabaseOptions): Promise<Database> {
  if (address.kind === 'postgres') {
    const { openPostgres } = await import('./postgres/database.ts')
    return openPostgres(address.url, options)
  }
  const { openSqlite } = await import('./sqlite/database.ts')
  return openSqlite(address.file, options)
}
