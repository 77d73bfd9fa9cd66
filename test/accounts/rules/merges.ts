/** Two accounts become one, because an administrator or the person has said so. */
import { expect } from 'vitest'
import type { AccountStore } from '../../../packages/server/src/accounts/store.ts'
import { bind, create, disputed, idOf, miniProgram, union, website } from '../people.ts'
import type { Rule } from '../suite.ts'

const bobs = { ...website, subject: 'o-bob' }

export const mergeRules = {
  async 'lets the kept account in by every identity of both'({ here, there }) {
    const keep = await idOf(here, website)
    const other = await idOf(here, { ...miniProgram, unionId: union })
    expect(await here.merge(keep, other)).toMatchObject({ id: keep, status: 'active' })
    expect(await idOf(there, website)).toBe(keep)
    expect(await idOf(there, miniProgram)).toBe(keep)
    expect(await idOf(there, { provider: 'wechat', appId: 'wx-third', subject: 'o-3', unionId: union })).toBe(keep)
    expect(await there.identitiesOf(other)).toEqual([])
  },

  async 'remembers whom a merged account became, and lets nobody be it'({ here, there }) {
    const [keep, other] = [await idOf(here, website), await idOf(here, bobs)]
    await here.merge(keep, other)
    expect(await there.account(other)).toMatchObject({ status: 'merged', mergedInto: keep })
    const newcomer = { ...website, subject: 'o-new' }
    expect(await there.meet(newcomer, bind(other))).toEqual({ outcome: 'refused', reason: 'locked' })
  },

  async 'follows a chain of merges to its end'({ here, there }) {
    const [one, two] = [await idOf(here, website), await idOf(here, bobs)]
    const three = await idOf(here, { ...website, subject: 'o-carol' })
    await here.merge(two, one)
    await there.merge(three, two)
    expect(await here.account(one)).toMatchObject({ status: 'merged', mergedInto: three })
    expect(await idOf(here, website)).toBe(three)
  },

  async 'settles the conflict when the account of the identity is kept'({ here, there }) {
    const { one, two } = await disputed(here)
    await here.merge(one, two)
    await settled(there, one)
  },

  async 'settles the conflict when the account of the unionid is kept'({ here, there }) {
    const { one, two } = await disputed(here)
    await here.merge(two, one)
    await settled(there, two)
  },

  async 'merges by proof: who is signed in to one and shows an identity of the other'({ here, there }) {
    const [keep, other] = [await idOf(here, website), await idOf(here, bobs)]
    expect(await here.mergeByProof(keep, bobs)).toMatchObject({ id: keep })
    expect(await idOf(there, bobs)).toBe(keep)
    expect(await there.account(other)).toMatchObject({ status: 'merged' })
    await expect(here.mergeByProof(keep, { ...website, subject: 'o-nobody' })).rejects.toMatchObject({
      code: 'no_such_identity',
    })
  },

  async 'merges nothing with itself, with nobody, or with what was merged'({ here }) {
    const [keep, other] = [await idOf(here, website), await idOf(here, bobs)]
    await refused(here, keep, keep, 'same_account')
    await refused(here, keep, 'nobody', 'no_such_account')
    await refused(here, 'nobody', keep, 'no_such_account')
    await here.merge(keep, other)
    await refused(here, keep, other, 'already_merged')
    await refused(here, other, keep, 'already_merged')
  },

  async 'merges no locked account, on either side'({ here, there }) {
    const [keep, other] = [await idOf(here, website), await idOf(here, bobs)]
    await here.setStatus(other, 'locked')
    await refused(here, keep, other, 'locked')
    await refused(here, other, keep, 'locked')
    expect(await idOf(there, website)).toBe(keep)
  },

  async 'lets one of two opposite merges at once win'({ here, there }) {
    for (let round = 0; round < 10; round++) {
      const one = await idOf(here, { ...website, subject: `o-one-${round}` })
      const two = await idOf(here, { ...website, subject: `o-two-${round}` })
      const results = await Promise.allSettled([here.merge(one, two), there.merge(two, one)])
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const accounts = [await here.account(one), await here.account(two)]
      expect(accounts.map(account => account?.status).sort()).toEqual(['active', 'merged'])
    }
  },
} satisfies Record<string, Rule>

async function refused(accounts: AccountStore, keep: string, other: string, code: string): Promise<void> {
  await expect(accounts.merge(keep, other)).rejects.toMatchObject({ name: 'AccountError', code })
}

async function settled(accounts: AccountStore, keep: string): Promise<void> {
  expect(await accounts.conflicts()).toEqual([])
  expect(await accounts.identity(website)).toMatchObject({ unionId: union, accountId: keep })
  expect(await idOf(accounts, { ...miniProgram, unionId: union })).toBe(keep)
  const meeting = await accounts.meet({ ...website, unionId: union }, create)
  expect(meeting).toMatchObject({ outcome: 'known', account: { id: keep } })
  expect(meeting).not.toHaveProperty('conflict')
}
