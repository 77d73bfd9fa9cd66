/** A person comes for the first time, and comes again. */
import { expect } from 'vitest'
import { bind, create, deny, entered, idOf, website } from '../people.ts'
import type { Rule } from '../suite.ts'

export const sightRules = {
  async 'lets no stranger in where the rule is to deny, and keeps nothing'({ here, there }) {
    expect(await here.meet(website, deny)).toEqual({ outcome: 'refused', reason: 'unknown' })
    expect(await there.identity(website)).toBeUndefined()
    expect(await there.list()).toEqual([])
  },

  async 'makes an account for a stranger where the rule is to create'({ here, there }) {
    const meeting = await here.meet({ ...website, name: 'Alice', avatar: 'https://img.example/a.jpg' }, create)
    expect(meeting.outcome).toBe('created')
    const account = entered(meeting)
    expect(account).toMatchObject({ name: 'Alice', avatar: 'https://img.example/a.jpg', status: 'active' })
    expect(await there.account(account.id)).toEqual(account)
  },

  async 'gives out ids that say nothing and are never the same'({ here }) {
    const ids = new Set<string>()
    for (let person = 0; person < 20; person++) ids.add(await idOf(here, { ...website, subject: `o-${person}` }))
    expect(ids.size).toBe(20)
    for (const id of ids) expect(id).toMatch(/^a_[0-9A-HJKMNP-TV-Z]{26}$/)
  },

  async 'knows the person again, on every node and by every rule'({ here, there }) {
    const id = await idOf(here, website)
    for (const rule of [create, deny, bind(), bind(id)]) {
      const meeting = await there.meet(website, rule)
      expect(meeting.outcome).toBe('known')
      expect(entered(meeting).id).toBe(id)
    }
  },

  async 'knows the person after a restart'({ here, restart }) {
    const id = await idOf(here, website)
    const again = await restart()
    expect(await idOf(again, website)).toBe(id)
    expect(await again.list()).toHaveLength(1)
  },

  async 'joins a stranger to the account that is signed in'({ here, there, pass }) {
    const id = await idOf(here, website)
    pass(1)
    const work = { provider: 'dingtalk', appId: 'ding1', subject: 'manager4220' }
    expect((await here.meet(work, bind(id))).outcome).toBe('bound')
    expect(await idOf(there, work)).toBe(id)
    expect((await there.identitiesOf(id)).map(({ provider }) => provider)).toEqual(['wechat', 'dingtalk'])
  },

  async 'lets no stranger in to be bound where nobody is signed in'({ here, there }) {
    expect(await here.meet(website, bind())).toEqual({ outcome: 'refused', reason: 'unknown' })
    expect(await there.list()).toEqual([])
  },

  async "gives a user of the host's own app an account with the host's id"({ here, there }) {
    expect(entered(await here.meet(website, bind('user-4711'))).id).toBe('user-4711')
    expect(await idOf(there, website)).toBe('user-4711')
  },

  async 'binds nobody to an account of ours that is gone'({ here, there }) {
    const gone = 'a_00000000000000000000000000'
    expect(await here.meet(website, bind(gone))).toEqual({ outcome: 'refused', reason: 'locked' })
    expect(await there.list()).toEqual([])
  },

  async 'takes nothing away from one account to bind it to another'({ here, there }) {
    const alice = await idOf(here, website)
    const bob = await idOf(here, { ...website, subject: 'o-bob' })
    expect(await there.meet(website, bind(bob))).toEqual({ outcome: 'refused', reason: 'taken' })
    expect(await idOf(here, website)).toBe(alice)
  },

  async 'takes one openid in two apps, or of two providers, for two people'({ here }) {
    const ids = new Set<string>()
    for (const place of [{}, { appId: 'wx-other' }, { provider: 'qq' }, { subject: 'o-website-bob' }]) {
      ids.add(await idOf(here, { ...website, ...place }))
    }
    expect(ids.size).toBe(4)
  },

  async 'compares openids byte for byte'({ here, there }) {
    const subjects = ['oAbc', 'oabc', 'oAbc ', ' oAbc', 'é', 'e\u0301', '%', '_', "o'--", 'o"x', '漢', '😀', '$1', '?1']
    const ids = new Map<string, string>()
    for (const subject of subjects) ids.set(subject, await idOf(here, { ...website, subject }))
    expect(new Set(ids.values()).size).toBe(subjects.length)
    for (const subject of subjects) expect(await idOf(there, { ...website, subject })).toBe(ids.get(subject))
  },

  async 'makes one account of fifty first sights at once'({ here, there }) {
    for (let person = 0; person < 4; person++) {
      const sights = Array.from({ length: 50 }, (_, index) => (index % 2 ? here : there))
      const meetings = await Promise.all(sights.map(node => node.meet({ ...website, subject: `o-${person}` }, create)))
      expect(new Set(meetings.map(meeting => entered(meeting).id)).size).toBe(1)
      expect(meetings.filter(({ outcome }) => outcome === 'created')).toHaveLength(1)
    }
    expect(await here.list()).toHaveLength(4)
  },

  async 'refuses what cannot be an identity'({ here, there }) {
    const wrong = [{ subject: '' }, { subject: 'a\0b' }, { subject: 'x'.repeat(256) }, { subject: '\ud800' }]
    for (const part of [...wrong, { appId: '' }, { provider: 'We Chat' }, { unionId: '' }]) {
      await expect(here.meet({ ...website, ...part }, create)).rejects.toThrow(TypeError)
    }
    expect(await there.list()).toEqual([])
  },
} satisfies Record<string, Rule>
