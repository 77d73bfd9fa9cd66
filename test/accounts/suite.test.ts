/** The suite over stores that are broken on purpose: each is caught, and each rule catches one. */
import { afterAll, describe, expect, it } from 'vitest'
import { openSqlite } from '../../packages/server/src/accounts/sqlite/database.ts'
import { type BrokenStore, brokenStores } from './broken-stores.ts'
import { openOn } from './opened.ts'
import { newFile, removeFiles } from './servers/files.ts'
import { allRules, keeps, type Opened } from './suite.ts'

afterAll(removeFiles)

describe('the suite of accounts', () => {
  for (const [name, broken] of Object.entries(brokenStores)) {
    it.each(broken.breaks.map(rule => [rule]))(`finds a store that ${name}: it breaks "%s"`, async rule => {
      expect(await keeps(rule, () => open(broken))).toBe(false)
    })
  }

  it('has no rule that no store breaks', () => {
    const broken = new Set(Object.values(brokenStores).flatMap(({ breaks }) => breaks))
    expect(allRules().filter(rule => !broken.has(rule))).toEqual([])
  })
})

async function open({ store = same, database = same }: BrokenStore): Promise<Opened> {
  const path = newFile()
  const opened = await openOn(async () => database(await openSqlite({ path, mode: 'create' })))
  return {
    ...opened,
    here: store(opened.here),
    there: store(opened.there),
    restart: async () => store(await opened.restart()),
  }
}

function same<T>(real: T): T {
  return real
}
