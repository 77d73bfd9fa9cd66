/** The doctor before a real PostgreSQL, and before files. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endPostgres, type PostgresServer, startPostgres } from '../accounts/servers/postgres.ts'
import { quietPort } from '../redis/servers/child.ts'
import { diagnose } from './doctor.ts'

const said = async (address: string) => (await diagnose({ SCANLOGIN_DATABASE: address }, 'databases')).said('databases')

describe('PostgreSQL', () => {
  let postgres: PostgresServer

  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(endPostgres)

  it('is there, and is left again', async () => {
    const address = await postgres.database()
    expect(await said(address)).toMatch(/^ok: SCANLOGIN_DATABASE: PostgreSQL \d+/)
    const name = new URL(address).pathname.slice(1)
    const [row] = await postgres.ask(`SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = '${name}'`)
    expect(row).toEqual({ open: 0 })
  })

  it('has no such database, or is not there', async () => {
    const address = await postgres.database()
    expect(await said(`${address}x`)).toMatch(/^fail: .* does not exist$/)
    const nowhere = `postgres://scanlogin:a-password-of-the-test@127.0.0.1:${await quietPort()}/scanlogin`
    const found = await said(nowhere)
    expect(found).toMatch(/^fail: .*ECONNREFUSED/)
    expect(found).not.toContain('a-password-of-the-test')
  })
})

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-doctor-'))
  const path = join(folder, 'accounts.db')

  afterAll(() => rmSync(folder, { recursive: true }))

  it('is made at the first start, and is for nobody else to read', async () => {
    expect(await said(`file:${path}`)).toMatch(/^warn: .* is made at the first start$/)
    writeFileSync(path, '')
    chmodSync(path, 0o644)
    expect(await said(`file:${path}`)).toMatch(/^warn: .*others may read/)
    chmodSync(path, 0o600)
    expect(await said(`file:${path}`)).toMatch(/^ok: /)
  })

  it('has to be there already where its address says so', async () => {
    expect(await said(`file:${join(folder, 'old.db')}?mode=rw`)).toMatch(/^fail: .* mode=rw wants one that is$/)
  })

  it('has no place', async () => {
    expect(await said(`file:${join(folder, 'nowhere/accounts.db')}`)).toMatch(
      /^fail: .* is not there, or cannot be written$/,
    )
  })

  it('is looked at for webhooks too, and for neither where neither is kept', async () => {
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    const { said: told } = await diagnose(
      {
        SCANLOGIN_WEBHOOKS: JSON.stringify([{ name: 'shop', url: 'https://shop.example.com/hooks', secret }]),
        SCANLOGIN_WEBHOOKS_DATABASE: `file:${join(folder, 'webhooks.db')}`,
      },
      'databases',
    )
    expect(told('databases')).toMatch(/^warn: SCANLOGIN_WEBHOOKS_DATABASE: /)
    expect((await diagnose({}, 'databases')).said('databases')).toMatch(/^skipped: /)
  })
})
