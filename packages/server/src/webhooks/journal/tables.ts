/**
 * The journal's tables, in a database of its own or beside others: the names carry ours in front. A statement here is
 * never changed once it was released; what is new comes after it.
 */
import type { Database } from '../../accounts/sql/database.ts'

const statements = [
  `CREATE TABLE IF NOT EXISTS scanlogin_deliveries (
    id TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    event_id TEXT NOT NULL,
    ticket TEXT NOT NULL,
    version BIGINT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    ended_at BIGINT,
    last_result TEXT
  )`,
  'CREATE INDEX IF NOT EXISTS scanlogin_deliveries_due ON scanlogin_deliveries (endpoint, state, next_at)',
  'CREATE INDEX IF NOT EXISTS scanlogin_deliveries_order ON scanlogin_deliveries (endpoint, ticket, version)',
  'CREATE INDEX IF NOT EXISTS scanlogin_deliveries_ended ON scanlogin_deliveries (state, ended_at)',
  `CREATE TABLE IF NOT EXISTS scanlogin_webhook_endpoints (
    name TEXT PRIMARY KEY,
    url_digest TEXT NOT NULL,
    disabled_at BIGINT NOT NULL
  )`,
]

export function makeTables(database: Database): Promise<void> {
  return database.migration(async sql => {
    for (const statement of statements) await sql(statement)
  })
}
