/** The calls behind the account page, and behind the page that asks whether an identity is to be added. */
import { afterAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../packages/server/src/accounts/account.ts'
import { bind, idOf, miniProgram, union, website } from '../people.ts'
import { removeFiles } from '../servers/files.ts'
import { type Desk, openDesk, publicUrl } from './desk.ts'

afterAll(removeFiles)

const own = { origin: publicUrl }

describe('the list of a person’s identities', () => {
  it('has each with its provider and age, and no openid', async () => {
    const { routes, accounts, clock, signIn } = await openDesk()
    await accounts.meet({ ...website, unionId: union }, bind('alice'))
    await clock.advance(90_000)
    await accounts.meet(miniProgram, bind('alice'))
    const answer = await routes.request('/identities', { headers: { cookie: await signIn('alice') } })
    const text = await answer.text()
    const first = {
      id: expect.stringMatching(/^[\w-]{43}$/),
      provider: 'wechat',
      app: 'wx-website',
      added_ago: 90,
      seen_ago: 90,
      sessions: 0,
      current: false,
    }
    expect(JSON.parse(text)).toEqual({
      user: { name: 'alice Example' },
      recent: true,
      identities: [first, { ...first, app: 'wx-mini', added_ago: 0, seen_ago: 0 }],
      providers: [
        { provider: 'wechat', start: '/connect/wechat/start?return_to=https%3A%2F%2Fid.example.com%2Faccount' },
      ],
    })
    for (const secret of [website.subject, miniProgram.subject, union]) expect(text).not.toContain(secret)
  })

  it('is shown to nobody who is not signed in, or whose session is for another site', async () => {
    const { routes, signIn } = await openDesk()
    const session = await signIn('alice')
    const foreign = await signIn('alice', { clientId: 'shop' })
    for (const cookie of ['', '__Host-scanlogin-session=guess', `${session}; ${session}`, foreign]) {
      expect((await routes.request('/identities', { headers: { cookie } })).status).toBe(401)
    }
  })
})

describe('an identity that waits in a browser', () => {
  it('is added to the account of whoever is signed in there and says so', async () => {
    const { routes, accounts, signIn, leave, logged } = await openDesk()
    const cookie = `${await leave({ ...website, name: 'Ali' }, 'https://www.example.com/in')}; ${await signIn('alice')}`
    const asked = await routes.request('/waiting', { headers: { cookie } })
    expect(await asked.json()).toEqual({
      provider: 'wechat',
      name: 'Ali',
      settled: false,
      return_to: 'https://www.example.com/in',
      user: { name: 'alice Example' },
      recent: true,
    })
    expect(await accounts.identity(website)).toBeUndefined()
    const added = await routes.request('/waiting', { method: 'POST', headers: { ...own, cookie } })
    expect([added.status, await added.json()]).toEqual([
      200,
      { provider: 'wechat', return_to: 'https://www.example.com/in' },
    ])
    expect(await idOf(accounts, website)).toBe('alice')
    expect(logged.join()).toContain('an identity was added')
    expect(logged.join()).not.toContain(website.subject)
  })

  it('is added once, and the same answer is given when the call is repeated', async () => {
    const { routes, accounts, signIn, leave } = await openDesk()
    const waiting = await leave()
    const alice = { method: 'POST', headers: { ...own, cookie: `${waiting}; ${await signIn('alice')}` } }
    expect([
      (await routes.request('/waiting', alice)).status,
      (await routes.request('/waiting', alice)).status,
    ]).toEqual([200, 200])
    expect(await accounts.identitiesOf('alice')).toHaveLength(1)
  })

  it('is not there for the next person at this browser, even when it was let go of', async () => {
    const { routes, accounts, signIn, leave } = await openDesk()
    const waiting = await leave()
    const add = async (who: string) =>
      (
        await routes.request('/waiting', {
          method: 'POST',
          headers: { ...own, cookie: `${waiting}; ${await signIn(who)}` },
        })
      ).status
    expect(await add('alice')).toBe(200)
    await accounts.release('alice', website)
    expect(await add('bob')).toBe(404)
    expect(await accounts.identity(website)).toBeUndefined()
  })

  it('goes to one of two people who say at once that it is theirs', async () => {
    const { routes, accounts, signIn, leave } = await openDesk()
    const waiting = await leave()
    const people = await Promise.all(['alice', 'bob'].map(person => signIn(person)))
    const answers = await Promise.all(
      people.map(person =>
        routes.request('/waiting', { method: 'POST', headers: { ...own, cookie: `${waiting}; ${person}` } }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404])
    expect(await accounts.list()).toHaveLength(1)
  })

  it('is added by nobody who is not signed in, or signed in over ten minutes ago', async () => {
    const { routes, accounts, clock, signIn, leave } = await openDesk()
    const nobody = await leave()
    expect((await routes.request('/waiting', { method: 'POST', headers: { ...own, cookie: nobody } })).status).toBe(401)
    const session = await signIn('alice')
    await clock.advance(600_000)
    const cookie = `${await leave()}; ${session}`
    expect(await (await routes.request('/waiting', { headers: { cookie } })).json()).toMatchObject({ recent: false })
    expect((await routes.request('/waiting', { method: 'POST', headers: { ...own, cookie } })).status).toBe(401)
    expect(await accounts.identity(website)).toBeUndefined()
  })

  it('is not taken from the account that has it', async () => {
    const { routes, accounts, signIn, leave } = await openDesk()
    const id = await idOf(accounts, website)
    const cookie = `${await leave()}; ${await signIn('alice')}`
    const answer = await routes.request('/waiting', { method: 'POST', headers: { ...own, cookie } })
    expect([answer.status, (await answer.json()).code]).toEqual([409, 'wrong_state'])
    expect(await idOf(accounts, website)).toBe(id)
  })

  it('is not added to a locked account', async () => {
    const { routes, accounts, signIn, leave } = await openDesk()
    await accounts.meet(miniProgram, bind('alice'))
    await accounts.setStatus('alice', 'locked')
    const cookie = `${await leave()}; ${await signIn('alice')}`
    const answer = await routes.request('/waiting', { method: 'POST', headers: { ...own, cookie } })
    expect([answer.status, (await answer.json()).code]).toEqual([403, 'account_unavailable'])
  })

  it('is forgotten when the person does not want it', async () => {
    const { routes, signIn, leave } = await openDesk()
    const cookie = `${await leave()}; ${await signIn('alice')}`
    const answer = await routes.request('/waiting', { method: 'DELETE', headers: { ...own, cookie } })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
    expect((await routes.request('/waiting', { headers: { cookie } })).status).toBe(404)
  })
})

describe('an identity that a person removes', () => {
  it('is gone, and signs nobody in any more', async () => {
    const { accounts, remove } = await withTwo()
    expect(await remove(0)).toBe(204)
    expect(await accounts.identity(website)).toBeUndefined()
    expect(await accounts.identitiesOf('alice')).toHaveLength(1)
  })

  it('raises an event with the sessions that it ends, and names no person at the provider', async () => {
    const { accounts, signIn, remove, raised, clock, sessions } = await withTwo()
    const openedBy = { provider: 'wechat', idHash: digestOf(website) }
    const [opened, other] = [await signIn('alice', { openedBy }), await signIn('alice')]
    expect(await remove(0)).toBe(204)
    expect(raised).toEqual([{ type: 'identity_removed', at: clock.now(), user: 'alice', provider: 'wechat', count: 1 }])
    expect(await sessions.read(opened.split('=')[1] ?? '')).toBeUndefined()
    expect(await sessions.read(other.split('=')[1] ?? '')).toBeDefined()
    expect(await accounts.identitiesOf('alice')).toHaveLength(1)
  })

  it('ends what it has opened also where the call before has come no further than removing it', async () => {
    const { accounts, signIn, remove, raised } = await withTwo()
    await signIn('alice', { openedBy: { provider: 'wechat', idHash: digestOf(website) } })
    await accounts.release('alice', website)
    expect([await remove(0), await remove(0)]).toEqual([204, 204])
    expect(raised).toMatchObject([{ type: 'identity_removed', provider: 'wechat', count: 1 }])
  })

  it('ends nothing of somebody else’s, whoever names it', async () => {
    const { accounts, signIn, remove, raised, sessions } = await withTwo()
    await accounts.meet({ ...website, subject: 'o-bob' }, bind('bob'))
    const alices = await signIn('alice', { openedBy: { provider: 'wechat', idHash: digestOf(website) } })
    expect(await remove(0, 'bob')).toBe(204)
    expect(await sessions.read(alices.split('=')[1] ?? '')).toBeDefined()
    expect(raised).toEqual([])
  })

  it('stays where it is the only way into the account', async () => {
    const { accounts, routes, signIn } = await openDesk()
    const id = await idOf(accounts, website)
    const cookie = await signIn(id)
    const [identity] = (await (await routes.request('/identities', { headers: { cookie } })).json()).identities
    const answer = await routes.request(`/identities/${identity.id}`, { method: 'DELETE', headers: { ...own, cookie } })
    expect([answer.status, (await answer.json()).code]).toEqual([409, 'wrong_state'])
    expect(await idOf(accounts, website)).toBe(id)
  })

  it('stays where somebody else asks, or the sign-in was ten minutes ago', async () => {
    const { accounts, clock, remove } = await withTwo()
    expect(await remove(0, 'bob')).toBe(403)
    await accounts.meet({ ...website, subject: 'o-bob' }, bind('bob'))
    expect(await remove(0, 'bob')).toBe(204)
    await clock.advance(600_000)
    expect(await remove(0)).toBe(401)
    expect(await accounts.identitiesOf('alice')).toHaveLength(2)
  })
})

describe('a page of another site', () => {
  it.each([
    ['POST', '/waiting'],
    ['DELETE', '/waiting'],
    ['DELETE', '/identities/x'],
  ])('cannot %s %s, whatever cookies come along', async (method, path) => {
    const { routes, accounts, signIn, leave } = await openDesk()
    const cookie = `${await leave()}; ${await signIn('alice')}`
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: 'https://www.id.example.com' },
      {},
    ]
    for (const headers of foreign) {
      expect((await routes.request(path, { method, headers: { ...headers, cookie } })).status).toBe(403)
    }
    expect(await accounts.list()).toEqual([])
  })
})

/** Alice with two identities, and a way to remove one of them. */
async function withTwo(): Promise<Desk & { remove(index: number, who?: string): Promise<number> }> {
  const desk = await openDesk()
  await desk.accounts.meet(website, bind('alice'))
  await desk.clock.advance(1000)
  await desk.accounts.meet(miniProgram, bind('alice'))
  const alice = await desk.signIn('alice')
  const listed = await desk.routes.request('/identities', { headers: { cookie: alice } })
  const { identities } = await listed.json()
  return {
    ...desk,
    async remove(index, who) {
      const cookie = who === undefined ? alice : await desk.signIn(who)
      const headers = { ...own, cookie }
      return (await desk.routes.request(`/identities/${identities[index].id}`, { method: 'DELETE', headers })).status
    },
  }
}
