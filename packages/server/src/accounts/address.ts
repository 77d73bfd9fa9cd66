/** Where the accounts are: what `SCANLOGIN_DATABASE` may say. */
import { resolve } from 'node:path'
import type { SqliteFile } from './sqlite/database.ts'

export type DatabaseAddress = { kind: 'sqlite'; file: SqliteFile } | { kind: 'postgres'; url: string }

/** What to write instead, or `undefined` where there is nothing wrong. */
export function databaseAddressProblem(address: string): string | undefined {
  return parseDatabaseAddress(address) ? undefined : `write one of ${examples.join(', ')}`
}

const examples = [
  'file:/var/lib/scanlogin/accounts.db',
  'file:/var/lib/scanlogin/accounts.db?mode=rw',
  'postgres://user:password@host:5432/name',
]

/** A relative file is one in the working directory. `undefined` for what is no address. */
export function parseDatabaseAddress(address: string): DatabaseAddress | undefined {
  if (/^postgres(ql)?:\/\/./.test(address))
    return URL.canParse(address) ? { kind: 'postgres', url: address } : undefined
  const [, path, mode] = /^file:(?:\/\/(?=\/))?([^?#]+?)(?:\?mode=(rwc?))?$/.exec(address) ?? []
  if (path === undefined || path.endsWith('/')) return undefined
  // SQLite's own words: `rw` wants a file that is there, `rwc` makes one.
  return { kind: 'sqlite', file: { path: resolve(path), mode: mode === 'rw' ? 'existing' : 'create' } }
}
