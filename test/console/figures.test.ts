/** What the console tells of sign-ins as they happen, of one server and of several. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { startCrew } from '../server/crew.ts'
import { endServers, type RunningServer, startServer } from '../server/server.ts'
import { apiKey } from '../start.ts'
import { type Administrator, administrator, consoleKey, shows, total } from './administrator.ts'

const key = { SCANLOGIN_CONSOLE_KEY: consoleKey }
let server: RunningServer
let people: Actors
let admin: Administrator

beforeAll(async () => {
  server = await startServer({ ...key, SCANLOGIN_API_KEY: apiKey })
  people = createActors({ url: `${server.url}/v1`, origin: server.origin, apiKey })
  admin = administrator(server)
  await admin.enter()
})

afterAll(async () => {
  await endServers()
  await endRedis()
})

async function signIn({ newBrowser, newPhone }: Actors) {
  const browser = newBrowser()
  await browser.create()
  const waiting = browser.wait(1, 20)
  const phone = newPhone('Alice')
  await phone.scan(browser.ticket.qr.url)
  await waiting
  const hears = browser.wait(2, 20)
  await phone.confirm()
  await hears
  await browser.redeem()
  return { browser, phone }
}

describe('the console of one server', () => {
  it('counts how far sign-ins come', async () => {
    const before = await admin.figures()
    await signIn(people)
    const denied = people.newBrowser()
    await denied.create()
    const phone = people.newPhone('Bob')
    await phone.scan(denied.ticket.qr.url)
    await phone.deny()
    const after = await shows(admin, shown => total(shown, 'denied') > total(before, 'denied'))
    const rise = (column: string) => total(after, column) - total(before, column)
    expect(['created', 'scanned', 'confirmed', 'redeemed', 'denied'].map(rise)).toEqual([2, 2, 1, 1, 1])
    expect(after.answers.count).toBeGreaterThan(before.answers.count)
    expect(after.wakes.count).toBeGreaterThan(before.wakes.count)
  })

  it('counts browsers that wait', async () => {
    const browser = people.newBrowser()
    await browser.create()
    const stream = await browser.stream()
    const shown = await shows(admin, ({ waiting }) => waiting === 1)
    expect(shown.nodes.map(({ waiting }) => waiting)).toEqual([1])
    await stream.close()
    await shows(admin, ({ waiting }) => waiting === 0)
  })

  it('shows the latest events without who it was, and without an id that could be used', async () => {
    const { browser, phone } = await signIn(people)
    const { id } = browser.ticket
    await browser.redeem('x')
    const path = `/v1/tickets/${'0'.repeat(26)}/redeem`
    await fetch(server.url + path, { method: 'POST' })
    const shown = await shows(admin, ({ events }) => events[0]?.type === 'refused')
    expect(shown.events.map(({ type }) => type)).toContain('redeemed')
    const text = JSON.stringify(shown)
    for (const private_ of [id, phone.user?.id ?? 'nobody', 'Alice', '127.0.0.1', '0'.repeat(26), browser.secret]) {
      expect(text).not.toContain(private_)
    }
  })

  it('sends the same by an event stream, which ends for who has signed out', async () => {
    const other = administrator(server)
    await other.enter()
    const reply = await other.call('GET', '/console/events')
    expect(reply.headers.get('content-type')).toBe('text/event-stream')
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader()
    const first = await reader?.read()
    expect(JSON.parse(/^data: (.*)$/m.exec(first?.value ?? '')?.[1] ?? '')).toHaveProperty('nodes')
    expect((await reader?.read())?.value).toMatch(/^data: \{/)
    await other.call('DELETE', '/console/entry')
    let more = await reader?.read()
    while (more && !more.done) more = await reader?.read()
    expect(more?.done).toBe(true)
  })
})

describe('the console of several processes', () => {
  it('shows each of them, and their sign-ins as one, from whichever answers', async () => {
    const redis = await startRedis()
    const crew = await startCrew(redis.port, 3, key)
    const operator = administrator(crew)
    await operator.enter()
    for (let n = 0; n < 4; n++) await signIn(crew)
    const shown = await shows(operator, shown => total(shown, 'redeemed') === 4 && shown.nodes.length === 3)
    expect(new Set(shown.nodes.map(({ name }) => name)).size).toBe(3)
    expect(total(shown, 'created')).toBe(4)
  })

  it('misses a process that has ended', async () => {
    const redis = await startRedis()
    const store = { SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}` }
    const [here, there] = await Promise.all([startServer({ ...key, ...store }), startServer({ ...key, ...store })])
    const operator = administrator(here)
    await operator.enter()
    await shows(operator, ({ nodes }) => nodes.length === 2)
    there.signal('SIGTERM')
    await there.exited
    await shows(operator, ({ nodes }) => nodes.length === 1)
  }, 60_000)
})
