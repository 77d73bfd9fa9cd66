/**
 * The tables, as numbered steps that only go forward. One process takes them, in one transaction, while others wait and
 * then find nothing left to do. The names carry ours in front: the database may be the host's.
 *
 * The rule "one unionid, one account" is not left to the code: an identity names a row of `unions` together with its
 * account, so one that named another account could not be written.
 */
import type { Database, Sql } from './database.ts'

const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE scanlogin_accounts (
      id TEXT PRIMARY KEY,
      name TEXT,
      avatar TEXT,
      status TEXT NOT NULL CHECK (status IN ('active', 'locked', 'merged')),
      merged_into TEXT REFERENCES scanlogin_accounts (id),
      created_at BIGINT NOT NULL,
      CHECK ((status = 'merged') = (merged_into IS NOT NULL))
    )`,
    'CREATE INDEX scanlogin_accounts_by_age ON scanlogin_accounts (created_at, id)',
    'CREATE INDEX scanlogin_accounts_merged ON scanlogin_accounts (merged_into)',
    `CREATE TABLE scanlogin_unions (
      provider TEXT NOT NULL,
      union_id TEXT NOT NULL,
      account_id TEXT NOT NULL REFERENCES scanlogin_accounts (id),
      PRIMARY KEY (provider, union_id),
      UNIQUE (provider, union_id, account_id)
    )`,
    'CREATE INDEX scanlogin_unions_of ON scanlogin_unions (account_id)',
    `CREATE TABLE scanlogin_identities (
      provider TEXT NOT NULL,
      app_id TEXT NOT NULL,
      subject TEXT NOT NULL,
      union_id TEXT,
      account_id TEXT NOT NULL REFERENCES scanlogin_accounts (id),
      first_seen BIGINT NOT NULL,
      last_seen BIGINT NOT NULL,
      PRIMARY KEY (provider, app_id, subject),
      FOREIGN KEY (provider, union_id, account_id)
        REFERENCES scanlogin_unions (provider, union_id, account_id) ON UPDATE CASCADE
    )`,
    'CREATE INDEX scanlogin_identities_of ON scanlogin_identities (account_id)',
    'CREATE INDEX scanlogin_identities_by_union ON scanlogin_identities (provider, union_id)',
    `CREATE TABLE scanlogin_conflicts (
      provider TEXT NOT NULL,
      app_id TEXT NOT NULL,
      subject TEXT NOT NULL,
      union_id TEXT NOT NULL,
      since BIGINT NOT NULL,
      PRIMARY KEY (provider, app_id, subject, union_id),
      FOREIGN KEY (provider, app_id, subject) REFERENCES scanlogin_identities (provider, app_id, subject),
      FOREIGN KEY (provider, union_id) REFERENCES scanlogin_unions (provider, union_id)
    )`,
    'CREATE INDEX scanlogin_conflicts_by_union ON scanlogin_conflicts (provider, union_id)',
  ],
]

/** Throws where the tables are from a later version of scanlogin than this one. */
export function migrate(database: Database): Promise<void> {
  return database.migration(async sql => {
    await sql('CREATE TABLE IF NOT EXISTS scanlogin_migrations (number BIGINT PRIMARY KEY, taken_at BIGINT NOT NULL)')
    const done = await latest(sql)
    if (done > migrations.length) throw new Error('its tables are from a later version of scanlogin')
    for (const [index, statements] of migrations.entries()) {
      if (index < done) continue
      for (const statement of statements) await sql(statement)
      await sql('INSERT INTO scanlogin_migrations (number, taken_at) VALUES ($1, $2)', index + 1, Date.now())
    }
  })
}

async function latest(sql: Sql): Promise<number> {
  const [row] = await sql('SELECT coalesce(max(number), 0) AS latest FROM scanlogin_migrations')
  return Number(row?.latest)
}
