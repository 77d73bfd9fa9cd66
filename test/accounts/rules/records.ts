/** What is kept about people, for how long, and how it is listed and forgotten. */
import { expect } from 'vitest'
import { bind, create, disputed, entered, idOf, miniProgram, union, website } from '../people.ts'
import type { Rule } from '../suite.ts'

export const recordRules = {
  async 'shows the name and the picture that were told last'({ here, there }) {
    const id = await idOf(here, { ...website, name: 'Alice', avatar: 'https://img.example/1.jpg' })
    expect(entered(await there.meet({ ...website, name: 'Alicia' }, create)).name).toBe('Alicia')
    expect(await here.account(id)).toMatchObject({ name: 'Alicia', avatar: 'https://img.example/1.jpg' })
    await here.meet(website, create)
    expect(await there.account(id)).toMatchObject({ name: 'Alicia' })
  },

  async 'keeps names as text that can be shown'({ here, there }) {
    const names: [told: string, kept: string | undefined][] = [
      ['测试\u0014用户', '测试 用户'],
      ["Robert'); DROP TABLE scanlogin_accounts;--", "Robert'); DROP TABLE scanlogin_accounts;--"],
      ['half \ud83d a pair', 'half   a pair'],
      ['\0\n\t', undefined],
      ['👩‍💻'.repeat(40), [...'👩‍💻'.repeat(40)].slice(0, 64).join('')],
    ]
    for (const [index, [name, kept]] of names.entries()) {
      const id = await idOf(here, { ...website, subject: `o-${index}`, name, avatar: 'javascript:alert(1)' })
      expect((await there.account(id))?.name).toBe(kept)
      expect(await there.account(id)).not.toHaveProperty('avatar')
    }
  },

  async 'remembers when an identity was seen, to the hour'({ here, there, pass }) {
    await here.meet(website, create)
    const first = await there.identity(website)
    pass(59 * 60_000)
    await here.meet(website, create)
    expect(await there.identity(website)).toEqual(first)
    pass(60_000)
    await here.meet(website, create)
    const { firstSeen = 0, lastSeen } = (await there.identity(website)) ?? {}
    expect(firstSeen).toBe(first?.firstSeen)
    expect(lastSeen).toBe(firstSeen + 3_600_000)
  },

  async 'has nothing about people it does not know'({ here }) {
    expect(await here.account('nobody')).toBeUndefined()
    expect(await here.identity(website)).toBeUndefined()
    expect(await here.identitiesOf('nobody')).toEqual([])
    expect(await here.conflicts()).toEqual([])
    expect(await here.unlink(website)).toBe(false)
    expect(await here.remove('nobody')).toBe(false)
  },

  async 'lists every account once, page by page, the oldest first'({ here, there, pass }) {
    const ids: string[] = []
    for (let person = 0; person < 7; person++) {
      ids.push(await idOf(here, { ...website, subject: `o-${person}` }))
      if (person % 3 === 0) pass(1000)
    }
    const listed: string[] = []
    for (let page = await there.list({ limit: 3 }); page.length > 0 && listed.length < 9; ) {
      expect(page.length).toBeLessThanOrEqual(3)
      listed.push(...page.map(({ id }) => id))
      const after = page.at(-1)
      page = await there.list({ limit: 3, ...(after && { after }) })
    }
    expect(listed[0]).toBe(ids[0])
    expect(listed.sort()).toEqual(ids.sort())
  },

  async 'forgets an identity that was revoked, and leaves the account'({ here, there }) {
    const id = await idOf(here, { ...website, unionId: union })
    expect(await here.unlink(website)).toBe(true)
    expect(await there.identity(website)).toBeUndefined()
    expect(await there.account(id)).toMatchObject({ status: 'active' })
    expect(await idOf(there, { ...miniProgram, unionId: union })).not.toBe(id)
  },

  async 'lets people let go of their own identities only'({ here, there }) {
    const [one, two] = [await idOf(here, website), await idOf(here, miniProgram)]
    expect(await here.release(two, website)).toBe('not_theirs')
    expect(await here.release(one, { ...website, subject: 'o-nobody' })).toBe('not_theirs')
    expect(await idOf(there, website)).toBe(one)
  },

  async 'keeps the last identity of an account that nothing else leads to'({ here, there }) {
    const id = await idOf(here, website)
    await here.meet(miniProgram, bind(id))
    expect(await here.release(id, website)).toBe('released')
    expect(await there.identity(website)).toBeUndefined()
    expect(await here.release(id, miniProgram)).toBe('last')
    expect(await idOf(there, miniProgram)).toBe(id)
  },

  async 'keeps one identity of two that are let go of at once'({ here, there }) {
    const id = await idOf(here, website)
    await here.meet(miniProgram, bind(id))
    const outcomes = await Promise.all([here.release(id, website), there.release(id, miniProgram)])
    expect(outcomes.sort()).toEqual(['last', 'released'])
    expect(await here.identitiesOf(id)).toHaveLength(1)
  },

  async 'lets a user of the host’s own app let go of all identities'({ here, there }) {
    await here.meet(website, bind('user-7'))
    expect(await here.release('user-7', website)).toBe('released')
    expect(await there.account('user-7')).toMatchObject({ status: 'active' })
    expect(await there.identitiesOf('user-7')).toEqual([])
  },

  async 'forgets a unionid only with the last identity that has it'({ here, there }) {
    const id = await idOf(here, { ...website, unionId: union })
    await here.meet({ ...miniProgram, unionId: union }, create)
    await here.unlink(website)
    expect(await idOf(there, { ...website, unionId: union })).toBe(id)
  },

  async 'forgets an account with everything that belongs to it'({ here, there }) {
    const { one, two } = await disputed(here)
    const merged = await idOf(here, { ...website, subject: 'o-merged' })
    await here.merge(two, merged)
    expect(await here.remove(two)).toBe(true)
    expect(await there.account(two)).toBeUndefined()
    expect(await there.account(merged)).toBeUndefined()
    expect(await there.identity(miniProgram)).toBeUndefined()
    expect(await there.conflicts()).toEqual([])
    expect(await there.list()).toMatchObject([{ id: one }])
    expect(await idOf(there, { ...website, unionId: union })).toBe(one)
    expect(await idOf(there, { ...miniProgram, unionId: union })).toBe(one)
  },
} satisfies Record<string, Rule>
