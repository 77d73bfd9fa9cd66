/** The databases of accounts and of webhooks, which have to be there and be writable. Nothing is made in them. */
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Client } from 'pg'
import { parseDatabaseAddress } from '../../accounts/address.ts'
import type { SqliteFile } from '../../accounts/sqlite/database.ts'
import type { Config } from '../../config.ts'
import { type Examination, type Finding, fail, ok, skipped, warn } from '../examination.ts'

export const databases: Examination = {
  id: 'databases',
  title: 'The databases are there, and can be written',
  async examine({ config }) {
    const named = databasesOf(config)
    if (named.length === 0) return [skipped('neither accounts nor webhooks are kept')]
    return Promise.all(named.map(([name, address]) => look(name, address)))
  },
}

function databasesOf(config: Config): (readonly [name: string, address: string])[] {
  const { SCANLOGIN_DATABASE: accounts, SCANLOGIN_WEBHOOKS: webhooks } = config
  return [
    ...(accounts === undefined ? [] : [['SCANLOGIN_DATABASE', accounts] as const]),
    ...(webhooks ? [['SCANLOGIN_WEBHOOKS_DATABASE', config.SCANLOGIN_WEBHOOKS_DATABASE] as const] : []),
  ]
}

async function look(name: string, address: string): Promise<Finding> {
  const parsed = parseDatabaseAddress(address)
  if (!parsed) return fail(`${name} is no address of a database`, 'Write it as docs/configuration.md shows.')
  return parsed.kind === 'postgres' ? postgres(name, parsed.url) : file(name, parsed.file)
}

async function postgres(name: string, address: string): Promise<Finding> {
  const client = new Client({ connectionString: address, connectionTimeoutMillis: 3000, query_timeout: 3000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query(
      "SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS replica",
    )
    const [row] = rows
    if (row?.replica)
      return fail(`${name}: PostgreSQL ${row.version}, a replica: it takes no writes`, 'Name the primary.')
    return ok(`${name}: PostgreSQL ${row?.version}`)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const said = error instanceof Error ? error.message || code : String(error)
    return fail(`${name}: ${said}`, remedies[code] ?? 'Try it with psql from this machine.')
  } finally {
    await client.end().catch(() => {})
  }
}

/** By the code of the network, or PostgreSQL's SQLSTATE. */
const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there: start PostgreSQL, or correct host and port.',
  ENOTFOUND: 'The name of the host leads nowhere: correct it, or look at DNS.',
  '28P01': 'The password is not the one that PostgreSQL has.',
  '28000': 'PostgreSQL does not let this user in from here: look at pg_hba.conf.',
  '3D000': 'There is no such database: CREATE DATABASE.',
}

async function file(name: string, { path, mode }: SqliteFile): Promise<Finding> {
  const there = await stat(path).catch(() => undefined)
  if (!there && mode === 'existing')
    return fail(
      `${name}: ${path} is not there, and mode=rw wants one that is`,
      'Put it back, or leave mode=rw out for a new one.',
    )
  const target = there ? path : dirname(path)
  const writable = await access(target, constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!writable) {
    const remedy = 'Let the user that the server runs as write there, or name another place: in a container a volume.'
    return fail(`${name}: ${target} is not there, or cannot be written`, remedy)
  }
  if (!there)
    return warn(`${name}: ${path} is made at the first start`, 'Where this is not the first one, it is another file.')
  // Others on this machine could read who signs in.
  if ((there.mode & 0o077) !== 0) return warn(`${name}: others may read ${path}`, `chmod 600 ${path}`)
  return ok(`${name}: ${path}, ${Math.ceil(there.size / 2 ** 20)} MiB`)
}
