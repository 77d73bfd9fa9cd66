/** What is a SQLite file's own: who may read it, what ends a start, what another process's lock does. */
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import Libsql from 'libsql'
import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { openAccounts } from '../../packages/server/src/accounts/open.ts'
import { openSqlite } from '../../packages/server/src/accounts/sqlite/database.ts'
import { createLog } from '../../packages/server/src/log.ts'
import { idOf, website } from './people.ts'
import { newFile, removeFiles } from './servers/files.ts'

afterAll(removeFiles)

const options = { log: createLog('silent') }

describe('a file of accounts', () => {
  it('is nobody else’s to read, with the log beside it, whatever it was before', async () => {
    const path = newFile()
    writeFileSync(path, '')
    chmodSync(path, 0o644)
    for (const file of [path, newFile()]) {
      const accounts = await openAccounts(`file:${file}`, options)
      await idOf(accounts, website)
      for (const part of ['', '-wal', '-shm']) expect(statSync(file + part).mode & 0o777).toBe(0o600)
      await accounts.close()
    }
  })

  it('syncs every commit to the disk, and keeps references', async () => {
    const database = await openSqlite({ path: newFile(), mode: 'create' })
    expect(await database.sql('PRAGMA synchronous')).toEqual([{ synchronous: 2 }])
    expect(await database.sql('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
    expect(await database.sql('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
    await database.close()
  })

  it('cannot say that one unionid is two accounts, whatever the code wants', async () => {
    const path = newFile()
    const accounts = await openAccounts(`file:${path}`, options)
    await idOf(accounts, { ...website, unionId: 'union-alice' })
    const bob = await idOf(accounts, { ...website, subject: 'o-bob' })
    await accounts.close()
    const database = await openSqlite({ path, mode: 'existing' })
    const stray = database.sql(`UPDATE scanlogin_identities SET union_id = 'union-alice' WHERE account_id = $1`, bob)
    await expect(stray).rejects.toThrow(/FOREIGN KEY/)
    await database.close()
  })

  it('that another process has locked is an outage after a while, and a pause before', async () => {
    const path = newFile()
    const accounts = await openAccounts(`file:${path}`, { ...options, patience: 300 })
    const other = new Libsql(path)
    other.exec('BEGIN IMMEDIATE')
    let turns = 0
    const ticking = setInterval(() => turns++, 5)
    await expect(idOf(accounts, website)).rejects.toMatchObject({ code: 'store_unavailable' })
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(2)
    expect(await accounts.list()).toEqual([])
    const waiting = idOf(accounts, website)
    other.exec('COMMIT')
    other.close()
    expect(await waiting).toMatch(/^a_/)
    await accounts.close()
  })

  it('leaves a half-done transaction behind neither for itself nor for others', async () => {
    const path = newFile()
    const database = await openSqlite({ path, mode: 'create' })
    await database.sql('CREATE TABLE t (n BIGINT)')
    const failing = database.transaction(async sql => {
      await sql('INSERT INTO t VALUES ($1)', 1)
      throw new Error('second thoughts')
    })
    const reading = database.sql('SELECT * FROM t')
    await expect(failing).rejects.toThrow('second thoughts')
    expect(await reading).toEqual([])
    await database.close()
  })
})

describe('a start', () => {
  it.each<[what: string, prepare: () => string, problem: RegExp]>([
    ['a folder that is not there', () => 'file:/nowhere/accounts.db', /ENOENT/],
    ['a file that should be there', () => `file:${newFile()}?mode=rw`, /ENOENT/],
    ['a folder in place of a file', folder, /EISDIR|directory/],
    ['a file that is something else', text, /not a database/],
    ['tables of a later version', later, /later version/],
  ])('ends with %s', async (_, prepare, problem) => {
    const opening = openAccounts(prepare(), options)
    await expect(opening).rejects.toMatchObject({ name: 'ConfigError', message: expect.stringMatching(problem) })
    await expect(openAccounts(prepare(), options)).rejects.toThrow(/SCANLOGIN_DATABASE: /)
  })

  it('says that it has begun an empty file, and only then', async () => {
    const path = newFile()
    const lines: string[] = []
    const log = pino({ level: 'warn' }, { write: line => void lines.push(line) })
    for (let start = 0; start < 2; start++) {
      await (await openAccounts(`file:${path}`, { log })).close()
    }
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('a new and empty database')
  })

  it('takes a file that is there already, when it may not make one', async () => {
    const path = newFile()
    const accounts = await openAccounts(`file:${path}`, options)
    const id = await idOf(accounts, website)
    await accounts.close()
    const again = await openAccounts(`file:${path}?mode=rw`, options)
    expect(await idOf(again, website)).toBe(id)
    await again.close()
  })
})

function folder(): string {
  const path = newFile()
  mkdirSync(path)
  return `file:${path}`
}

function text(): string {
  const path = newFile()
  writeFileSync(path, 'Dear diary, '.repeat(100))
  return `file:${path}`
}

function later(): string {
  const path = newFile()
  const database = new Libsql(path)
  database.exec('CREATE TABLE scanlogin_migrations (number BIGINT PRIMARY KEY, taken_at BIGINT NOT NULL)')
  database.exec('INSERT INTO scanlogin_migrations VALUES (999, 0)')
  database.close()
  return `file:${path}`
}
