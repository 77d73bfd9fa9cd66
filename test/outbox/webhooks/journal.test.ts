/** The journal's promises over both databases, with two processes at it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPostgres } from '../../../packages/server/src/accounts/postgres/database.ts'
import type { Database } from '../../../packages/server/src/accounts/sql/database.ts'
import { openSqlite } from '../../../packages/server/src/accounts/sqlite/database.ts'
import { createJournal, type Journal } from '../../../packages/server/src/webhooks/journal/journal.ts'
import { makeTables } from '../../../packages/server/src/webhooks/journal/tables.ts'
import { endPostgres, type PostgresServer, startPostgres } from '../../accounts/servers/postgres.ts'
import { eventOf, secret } from './scene.ts'

const shop = { name: 'shop', url: 'https://shop.example.com/hooks', secrets: [secret] }
const audit = { name: 'audit', url: 'https://audit.example.com/hooks', secrets: [secret] }
const minute = 60_000

let postgres: PostgresServer
let folder: string
let here: Journal
let there: Journal
let now: number

beforeAll(async () => {
  postgres = await startPostgres()
  folder = mkdtempSync(join(tmpdir(), 'scanlogin-journal-'))
})
afterAll(async () => {
  await endPostgres()
  rmSync(folder, { recursive: true, force: true })
})

const kinds: Record<string, () => Promise<() => Promise<Database>>> = {
  async SQLite() {
    const path = join(folder, `${crypto.randomUUID()}.db`)
    return () => openSqlite({ path, mode: 'create' }, { patience: 10_000 })
  },
  async PostgreSQL() {
    const address = await postgres.database()
    return async () => openPostgres(address, { patience: 10_000 })
  },
}

describe.each(Object.entries(kinds))('a journal in %s', (_name, create) => {
  beforeEach(async () => {
    const open = await create()
    now = Date.now()
    const databases = [await open(), await open()] as const
    // Both processes start at the same time.
    await Promise.all(databases.map(makeTables))
    ;[here, there] = [createJournal(databases[0], () => now), createJournal(databases[1], () => now)]
  })
  afterEach(async () => {
    await Promise.all([here.close(), there.close()])
  })

  it('has an event once for each endpoint, whoever adds it how often', async () => {
    await Promise.all([here, there, here, there].map(journal => journal.add(eventOf('ONE'), [shop, audit])))
    const waiting = await here.list({ state: 'waiting', most: 10 })
    expect(waiting.map(({ id }) => id).sort()).toEqual(['evt_ONE_2.audit', 'evt_ONE_2.shop'])
    expect(JSON.parse(waiting[0]?.body ?? '')).toMatchObject({ id: 'evt_ONE_2', data: { ticket: 'ONE' } })
    expect(await there.list({ state: 'waiting', endpoint: 'shop', most: 10 })).toHaveLength(1)
  })

  it('gives a delivery to one process at a time', async () => {
    for (let ticket = 0; ticket < 20; ticket++) await here.add(eventOf(`T${ticket}`), [shop])
    const rounds = [here, there, here, there].map(journal => journal.take('shop', 10, minute))
    const taken = (await Promise.all(rounds)).flat().map(({ id }) => id)
    expect(taken).toHaveLength(20)
    expect(new Set(taken).size).toBe(20)
  })

  it('gives it to another one when nothing was heard of it', async () => {
    await here.add(eventOf('ONE'), [shop])
    expect(await here.take('shop', 1, minute)).toMatchObject([{ tries: 1 }])
    now += minute - 1
    expect(await there.take('shop', 1, minute)).toEqual([])
    now += 1
    expect(await there.take('shop', 1, minute)).toMatchObject([{ tries: 2 }])
  })

  it('keeps the order of each ticket, and of no two', async () => {
    for (const version of [3, 2]) await here.add(eventOf('ONE', version), [shop])
    await here.add(eventOf('TWO', 2), [shop])
    const first = await here.take('shop', 10, minute)
    expect(first.map(({ id }) => id).sort()).toEqual(['evt_ONE_2.shop', 'evt_TWO_2.shop'])
    const one = first.find(({ id }) => id === 'evt_ONE_2.shop')
    if (one) await there.delivered(one, 'answered 200')
    expect((await there.take('shop', 10, minute)).map(({ id }) => id)).toEqual(['evt_ONE_3.shop'])
  })

  it('tries again when it is time, gives up at last, and replays', async () => {
    await here.add(eventOf('ONE'), [shop])
    const [delivery] = await here.take('shop', 1, minute)
    if (!delivery) throw new Error('There is one')
    await here.failed(delivery, 'answered 500', 10 * minute)
    now += 10 * minute - 1
    expect(await here.take('shop', 1, minute)).toEqual([])
    now += 1
    const [again] = await here.take('shop', 1, minute)
    if (!again) throw new Error('It is due')
    await here.failed(again, 'answered 500', undefined)
    expect(await there.list({ state: 'dead', most: 1 })).toMatchObject([{ tries: 2, lastResult: 'answered 500' }])
    now += 10 * minute
    expect(await there.take('shop', 1, minute)).toEqual([])
    expect(await there.replay(delivery.id)).toBe(true)
    expect(await here.take('shop', 1, minute)).toMatchObject([{ id: delivery.id, tries: 1 }])
  })

  it('believes no failure that is older than what it knows', async () => {
    await here.add(eventOf('ONE'), [shop])
    const [first] = await here.take('shop', 1, minute)
    now += minute
    const [second] = await there.take('shop', 1, minute)
    if (!first || !second) throw new Error('It was due twice')
    await here.failed(first, 'no answer', undefined)
    expect(await here.count('dead')).toBe(0)
    await there.delivered(second, 'answered 200')
    await here.failed(second, 'no answer', undefined)
    expect(await here.count('delivered')).toBe(1)
  })

  it('keeps an endpoint that wants no more out of the way, until it is enabled', async () => {
    await here.add(eventOf('ONE'), [shop, audit])
    await here.disable(shop)
    await here.disable(shop)
    await there.add(eventOf('TWO'), [shop, audit])
    expect(await there.take('shop', 10, minute)).toEqual([])
    expect(await there.take('audit', 10, minute)).toHaveLength(2)
    expect(await there.count('dead')).toBe(2)
    await there.enable('shop')
    await here.add(eventOf('THREE'), [shop])
    expect(await here.take('shop', 10, minute)).toHaveLength(1)
  })

  it('forgets what was delivered a week ago and what died a month ago, and nothing that waits', async () => {
    const day = 24 * 60 * minute
    for (const ticket of ['DELIVERED', 'DEAD', 'WAITING']) await here.add(eventOf(ticket), [shop])
    for (const delivery of await here.take('shop', 10, minute)) {
      if (delivery.id.includes('DELIVERED')) await here.delivered(delivery, 'answered 200')
      if (delivery.id.includes('DEAD')) await here.failed(delivery, 'answered 500', undefined)
    }
    const left = async () => Promise.all((['delivered', 'dead', 'waiting'] as const).map(here.count))
    await here.clear()
    expect(await left()).toEqual([1, 1, 1])
    now += 8 * day
    await here.clear()
    expect(await left()).toEqual([0, 1, 1])
    now += 30 * day
    await here.clear()
    expect(await left()).toEqual([0, 0, 1])
  })
})
