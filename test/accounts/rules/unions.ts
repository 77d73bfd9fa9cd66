/** A unionid says that two openids are one person: when it is there from the start, appears late, changes, or disagrees. */
import { expect } from 'vitest'
import { create, deny, disputed, entered, idOf, miniProgram, union, website } from '../people.ts'
import type { Rule } from '../suite.ts'

export const unionRules = {
  async 'finds the person in another app by the unionid'({ here, there }) {
    const id = await idOf(here, { ...website, unionId: union })
    expect(entered(await there.meet({ ...miniProgram, unionId: union }, deny)).id).toBe(id)
    expect(await idOf(here, miniProgram)).toBe(id)
    expect(await here.list()).toHaveLength(1)
  },

  async 'keeps the id when a unionid appears later'({ here, there }) {
    const id = await idOf(here, website)
    expect(await idOf(there, { ...website, unionId: union })).toBe(id)
    expect(await idOf(here, website)).toBe(id)
    expect(await idOf(here, { ...miniProgram, unionId: union })).toBe(id)
    expect(await there.identity(website)).toMatchObject({ unionId: union })
  },

  async 'keeps the unionid when a later sight comes without it'({ here, there }) {
    const id = await idOf(here, { ...website, unionId: union })
    expect(await idOf(there, website)).toBe(id)
    expect(await here.identity(website)).toMatchObject({ unionId: union })
    expect(await idOf(there, { ...miniProgram, unionId: union })).toBe(id)
  },

  async 'follows the openid when the unionid changes, and knows the person by either'({ here, there }) {
    const id = await idOf(here, { ...website, unionId: union })
    await here.meet({ ...miniProgram, unionId: union }, create)
    expect(await idOf(there, { ...website, unionId: 'union-of-the-new-owner' })).toBe(id)
    expect(await idOf(there, { ...website, subject: 'o-third', unionId: 'union-of-the-new-owner' })).toBe(id)
    expect(await idOf(here, { ...website, subject: 'o-fourth', unionId: union })).toBe(id)
  },

  async 'takes equal unionids of two providers for two people'({ here }) {
    const one = await idOf(here, { ...website, unionId: union })
    expect(await idOf(here, { ...website, provider: 'qq', unionId: union })).not.toBe(one)
  },

  async 'makes one account of fifty apps that meet one person at once'({ here, there }) {
    const sights = Array.from({ length: 50 }, (_, app) => ({ ...website, appId: `wx-${app % 10}`, unionId: union }))
    const meetings = await Promise.all(sights.map((sight, index) => (index % 2 ? here : there).meet(sight, create)))
    expect(new Set(meetings.map(meeting => entered(meeting).id)).size).toBe(1)
    expect(await here.list()).toHaveLength(1)
    expect(await there.conflicts()).toEqual([])
  },

  async 'merges nothing where a unionid shows that one person has two accounts'({ here, there }) {
    const { one, two } = await disputed(here)
    expect(two).not.toBe(one)
    expect(await idOf(there, { ...website, unionId: union })).toBe(one)
    expect(await idOf(there, { ...miniProgram, unionId: union })).toBe(two)
    expect(await there.list()).toMatchObject([{ status: 'active' }, { status: 'active' }])
  },

  async 'reports such a conflict: to who meets the person, to who listens, and in a list'({ here, there, told }) {
    const { one, two } = await disputed(here)
    const { provider, appId, subject } = website
    const conflict = {
      identity: { provider, appId, subject },
      unionId: union,
      identityAccount: one,
      unionAccount: two,
      since: expect.any(Number),
    }
    expect(await there.meet({ ...website, unionId: union }, create)).toMatchObject({ conflict })
    expect(await there.conflicts()).toEqual([conflict])
    expect(told).toEqual([conflict])
  },

  async 'reports a conflict once, however often the person comes'({ here, there, told }) {
    await idOf(here, website)
    await idOf(here, { ...miniProgram, unionId: union })
    const sights = Array.from({ length: 20 }, (_, index) => (index % 2 ? here : there))
    await Promise.all(sights.map(node => node.meet({ ...website, unionId: union }, create)))
    expect(told).toHaveLength(1)
    expect(await there.conflicts()).toHaveLength(1)
  },
} satisfies Record<string, Rule>
