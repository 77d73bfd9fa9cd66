/** Copies, entries that nodes share, and the database: what is saved, how old an answer can be, and what an outage does. */
import { afterAll, describe, expect, it } from 'vitest'
import { memoryStore, type Store } from '../../../packages/scanlogin/src/index.ts'
import { accountAvailable } from '../../../packages/server/src/accounts/available.ts'
import { levelledAccounts } from '../../../packages/server/src/accounts/levels/levels.ts'
import { openSqlite } from '../../../packages/server/src/accounts/sqlite/database.ts'
import { openOn } from '../opened.ts'
import { bind, create, deny, entered, idOf, miniProgram, website } from '../people.ts'
import { newFile, removeFiles } from '../servers/files.ts'
import { accountSuite } from '../suite.ts'
import { openNodes } from './nodes.ts'

afterAll(removeFiles)

accountSuite('levels that share everything', async () => {
  const path = newFile()
  const opened = await openOn(() => openSqlite({ path, mode: 'create' }, { patience: 10_000 }))
  const shared = memoryStore()
  // Without copies in the process nothing may be seen late.
  const levels = (accounts: typeof opened.here) =>
    levelledAccounts({ accounts, shared, clock: opened, staleness: 0, absence: 0 })
  return {
    ...opened,
    here: levels(opened.here),
    there: levels(opened.there),
    restart: async () => levels(await opened.restart()),
  }
})

describe('a node', () => {
  it('asks the database once for a thousand who ask at once', async () => {
    const { node, accounts, questions } = await openNodes()
    const id = await idOf(accounts, website)
    const here = node()
    const found = await Promise.all(Array.from({ length: 1000 }, () => here.account(id)))
    expect(new Set(found.map(account => account?.id))).toEqual(new Set([id]))
    expect(questions()).toBe(1)
  })

  it('takes what another node has read', async () => {
    const { node, accounts, questions } = await openNodes()
    const id = await idOf(accounts, website)
    await node().account(id)
    for (let each = 0; each < 10; each++) expect(await node().account(id)).toMatchObject({ id })
    expect(questions()).toBe(1)
  })

  it('lets a known person in without the database', async () => {
    const { node, accounts, questions } = await openNodes()
    const id = await idOf(accounts, website)
    const here = node()
    for (let time = 0; time < 100; time++) expect(await idOf(here, website)).toBe(id)
    expect(questions()).toBe(2)
    expect(here.counts()).toEqual({ copies: 198, shared: 0, database: 2 })
  })

  it('asks the database before it refuses, creates or joins', async () => {
    const { node, accounts, questions } = await openNodes()
    const here = node()
    expect(await here.meet(website, deny)).toMatchObject({ reason: 'unknown' })
    // Somebody else has met the person meanwhile: the copy that says "nobody" does not count.
    const id = await idOf(accounts, website)
    const before = questions()
    expect(await here.meet(website, deny)).toMatchObject({ outcome: 'known', account: { id } })
    expect(questions()).toBeGreaterThan(before)
    await accounts.meet(miniProgram, bind(id))
    expect(await idOf(here, miniProgram)).toBe(id)
  })

  it('asks for somebody unknown once a second', async () => {
    const { node, questions, clock } = await openNodes()
    const here = node()
    const find = () => Promise.all(Array.from({ length: 50 }, () => here.account('user-4711')))
    await find()
    await clock.advance(999)
    await find()
    expect(questions()).toBe(1)
    await clock.advance(1)
    await find()
    expect(questions()).toBe(2)
  })

  it('keeps no more copies than it was told', async () => {
    const { node, accounts, questions } = await openNodes()
    const ids: string[] = []
    for (let person = 0; person < 30; person++) ids.push(await idOf(accounts, { ...website, subject: `o-${person}` }))
    const here = node({ most: 10, shared: memoryStore({ maxEntries: 0 }) })
    for (const id of ids) await here.account(id)
    const before = questions()
    for (const id of ids.slice(0, 20)) await here.account(id)
    expect(questions() - before).toBe(20)
  })

  it('writes no openid into the name of a key', async () => {
    const { node, accounts, shared } = await openNodes()
    await idOf(accounts, website)
    const keys: string[] = []
    const listening = {
      ...shared,
      get(key: string) {
        keys.push(key)
        return shared.get(key)
      },
    }
    await node({ shared: listening }).meet(website, deny)
    expect(keys).toHaveLength(2)
    for (const key of keys) expect(key).not.toContain(website.subject)
  })
})

describe('a lock', () => {
  it('holds at once on the node that sets it, and within 5 s on all others', async () => {
    const { node, accounts, clock } = await openNodes()
    const id = await idOf(accounts, website)
    const [here, there] = [node(), node()]
    for (const each of [here, there]) expect(await idOf(each, website)).toBe(id)
    await here.setStatus(id, 'locked')
    expect(await here.meet(website, create)).toMatchObject({ reason: 'locked' })
    expect(await idOf(there, website)).toBe(id)
    await clock.advance(5000)
    expect(await there.meet(website, create)).toMatchObject({ reason: 'locked' })
    expect(await node().account(id)).toMatchObject({ status: 'locked' })
  })

  it('holds within 35 s where nobody could be told, and who set it hears of that', async () => {
    const { node, accounts, shared, clock } = await openNodes()
    const id = await idOf(accounts, website)
    const there = node()
    expect(await idOf(there, website)).toBe(id)
    let untold = 0
    const deaf = { ...shared, get: () => Promise.reject(new Error('out of reach')) }
    await node({ shared: deaf, onUntold: () => untold++ }).setStatus(id, 'locked')
    expect(untold).toBe(1)
    await clock.advance(29_999)
    expect(await idOf(there, website)).toBe(id)
    await clock.advance(5001)
    expect(await there.meet(website, create)).toMatchObject({ reason: 'locked' })
  })

  it('is not undone by who has read the account just before', async () => {
    const { node, accounts, hold } = await openNodes()
    const id = await idOf(accounts, website)
    const { read, release } = hold()
    const late = node().account(id)
    await read
    await node().setStatus(id, 'locked')
    release()
    expect(await late).toMatchObject({ status: 'active' })
    expect(await node().account(id)).toMatchObject({ status: 'locked' })
  })

  it('is not undone by who has read it just before on the node that sets it', async () => {
    const { node, accounts, hold } = await openNodes()
    const id = await idOf(accounts, website)
    const here = node()
    const { read, release } = hold()
    const late = here.account(id)
    await read
    await here.setStatus(id, 'locked')
    release()
    await late
    expect(await here.account(id)).toMatchObject({ status: 'locked' })
  })

  it('that is lifted lets the person in at once, on every node, by an identity and at redeem', async () => {
    const { node, accounts } = await openNodes()
    const id = await idOf(accounts, website)
    const [here, there, third] = [node(), node(), node({ shared: memoryStore() })]
    const available = accountAvailable(third)
    await here.setStatus(id, 'locked')
    expect(await there.meet(website, create)).toMatchObject({ reason: 'locked' })
    expect(await available({ id })).toBe(false)
    await here.setStatus(id, 'active')
    expect(entered(await there.meet(website, create)).id).toBe(id)
    expect(await available({ id })).toBe(true)
  })
})

describe('a merge', () => {
  it('leads every node to the kept account at once, whatever copies they have', async () => {
    const { node, accounts } = await openNodes()
    const [keep, other] = [await idOf(accounts, website), await idOf(accounts, miniProgram)]
    const [here, there] = [node(), node()]
    for (const each of [here, there]) expect(await idOf(each, miniProgram)).toBe(other)
    await here.merge(keep, other)
    expect(await idOf(here, miniProgram)).toBe(keep)
    expect(await here.account(other)).toMatchObject({ status: 'merged' })
  })
})

describe('an identity that was let go of', () => {
  it('signs nobody in, at once on the node that did it, and within 5 s on all others', async () => {
    const { node, accounts, clock } = await openNodes()
    const id = await idOf(accounts, website)
    await accounts.meet(miniProgram, bind(id))
    const [here, there] = [node(), node()]
    for (const each of [here, there]) expect(await idOf(each, website)).toBe(id)
    await here.release(id, website)
    expect(await here.meet(website, deny)).toMatchObject({ reason: 'unknown' })
    await clock.advance(5000)
    expect(await there.meet(website, deny)).toMatchObject({ reason: 'unknown' })
  })
})

describe('a database that is away', () => {
  it('leaves known people their copies for 5 s, and then nobody gets in', async () => {
    const { node, accounts, clock, away } = await openNodes()
    const id = await idOf(accounts, website)
    const here = node({ shared: memoryStore({ maxEntries: 0 }) })
    expect(await idOf(here, website)).toBe(id)
    away(true)
    await clock.advance(2000)
    expect(await idOf(here, website)).toBe(id)
    await clock.advance(3000)
    await expect(here.meet(website, create)).rejects.toThrow()
    await expect(here.account(id)).rejects.toThrow()
    away(false)
    expect(await idOf(here, website)).toBe(id)
  })

  it('is not asked any more after five failures, and again a second or so later', async () => {
    const { node, clock, away, questions } = await openNodes()
    const here = node()
    away(true)
    for (let time = 0; time < 20; time++) await expect(here.account(`user-${time}`)).rejects.toThrow()
    expect(questions()).toBe(5)
    await expect(here.account('user-0')).rejects.toMatchObject({ code: 'store_unavailable' })
    away(false)
    await clock.advance(2000)
    expect(await here.account('user-0')).toBeUndefined()
    expect(questions()).toBe(6)
  })

  it('is asked through a shared level that knows the time with its first answer', async () => {
    const { node, accounts, shared, clock } = await openNodes()
    const id = await idOf(accounts, website)
    let opened = false
    const young: Store = {
      ...shared,
      now() {
        if (!opened) throw new Error('nobody has told the time yet')
        return clock.now()
      },
      get(key) {
        opened = true
        return shared.get(key)
      },
    }
    expect(await node({ shared: young }).account(id)).toMatchObject({ id })
    opened = false
    await node({ shared: young }).setStatus(id, 'locked')
    expect(await node().account(id)).toMatchObject({ status: 'locked' })
  })

  it('is asked directly where only the shared level is away', async () => {
    const { node, accounts } = await openNodes()
    const id = await idOf(accounts, website)
    const away = () => Promise.reject(new Error('out of reach'))
    const now = () => {
      throw new Error('nobody has told the time yet')
    }
    expect(await idOf(node({ shared: { ...memoryStore(), get: away, now } }), website)).toBe(id)
  })
})

describe('an account at redeem', () => {
  it('is available while it is active, and to users of the host who have none here', async () => {
    const { node, accounts } = await openNodes()
    const id = await idOf(accounts, website)
    const available = accountAvailable(node())
    expect(await available({ id })).toBe(true)
    expect(await available({ id: 'user-4711' })).toBe(true)
  })

  it('is not available when it is locked, merged or gone', async () => {
    const { node, accounts } = await openNodes()
    const [keep, other] = [await idOf(accounts, website), await idOf(accounts, miniProgram)]
    await accounts.merge(keep, other)
    await accounts.setStatus(keep, 'locked')
    const gone = await idOf(accounts, { ...website, subject: 'o-gone' })
    await accounts.remove(gone)
    const available = accountAvailable(node())
    for (const id of [keep, other, gone]) expect(await available({ id })).toBe(false)
  })

  it('is neither while the database is away', async () => {
    const { node, away } = await openNodes()
    away(true)
    await expect(accountAvailable(node())({ id: 'user-4711' })).rejects.toThrow()
  })
})
