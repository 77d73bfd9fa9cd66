/** The account page, and the page that asks about a new identity, in real Chromium. */
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Store } from '../../../packages/scanlogin/src/index.ts'
import { fromIoredis, redisStore } from '../../../packages/scanlogin/src/redis.ts'
import { storedSessions } from '../../../packages/scanlogin/src/session.ts'
import { type ScriptedPhone, scriptedPhone } from '../../../packages/scanlogin/src/testing/phone.ts'
import { digestOf } from '../../../packages/server/src/accounts/account.ts'
import { type PendingIdentities, pendingIdentities } from '../../../packages/server/src/accounts/binding/pending.ts'
import { openAccounts } from '../../../packages/server/src/accounts/open.ts'
import type { Sighting } from '../../../packages/server/src/accounts/sighting.ts'
import type { AccountStore } from '../../../packages/server/src/accounts/store.ts'
import { createLog } from '../../../packages/server/src/log.ts'
import { it, type NewVisitor, type Visitor } from '../../browser/chromium.ts'
import { codeOn, greetedAs, sees } from '../../browser/screens.ts'
import { apiKey, openSite, type Site } from '../../browser/site.ts'
import { endRedis, startRedis } from '../../redis/servers/child.ts'
import { endServers } from '../../server/server.ts'
import { bind, idOf, website } from '../people.ts'
import { newFile, removeFiles } from '../servers/files.ts'

let site: Site
let accounts: AccountStore
let pending: PendingIdentities
let client: Redis
let store: Store

beforeAll(async () => {
  const { port } = await startRedis()
  const database = `file:${newFile()}`
  site = await openSite({ SCANLOGIN_STORE: `redis://127.0.0.1:${port}`, SCANLOGIN_DATABASE: database })
  accounts = await openAccounts(database, { log: createLog('silent') })
  client = new Redis({ port, host: '127.0.0.1' })
  store = redisStore(fromIoredis(client))
  pending = pendingIdentities({ store, secure: false })
})

afterAll(async () => {
  client.disconnect()
  await endServers()
  await endRedis()
  removeFiles()
})

describe('the page that asks about a new identity', () => {
  it('has the person sign in first, asks, adds it, and goes on to where they wanted to go', async ({ newVisitor }) => {
    const phone = site.phoneOf('Alice')
    const visitor = await newVisitor()
    const returnTo = `${site.origin}/sessions`
    const page = await arrive(visitor, { identity: { ...person('ali'), name: 'Ali' }, returnTo })
    await sees(page, 'WeChat calls you “Ali”. We do not know you by that yet.')
    await scan(page, phone)
    await sees(page, 'Add it to the account of Alice?')
    expect(await accounts.identity(person('ali'))).toBeUndefined()
    await page.getByRole('button', { name: 'Yes, it is mine' }).click()
    await sees(page, 'From now on WeChat signs you in.')
    expect(await idOf(accounts, person('ali'))).toBe(phone.user?.id)
    await page.getByRole('link', { name: 'Go on' }).click()
    await sees(page, 'Your sessions')
  })

  it('forgets it where the person says that it is not theirs', async ({ newVisitor }) => {
    const visitor = await newVisitor()
    const page = await arrive(visitor, { identity: person('stray') })
    await page.getByRole('button', { name: 'No, forget it' }).click()
    await sees(page, 'Forgotten. Nothing was added.')
    await page.reload()
    await sees(page, 'Nothing waits to be added in this browser.')
    expect(await accounts.identity(person('stray'))).toBeUndefined()
  })

  it('takes nothing from another account', async ({ newVisitor }) => {
    const owner = await idOf(accounts, person('owned'))
    const visitor = await newVisitor({ locale: 'zh-CN' })
    const page = await arrive(visitor, { identity: person('owned') })
    await sees(page, '微信认识你，但本站还不认识。')
    await scan(page, site.phoneOf('王小明'))
    await page.getByRole('button', { name: '是我的，添加' }).click()
    await sees(page, '这个微信账号已属于本站的另一个账号')
    expect(await idOf(accounts, person('owned'))).toBe(owner)
  })
})

describe('the account page', () => {
  it('shows a person’s identities, and removes one when it was asked twice', async ({ newVisitor }) => {
    const phone = site.phoneOf('Alice')
    for (const name of ['one', 'two']) await accounts.meet(person(name), bind(phone.user?.id))
    const page = await (await signedIn(newVisitor, phone)).open(`${site.origin}/account`)
    const cards = page.locator('.identity')
    await cards.first().waitFor()
    expect(await cards.count()).toBe(2)
    expect(await cards.first().textContent()).toMatch(/WeChatAdded now, last used nowwx-website/)
    const button = cards.first().getByRole('button')
    await button.click()
    expect(await button.textContent()).toBe('Press again to remove')
    expect(await accounts.identitiesOf(phone.user?.id ?? '')).toHaveLength(2)
    await button.click()
    await page.waitForFunction(() => document.querySelectorAll('.identity').length === 1)
    expect(await page.locator('#news').textContent()).toBe('Removed. What it had opened has ended.')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('title')
    expect(await accounts.identitiesOf(phone.user?.id ?? '')).toHaveLength(1)
  })

  it('says what ends with an identity before it is removed, in either language', async ({ newVisitor }) => {
    const phone = site.phoneOf('Alice')
    const id = phone.user?.id ?? ''
    for (const name of ['thief', 'mine']) await accounts.meet(person(name), bind(id))
    const sessions = storedSessions({ store })
    const openedBy = { provider: 'wechat', idHash: digestOf(person('thief')) }
    const opened = [1, 2].map(() => sessions.open({ id }, randomBytes(32).toString('base64url'), { openedBy }))
    const [one] = await Promise.all(opened)
    const page = await (await signedIn(newVisitor, phone)).open(`${site.origin}/account`)
    const button = page.locator('.identity').first().getByRole('button')
    await button.click()
    await sees(page, 'This ends the 2 sessions that it has opened, in browsers and on phones.')
    await page.getByRole('button', { name: '中文' }).click()
    await page.locator('.identity').first().getByRole('button').click()
    await sees(page, '这会结束由它在浏览器和手机上打开的 2 个会话。')
    expect(await sessions.list(id)).toHaveLength(3)
    await button.click()
    await page.waitForFunction(() => document.querySelectorAll('.identity').length === 1)
    expect(await sessions.list(id)).toHaveLength(1)
    expect(await storedSessions({ store }).read(one?.token ?? '')).toBeUndefined()
  })

  it('keeps the only way into an account', async ({ newVisitor }) => {
    const id = await idOf(accounts, person('only'))
    const phone = scriptedPhone({ url: site.api, apiKey, user: { id, name: 'Ming' } })
    const page = await (await signedIn(newVisitor, phone)).open(`${site.origin}/account`)
    const button = page.getByRole('button', { name: 'Remove WeChat' })
    await button.click()
    await page.getByRole('button', { name: 'Press again to remove' }).click()
    await sees(page, 'This is your only way into the account.')
    expect(await idOf(accounts, person('only'))).toBe(id)
  })

  it('is reached from the greeting', async ({ newVisitor }) => {
    const page = await (await signedIn(newVisitor, site.phoneOf('Alice'))).open(site.origin)
    await page.getByRole('link', { name: 'Your ways to sign in' }).click()
    await sees(page, 'Nothing has been added yet. You sign in with your app.')
  })

  it('has whoever is not signed in scan here, in either language, and asks nothing before', async ({ newVisitor }) => {
    const before = site.output().length
    const visitor = await newVisitor()
    const page = await visitor.open(`${site.origin}/account`)
    await sees(page, 'Nobody is signed in in this browser.')
    await page.getByRole('button', { name: '中文' }).click()
    await sees(page, '此浏览器上没有人登录。')
    expect(await page.title()).toBe('我的登录方式')
    expect(visitor.requests.map(request => new URL(request.url()).pathname)).not.toContain('/account/identities')
    await scan(page, site.phoneOf('Alice'))
    await sees(page, '尚未添加其他方式')
    expect(site.output().slice(before)).not.toMatch(/"level":(40|50|"warn"|"error")/)
  })

  it('leads to the page of sessions, which leads back to it, and both to the sign-in page', async ({ newVisitor }) => {
    const page = await (await signedIn(newVisitor, site.phoneOf('Alice'))).open(`${site.origin}/account`)
    await page.getByRole('link', { name: 'All your sessions' }).click()
    await page.locator('li.session').waitFor()
    await page.getByRole('link', { name: 'Your ways to sign in' }).click()
    await sees(page, 'Nothing has been added yet.')
    await page.getByRole('link', { name: 'Back' }).click()
    await greetedAs(page, 'Hello, Alice')
  })
})

/** Somebody whom no other test knows. */
function person(name: string): Sighting {
  return { ...website, subject: `o-${name}` }
}

/** Comes from a provider, as a connector sends people on. */
async function arrive(
  visitor: Visitor,
  { identity, returnTo }: { identity: Sighting; returnTo?: string },
): Promise<Page> {
  const [pair = ''] = (await pending.keep(identity, { returnTo })).split(';')
  const [name = '', value = ''] = pair.split('=')
  await visitor.context.addCookies([{ name, value, url: site.origin, httpOnly: true, sameSite: 'Lax' }])
  return visitor.open(`${site.origin}/account/bind`)
}

async function scan(page: Page, phone: ScriptedPhone): Promise<void> {
  await phone.scan(await codeOn(page))
  await phone.confirm()
}

async function signedIn(newVisitor: NewVisitor, phone: ScriptedPhone): Promise<Visitor> {
  const visitor = await newVisitor()
  const page = await visitor.open(site.origin)
  await scan(page, phone)
  await greetedAs(page, `Hello, ${phone.user?.name}`)
  return visitor
}
