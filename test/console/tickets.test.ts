/** One ticket on the console: its history from whichever node, and its end by hand. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { scriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { endServers, type RunningServer, startServer } from '../server/server.ts'
import { apiKey } from '../start.ts'
import { type Administrator, administrator, consoleKey } from './administrator.ts'

interface Fleet {
  readonly here: RunningServer
  readonly there: RunningServer
  /** People at either server, and an administrator at the first. */
  readonly atHere: Actors
  readonly atThere: Actors
  readonly admin: Administrator
}

const common = {
  SCANLOGIN_CONSOLE_KEY: consoleKey,
  SCANLOGIN_ADMINS: 'carol',
  SCANLOGIN_API_KEY: apiKey,
  SCANLOGIN_LOG_LEVEL: 'debug',
}

const peopleOf = ({ url, origin }: RunningServer) => createActors({ url: `${url}/v1`, origin, apiKey })

/** As events and the log name a ticket. */
const markOf = (id: string) => createHash('sha256').update(id).digest('base64url').slice(0, 12)

async function fleetOf(env: Record<string, string>, size: 1 | 2): Promise<Fleet> {
  // Codes and pages are of one site, whichever server answers.
  const origin = 'http://localhost:8787'
  const start = async () => ({ ...(await startServer({ ...common, ...env, SCANLOGIN_PUBLIC_URL: origin })), origin })
  const here = await start()
  const there = size === 1 ? here : await start()
  const admin = administrator(here)
  await admin.enter()
  return { here, there, atHere: peopleOf(here), atThere: peopleOf(there), admin }
}

/** What the tests look at. */
interface Story {
  readonly state: string
  readonly expires_in: number | null
  readonly end: { readonly at: number | null; readonly cause: string } | null
  readonly revocable: boolean
  readonly lines: readonly {
    readonly at: number
    readonly type: string
    readonly actor?: string
    readonly node: string
    readonly user?: string
    readonly verdict?: string
    readonly reasons?: readonly string[]
    readonly code?: string
    readonly by?: string
  }[]
}

async function historyOf(admin: Administrator, mark: string): Promise<Story> {
  // The tests look at what is there, and fail where it is not.
  return (await (await admin.call('GET', `/console/tickets/${mark}`)).json()) as Story
}

/** Asks until the history has a line of this type: a node tells of its part a moment later. */
async function tells(admin: Administrator, mark: string, type: string): Promise<Story> {
  for (;;) {
    const story = await historyOf(admin, mark)
    if (story.lines?.some(line => line.type === type)) return story
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

let alone: Fleet
let pair: Fleet

beforeAll(async () => {
  const redis = await startRedis()
  alone = await fleetOf({}, 1)
  pair = await fleetOf({ SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}` }, 2)
})

afterAll(async () => {
  await endServers()
  await endRedis()
})

const fleets = [
  ['one server', () => alone],
  ['two servers on Redis', () => pair],
] as const

describe.each(fleets)('the history of a ticket on %s', (_, fleet) => {
  it('tells each step with time, actor and node, whichever node served it', async () => {
    const { atThere, atHere, admin, there, here } = fleet()
    const browser = atThere.newBrowser()
    const phone = atHere.newPhone('Alice')
    await browser.create()
    const mark = markOf(browser.ticket.id)
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    await browser.redeem()
    const story = await tells(admin, mark, 'redeemed')
    expect(story.lines.map(({ type, actor }) => [type, actor])).toEqual([
      ['created', 'browser'],
      ['scanned', 'phone'],
      ['confirmed', 'phone'],
      ['redeemed', 'browser'],
    ])
    const nodes = [there, here, here, there].map(({ pid }) => pid)
    expect(story.lines.map(({ node }) => Number(node.split(':').at(-1)))).toEqual(nodes)
    expect(story).toMatchObject({ state: 'redeemed', end: { cause: 'collected' }, revocable: false, expires_in: null })
  })

  it('tells what policies said, and why', async () => {
    const { atThere, atHere, admin } = fleet()
    const phone = atHere.newPhone('Alice')
    // Whoever is asked again and again without ever saying yes is asked no more for a while.
    const marks: string[] = []
    for (let answer = 200; answer === 200; ) {
      const browser = atThere.newBrowser()
      await browser.create()
      marks.push(markOf(browser.ticket.id))
      answer = (await phone.scan(browser.ticket.qr.url)).status
    }
    const first = await tells(admin, marks.at(0) ?? '', 'created')
    expect(first.lines).toMatchObject([{ verdict: 'allow' }, { verdict: 'require', reasons: ['new_browser'] }])
    const last = await tells(admin, marks.at(-1) ?? '', 'created')
    const refusal = { type: 'refused', actor: 'phone', verdict: 'deny', reasons: ['many_prompts'] }
    expect(last.lines).toMatchObject([{ type: 'created' }, refusal])
  })

  it('tells what ended it, and what was refused on the way', async () => {
    const { atThere, admin } = fleet()
    const browser = atThere.newBrowser()
    const phone = atThere.newPhone('Bob')
    const other = atThere.newPhone('Mallory')
    await browser.create()
    const mark = markOf(browser.ticket.id)
    await phone.scan(browser.ticket.qr.url)
    await other.scan(browser.ticket.qr.url)
    await phone.deny()
    const { lines, state, end } = await tells(admin, mark, 'denied')
    expect(lines.map(({ type }) => type)).toEqual(['created', 'scanned', 'contended', 'refused', 'denied'])
    expect(lines.find(({ type }) => type === 'refused')).toMatchObject({ actor: 'phone', code: 'already_scanned' })
    expect({ state, cause: end?.cause }).toEqual({ state: 'denied', cause: 'denied_on_phone' })
  })

  it('has no user, no address, no id and no secret in it, but says which lines are of one person', async () => {
    const { atThere, atHere, admin } = fleet()
    const browser = atThere.newBrowser()
    const phone = atHere.newPhone('Alice')
    const other = atThere.newPhone('Mallory')
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await other.scan(browser.ticket.qr.url)
    await phone.confirm()
    await browser.redeem()
    const story = await tells(admin, markOf(browser.ticket.id), 'redeemed')
    const users = Object.fromEntries(story.lines.map(({ type, user }) => [type, user]))
    expect(users.scanned).toMatch(/^[\w-]{12}$/)
    expect(users.redeemed).toBe(users.scanned)
    expect(users.refused).not.toBe(users.scanned)
    const plainDigest = createHash('sha256')
      .update(phone.user?.id ?? '')
      .digest('base64url')
      .slice(0, 12)
    const text = JSON.stringify(story)
    for (const hidden of [
      phone.user?.id ?? 'nobody',
      'Alice',
      '127.0.0.1',
      browser.ticket.id,
      browser.secret,
      plainDigest,
    ]) {
      expect(text).not.toContain(hidden)
    }
  })

  it('is found by the mark that the log has, by administrators only', async () => {
    const { here, atHere, admin } = fleet()
    const browser = atHere.newBrowser()
    await browser.create()
    const mark = markOf(browser.ticket.id)
    await here.written(`"ticket":"${mark}"`)
    expect(await historyOf(admin, mark)).toMatchObject({ state: 'pending', revocable: true, end: null })
    const stranger = administrator(here)
    expect((await stranger.call('GET', `/console/tickets/${mark}`)).status).toBe(401)
    for (const unknown of ['AAAAAAAAAAAA', browser.ticket.id, 'x', '%00']) {
      expect((await admin.call('GET', `/console/tickets/${unknown}`)).status, unknown).toBe(404)
    }
  })
})

describe.each(fleets)('an administrator of %s', (_, fleet) => {
  it('ends one sign-in: its browser hears of it at once, and its phone goes no further', async () => {
    const { atThere, atHere, admin, here } = fleet()
    const browser = atThere.newBrowser()
    const phone = atHere.newPhone('Alice')
    const bystander = atThere.newBrowser()
    await browser.create()
    await bystander.create()
    await phone.scan(browser.ticket.qr.url)
    const mark = markOf(browser.ticket.id)
    await tells(admin, mark, 'created')
    const waits = browser.wait(2, 25)
    const reply = await admin.call('DELETE', `/console/tickets/${mark}`)
    expect(reply.status).toBe(200)
    expect(await reply.json()).toMatchObject({ state: 'cancelled', end: { cause: 'operator' }, revocable: false })
    expect((await waits).body).toMatchObject({ state: 'cancelled', version: 3 })
    expect(await phone.confirm()).toMatchObject({ status: 410, body: { code: 'ticket_cancelled' } })
    expect(await browser.redeem()).toMatchObject({ status: 410, body: { code: 'ticket_cancelled' } })
    expect((await bystander.read()).body).toMatchObject({ state: 'pending' })
    await here.written('an operator has ended the sign-in')
    expect((await admin.call('DELETE', `/console/tickets/${mark}`)).status).toBe(200)
    const { lines } = await historyOf(admin, mark)
    expect(lines.filter(({ type }) => type === 'cancelled')).toMatchObject([{ actor: 'operator', by: 'key' }])
  })

  it('ends one whose event stream is open: its last event says so', async () => {
    const { atThere, admin } = fleet()
    const browser = atThere.newBrowser()
    await browser.create()
    const stream = await browser.stream()
    await stream.next()
    const mark = markOf(browser.ticket.id)
    await tells(admin, mark, 'created')
    await admin.call('DELETE', `/console/tickets/${mark}`)
    expect((await stream.next())?.ticket).toMatchObject({ state: 'cancelled' })
  })

  it('comes too late for a sign-in that was collected', async () => {
    const { atThere, admin } = fleet()
    const browser = atThere.newBrowser()
    const phone = atThere.newPhone('Alice')
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    await browser.redeem()
    const mark = markOf(browser.ticket.id)
    await tells(admin, mark, 'redeemed')
    const reply = await admin.call('DELETE', `/console/tickets/${mark}`)
    expect(reply.status).toBe(410)
    expect(await reply.json()).toMatchObject({ code: 'already_redeemed' })
    expect((await browser.call('GET', '/session')).status).toBe(200)
  })

  it('is who ends sign-ins, and nobody else, from no other page', async () => {
    const { here, atHere, admin } = fleet()
    const browser = atHere.newBrowser()
    await browser.create()
    const path = `/console/tickets/${markOf(browser.ticket.id)}`
    expect((await administrator(here).call('DELETE', path)).status).toBe(401)
    for (const headers of [{ origin: 'https://evil.example.com' }, { origin: '', 'sec-fetch-site': 'same-site' }]) {
      expect((await admin.call('DELETE', path, { headers })).status).toBe(403)
    }
    expect((await browser.read()).body).toMatchObject({ state: 'pending' })
  })

  it('is named by a digest of the user id in the log and in the history', async () => {
    const { here, atHere } = fleet()
    const login = atHere.newBrowser()
    const phone = scriptedPhone({ url: `${here.url}/v1`, apiKey, user: { id: 'carol' } })
    await login.create()
    await phone.scan(login.ticket.qr.url)
    await phone.confirm()
    await login.redeem()
    const carol = administrator(here)
    for (const [name, value] of login.cookies) carol.cookies.set(name, value)
    const browser = atHere.newBrowser()
    await browser.create()
    const mark = markOf(browser.ticket.id)
    expect((await carol.call('DELETE', `/console/tickets/${mark}`)).status).toBe(200)
    const by = `admin ${markOf('carol')}`
    expect((await historyOf(carol, mark)).lines.at(-1)).toMatchObject({ type: 'cancelled', by })
    await here.written(`"by":"${by}"`)
  })
})

describe('a server that goes down', () => {
  it('leaves what it has heard of tickets a moment before to the others', async () => {
    const redis = await startRedis()
    const { atThere, there, admin } = await fleetOf({ SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}` }, 2)
    const browser = atThere.newBrowser()
    await browser.create()
    there.signal('SIGTERM')
    await there.exited
    expect(await historyOf(admin, markOf(browser.ticket.id))).toMatchObject({ state: 'pending', revocable: true })
  })
})
