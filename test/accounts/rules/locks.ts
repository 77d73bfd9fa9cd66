/** A locked account lets nobody in, by no way. */
import { expect } from 'vitest'
import { bind, create, deny, disputed, entered, idOf, miniProgram, union, website } from '../people.ts'
import type { Rule } from '../suite.ts'

const locked = { outcome: 'refused', reason: 'locked' }

export const lockRules = {
  async 'lets nobody in to a locked account, by any rule'({ here, there }) {
    const id = await idOf(here, website)
    expect(await here.setStatus(id, 'locked')).toMatchObject({ id, status: 'locked' })
    expect(await there.account(id)).toMatchObject({ status: 'locked' })
    for (const rule of [create, deny, bind(), bind(id)]) expect(await there.meet(website, rule)).toEqual(locked)
  },

  async 'lets nobody in to a locked account by a new app with its unionid'({ here, there }) {
    const id = await idOf(here, { ...website, unionId: union })
    await here.setStatus(id, 'locked')
    expect(await there.meet({ ...miniProgram, unionId: union }, create)).toEqual(locked)
    expect(await there.list()).toHaveLength(1)
  },

  async 'binds nothing to a locked account'({ here, there }) {
    const id = await idOf(here, website)
    await here.setStatus(id, 'locked')
    expect(await there.meet(miniProgram, bind(id))).toEqual(locked)
    expect(await there.identity(miniProgram)).toBeUndefined()
  },

  async 'takes a lock on one account for a lock on the person, where a unionid links two'({ here, there }) {
    const { two } = await disputed(here)
    await here.setStatus(two, 'locked')
    expect(await there.meet({ ...website, unionId: union }, create)).toEqual(locked)
  },

  async 'lets the person in again, with the same id, once it is unlocked'({ here, there }) {
    const id = await idOf(here, website)
    await here.setStatus(id, 'locked')
    await there.setStatus(id, 'active')
    expect(entered(await here.meet(website, deny)).id).toBe(id)
  },

  async 'stays locked when it is locked again, and after a restart'({ here, restart }) {
    const id = await idOf(here, website)
    await here.setStatus(id, 'locked')
    await here.setStatus(id, 'locked')
    expect(await (await restart()).meet(website, create)).toEqual(locked)
  },

  async 'locks nobody who is not there, or was merged'({ here }) {
    await expect(here.setStatus('nobody', 'locked')).rejects.toMatchObject({ code: 'no_such_account' })
    const [keep, other] = [await idOf(here, website), await idOf(here, miniProgram)]
    await here.merge(keep, other)
    await expect(here.setStatus(other, 'active')).rejects.toMatchObject({ code: 'already_merged' })
  },
} satisfies Record<string, Rule>
