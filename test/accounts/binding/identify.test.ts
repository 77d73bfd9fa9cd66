/** What becomes of a person whom a provider brings, by the rule for a first sight. */
import { afterAll, describe, expect, it } from 'vitest'
import { bindPath, createIdentify, type Identify } from '../../../packages/server/src/accounts/identify.ts'
import type { FirstSight } from '../../../packages/server/src/accounts/sighting.ts'
import { idOf, union, website } from '../people.ts'
import { removeFiles } from '../servers/files.ts'
import { type Desk, openDesk, publicUrl } from './desk.ts'

afterAll(removeFiles)

const rules: readonly FirstSight['rule'][] = ['deny', 'bind', 'create']

describe('a person whom a provider brings', () => {
  it.each(rules)('signs in as the account that has the identity, under the rule to %s', async rule => {
    const { accounts, identify } = await withRule(rule)
    const id = await idOf(accounts, { ...website, name: 'Alice' })
    const told = { outcome: 'user', user: { id, name: 'Alice' }, first: false }
    expect(await identify({ ...website, name: 'Alice' })).toEqual(told)
  })

  it.each(rules)('is refused while the account is locked, under the rule to %s', async rule => {
    const { accounts, identify } = await withRule(rule)
    await accounts.setStatus(await idOf(accounts, website), 'locked')
    expect(await identify(website)).toEqual({ outcome: 'refused', reason: 'locked' })
  })

  it('is refused at first sight where the rule is to deny, and leaves nothing', async () => {
    const { accounts, identify } = await withRule('deny')
    expect(await identify(website)).toEqual({ outcome: 'refused', reason: 'unknown' })
    expect(await accounts.list()).toEqual([])
  })

  it('gets an account at first sight where the rule is to create, and the same one when it is asked again', async () => {
    const { identify } = await withRule('create')
    const first = await identify(website)
    expect(first).toMatchObject({ outcome: 'user', first: true })
    const id = first.outcome === 'user' ? first.user.id : ''
    expect(await identify(website)).toMatchObject({ outcome: 'user', first: false, user: { id } })
  })

  it('signs nobody in at first sight where the rule is to bind, and is asked who they are', async () => {
    const { accounts, identify } = await withRule('bind')
    expect(await identify(website)).toMatchObject({ outcome: 'bind', location: bindPath })
    expect(await accounts.list()).toEqual([])
  })

  it('is known in another app by the unionid, where the rule is to bind', async () => {
    const { accounts, identify } = await withRule('bind')
    const id = await idOf(accounts, { ...website, unionId: union })
    const other = { ...website, appId: 'wx-other', subject: 'o-other' }
    expect(await identify({ ...other, unionId: union })).toMatchObject({ outcome: 'user', user: { id } })
  })

  it.each(rules)(
    'who begins on the account page is asked before anything is bound, under the rule to %s',
    async rule => {
      const { accounts, identify } = await withRule(rule)
      const returnTo = `${publicUrl}/account`
      expect(await identify(website, { returnTo })).toMatchObject({ outcome: 'bind' })
      expect(await accounts.list()).toEqual([])
    },
  )

  it('with an identity that cannot be one is nobody', async () => {
    const { identify } = await withRule('create')
    await expect(identify({ ...website, subject: '' })).rejects.toThrow(TypeError)
  })
})

describe('an identity that waits', () => {
  it('is found by the browser that brought it, and by no other', async () => {
    const { pending, leave } = await openDesk()
    const cookie = await leave()
    expect((await pending.find(cookie))?.identity).toEqual(website)
    expect(await pending.find(await leave({ ...website, subject: 'o-bob' }))).toMatchObject({
      identity: { subject: 'o-bob' },
    })
    for (const other of [undefined, '', 'scanlogin-identity=', `__Host-scanlogin-identity=${'a'.repeat(43)}`]) {
      expect(await pending.find(other)).toBeUndefined()
    }
  })

  it('is kept whole, however long what the provider says is', async () => {
    const { pending, leave } = await openDesk()
    const wide = '\u{1f600}'.repeat(127)
    const identity = { ...website, appId: wide, subject: wide, unionId: wide, name: wide }
    const avatar = `https://img.example/${'a'.repeat(2028)}`
    const address = `https://www.example.com/${'a'.repeat(1000)}`
    const name = '\u{1f600}'.repeat(64)
    expect(await pending.find(await leave({ ...identity, avatar }, address))).toMatchObject({
      identity: { ...identity, name, avatar },
      returnTo: address,
    })
    const picture = { avatar: `https://img.example/${'图'.repeat(2000)}` }
    expect((await pending.find(await leave({ ...website, ...picture })))?.identity).toEqual(website)
  })

  it('waits for ten minutes', async () => {
    const { pending, leave, clock } = await openDesk()
    const cookie = await leave()
    await clock.advance(599_999)
    expect(await pending.find(cookie)).toBeDefined()
    await clock.advance(1)
    expect(await pending.find(cookie)).toBeUndefined()
  })

  it('is settled for one user, however often it is asked', async () => {
    const { pending, leave } = await openDesk()
    const cookie = await leave()
    const seen = await pending.find(cookie)
    if (!seen) throw new Error('nothing waits')
    expect(await pending.settle(seen, 'alice')).toBe(true)
    // From what was read before, and from what is read now.
    expect(await pending.settle(seen, 'bob')).toBe(false)
    const now = await pending.find(cookie)
    expect(now && (await pending.settle(now, 'bob'))).toBe(false)
    expect(now && (await pending.settle(now, 'alice'))).toBe(true)
  })

  it('is gone when the person wants it forgotten', async () => {
    const { pending, leave } = await openDesk()
    const cookie = await leave()
    expect(await pending.drop(cookie)).toContain('Max-Age=0')
    expect(await pending.find(cookie)).toBeUndefined()
  })

  it('has a secret that stands in no key and no entry', async () => {
    const { leave, store, written } = await openDesk()
    const cookie = await leave()
    const secret = cookie.split('=')[1] ?? ''
    expect(secret).toHaveLength(43)
    expect(written).toHaveLength(1)
    for (const key of written) expect(key + (await store.get(key))?.value).not.toContain(secret)
  })

  it('is one, however often the callback that has brought it is repeated, and stays what it has become', async () => {
    const { identify, pending, written } = await withRule('bind')
    const arrival = { token: 'the-token-of-one-arrival'.padEnd(43, '0') }
    const told = await identify(website, arrival)
    expect(await identify(website, arrival)).toEqual(told)
    expect(new Set(written).size).toBe(1)
    const cookie = told.outcome === 'bind' ? (told.cookie.split(';')[0] ?? '') : ''
    expect(cookie).not.toContain(arrival.token)
    await pending.drop(cookie)
    await identify(website, arrival)
    expect(await pending.find(cookie)).toBeUndefined()
    expect(await identify(website, { token: 'of-another'.padEnd(43, '0') })).not.toEqual(told)
  })

  it('is kept in a cookie for this host alone, which scripts cannot read', async () => {
    const { pending } = await openDesk()
    const flags = 'Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure'
    expect(await pending.keep(website)).toMatch(new RegExp(`^__Host-scanlogin-identity=[\\w-]{43}; ${flags}$`))
  })
})

async function withRule(firstSight: FirstSight['rule']): Promise<Desk & { identify: Identify }> {
  const desk = await openDesk()
  return { ...desk, identify: createIdentify({ ...desk, firstSight, publicUrl }) }
}
