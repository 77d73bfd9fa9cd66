/** Accounts in the real server: who may sign in at the last step, what ends a start, and the administrator's commands. */
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { scrape } from '../../metrics/exposition.ts'
import { endRedis, quietPort, startRedis } from '../../redis/servers/child.ts'
import { runServer, startServer } from '../../server/server.ts'
import { bind, disputed, idOf, miniProgram, union, website } from '../people.ts'
import { removeFiles } from '../servers/files.ts'
import { endPostgres, startPostgres } from '../servers/postgres.ts'
import { endSites, startSite } from './site.ts'

afterEach(async () => {
  await endSites()
  await endRedis()
})
afterAll(async () => {
  await endPostgres()
  removeFiles()
})

describe('a server with accounts', () => {
  /** @see CVE-2026-88770 */
  it('gives no session to an account that was locked after the phone had confirmed', async () => {
    const { accounts, command, confirmed } = await startSite()
    await accounts.meet(website, bind('user-7'))
    const browser = await confirmed('user-7')
    expect(await command('lock', 'user-7')).toMatchObject({ code: 0, stderr: '' })
    const refused = await browser.redeem()
    expect(refused).toMatchObject({ status: 403, body: { code: 'account_unavailable' } })
    expect(browser.cookies.has('scanlogin-session')).toBe(false)
  })

  it('signs people of the host’s app in who have no account here, and nobody with an id of ours that is gone', async () => {
    const { confirmed } = await startSite()
    expect((await (await confirmed('user-8')).redeem()).status).toBe(200)
    expect((await (await confirmed('a_00000000000000000000000000')).redeem()).status).toBe(403)
  })

  it('does so on PostgreSQL as well', async () => {
    const { accounts, command, confirmed } = await startSite({
      SCANLOGIN_DATABASE: await (await startPostgres()).database(),
    })
    await accounts.meet(website, bind('user-7'))
    const browser = await confirmed('user-7')
    expect(await command('lock', 'user-7')).toMatchObject({ code: 0, stderr: '' })
    expect((await browser.redeem()).status).toBe(403)
    await command('unlock', 'user-7')
    expect((await browser.redeem()).status).toBe(200)
  })

  it('signs nobody in while the database is away, and then whoever has waited', async () => {
    const postgres = await startPostgres()
    const { accounts, confirmed } = await startSite({ SCANLOGIN_DATABASE: await postgres.database() })
    await accounts.meet(website, bind('user-7'))
    const browser = await confirmed('user-7')
    await postgres.crash()
    expect(await browser.redeem()).toMatchObject({ status: 503, body: { code: 'store_unavailable' } })
    await postgres.start()
    await expect.poll(async () => (await browser.redeem()).status, patience).toBe(200)
  })

  it('is as many workers as it likes on one file', async () => {
    const redis = await startRedis()
    const shared = { SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}`, SCANLOGIN_WORKERS: '3' }
    const { accounts, confirmed } = await startSite(shared)
    const users = Array.from({ length: 6 }, (_, number) => `user-${number}`)
    for (const user of users) await accounts.meet({ ...website, subject: user }, bind(user))
    const browsers = await Promise.all(users.map(confirmed))
    for (const user of users) await accounts.setStatus(user, 'locked')
    const answers = await Promise.all(browsers.map(browser => browser.redeem()))
    expect(answers.map(({ status }) => status)).toEqual(users.map(() => 403))
  })

  it('counts where it has found accounts', async () => {
    const port = await quietPort()
    const { confirmed } = await startSite({ SCANLOGIN_METRICS: String(port) })
    await (await confirmed('user-9')).redeem()
    const { value } = await scrape(port)
    expect(value('scanlogin_account_lookups_total{level="database"}')).toBe(1)
    expect(value('scanlogin_database_slow_total')).toBe(0)
    expect(value('scanlogin_account_conflicts_total')).toBe(0)
  })
})

describe('a server that is to have accounts and cannot', () => {
  it.each([
    ['a database that is not there', 'postgres://scanlogin:hunter2@127.0.0.1:1/scanlogin'],
    ['a file that is not there', 'file:/nowhere/hunter2.db?mode=rw'],
    ['a scheme that it does not know', 'mysql://scanlogin:hunter2@127.0.0.1/scanlogin'],
  ])('does not start with %s, and does not repeat a password', async (_, SCANLOGIN_DATABASE) => {
    const { code, stdout, stderr } = await runServer({ SCANLOGIN_DATABASE })
    expect(code).toBe(1)
    expect(stdout).not.toContain('listening')
    expect(stderr).toContain('SCANLOGIN_DATABASE: ')
    expect(stderr).not.toMatch(/:hunter2@|\n {4}at /)
  })

  it('ends though its store was opened before', async () => {
    const env = { SCANLOGIN_STORE: 'redis://127.0.0.1:1', SCANLOGIN_DATABASE: 'file:/nowhere/accounts.db' }
    expect(await runServer(env)).toMatchObject({ code: 1, stderr: expect.stringContaining('SCANLOGIN_DATABASE: ') })
  })
})

describe('a server without accounts', () => {
  it('opens no database', async () => {
    const { output } = await startServer()
    expect(output()).not.toContain('database')
  })
})

describe('scanlogin accounts', () => {
  it('lists accounts, and who has two', async () => {
    const { accounts, command } = await startSite()
    const { one, two } = await disputed(accounts)
    const { code, stdout } = await command('list')
    expect(code).toBe(0)
    const [first, second, conflict] = stdout.trim().split('\n')
    expect([first, second].map(line => line?.split('  ').slice(0, 2)).sort()).toEqual(
      [one, two].sort().map(id => [id, 'active']),
    )
    expect(conflict).toContain(`${one} and ${two}`)
  })

  it('shows an account with its identities, as text and as JSON', async () => {
    const { accounts, command } = await startSite()
    const id = await idOf(accounts, { ...website, unionId: union, name: 'Ali\u202ece' })
    const { stdout } = await command('show', id)
    expect(stdout).toContain(`wechat  ${website.appId}  ${website.subject}  unionid ${union}`)
    expect(stdout).not.toContain('\u202e')
    const shown = JSON.parse((await command('show', id, '--json')).stdout)
    expect(shown).toMatchObject({ id, status: 'active', identities: [website] })
  })

  it('locks and unlocks', async () => {
    const { accounts, command } = await startSite()
    const id = await idOf(accounts, website)
    await command('lock', id)
    expect(await accounts.account(id)).toMatchObject({ status: 'locked' })
    await command('unlock', id)
    expect(await accounts.account(id)).toMatchObject({ status: 'active' })
  })

  it('makes one account of two', async () => {
    const { accounts, command } = await startSite()
    const [keep, other] = [await idOf(accounts, website), await idOf(accounts, miniProgram)]
    expect(await command('merge', keep, other)).toMatchObject({ code: 0 })
    expect(await idOf(accounts, miniProgram)).toBe(keep)
  })

  it('forgets an account with its identities', async () => {
    const { accounts, command } = await startSite()
    const id = await idOf(accounts, website)
    expect(await command('remove', id)).toMatchObject({ code: 0 })
    expect(await accounts.identity(website)).toBeUndefined()
    expect(await command('remove', id)).toMatchObject({ code: 1, stdout: '' })
  })

  it('ends the sessions of whom it locks, where servers share a store', async () => {
    const redis = await startRedis()
    const { accounts, command, confirmed } = await startSite({ SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}` })
    await accounts.meet(website, bind('user-7'))
    const browser = await confirmed('user-7')
    expect((await browser.redeem()).status).toBe(200)
    expect((await browser.call('GET', '/session')).status).toBe(200)
    expect((await command('lock', 'user-7')).stdout).toContain('Its sessions have ended')
    await expect.poll(async () => (await browser.call('GET', '/session')).status, patience).toBe(401)
  })

  it('says where the store is out of reach that sessions go on', async () => {
    const { accounts, command } = await startSite({ SCANLOGIN_STORE: 'redis://127.0.0.1:1' })
    const id = await idOf(accounts, website)
    expect((await command('lock', id)).stdout).toContain('Do it again')
    expect(await accounts.account(id)).toMatchObject({ status: 'locked' })
  })

  it('says with exit code 1 what cannot be done', async () => {
    const { accounts, command } = await startSite()
    const id = await idOf(accounts, website)
    expect(await command('lock', 'nobody')).toMatchObject({ code: 1, stderr: 'There is no such account.\n' })
    expect(await command('merge', id, id)).toMatchObject({ code: 1, stdout: '' })
    expect(await command('destroy', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('lock <id>') })
  })

  it('makes no file where an address has a slip in it', async () => {
    const { code, stderr } = await runServer({ SCANLOGIN_DATABASE: 'file:/tmp/scanlogin-no-such-file.db' }, [
      'accounts',
      'list',
    ])
    expect([code, stderr]).toEqual([1, expect.stringContaining('SCANLOGIN_DATABASE: ENOENT')])
  })
})

const patience = { timeout: 15_000, interval: 100 }
