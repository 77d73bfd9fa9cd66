/** What a sign-in costs Redis: commands, messages and memory, and that none of them grows with the fleet. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { knownBrowsers, type Store } from '../../packages/scanlogin/src/index.ts'
import type { RedisPort } from '../../packages/scanlogin/src/redis.ts'
import { type ScriptedKey, type ScriptedPhone, scriptedKey } from '../../packages/scanlogin/src/testing.ts'
import { openChoice, presetChoices } from '../../packages/server/src/policies/choices.ts'
import { callsOf, listening } from './baseline.ts'
import { created, scanned } from './people.ts'
import { type Node, openScene, type Scene, type SceneOptions, siteUrl } from './scene.ts'
import { endRedis, type RedisProcess, startRedis, until } from './servers/child.ts'
import { closeClients, ioredisTo } from './servers/clients.ts'

let redis: RedisProcess
let sent: number

beforeEach(async () => {
  redis = await startRedis()
  sent = 0
})

afterEach(async () => {
  closeClients()
  await endRedis()
})

describe('a sign-in', () => {
  it('takes eight commands and three messages where all its calls come to one node', async () => {
    const { nodes, close } = await open(1)
    const node = nodes[0] ?? none()
    await signInAt(node, node, node)
    const [commands, messages] = await costOf(() => signInAt(node, node, node))
    expect([commands, messages]).toEqual([8, 3])
    await close()
  })

  it.each([
    [2, 9],
    [4, 10],
  ])('takes as many messages with %d nodes, and %d commands: a read more for each other node', async (count, most) => {
    const { nodes, close } = await open(count)
    const at = (index: number) => nodes[index % count] ?? none()
    await signInAt(at(0), at(1), at(2))
    const [commands, messages] = await costOf(round => signInAt(at(round), at(round + 1), at(round + 2)))
    expect(messages).toBe(3)
    expect(commands).toBeLessThanOrEqual(most)
    expect(await listening(redis)).toEqual(Array.from({ length: count }, () => 1))
    await close()
  })

  it('takes two commands more under the policies of the server', async () => {
    const { nodes, close } = await open(1, { besides: asTheServer })
    const node = nodes[0] ?? none()
    await signInAt(node, node, node)
    expect(await costOf(() => signInAt(node, node, node))).toEqual([10, 3])
    await close()
  })

  it('takes four commands more with a browser key that is new to its user', async () => {
    const { nodes, close } = await open(1, { besides: asTheServer })
    const node = nodes[0] ?? none()
    const key = await scriptedKey()
    await signInAt(node, node, node, { key })
    expect(await costOf(() => signInAt(node, node, node, { key }))).toEqual([14, 3])
    await close()
  })

  it('takes three commands more with a browser key that is known, and one because its user has a session', async () => {
    const { nodes, close } = await open(1, { besides: asTheServer })
    const node = nodes[0] ?? none()
    const visitor = { key: await scriptedKey(), phone: node.newPhone('Alice') }
    await signInAt(node, node, node, visitor)
    // Who scans more than twenty times in a minute is told to wait.
    expect(await costOf(() => signInAt(node, node, node, visitor), 10)).toEqual([14, 3])
    await close()
  })

  it('takes no command and no message while it waits', async () => {
    const { nodes, close } = await open(2)
    const one = nodes[0] ?? none()
    const attempts = await Promise.all(Array.from({ length: 100 }, () => created(one.people())))
    const answers = attempts.map(({ browser }) => browser.wait(1, 20))
    await until('all wait', () => one.login.waiting() === 100)
    const [commands, messages] = [sent, await callsOf(redis, 'publish')]
    await new Promise(resolve => setTimeout(resolve, 1500))
    expect([sent, await callsOf(redis, 'publish')]).toEqual([commands, messages])
    await Promise.all(attempts.map(({ browser }) => browser.cancel()))
    for (const { body } of await Promise.all(answers)) expect(body.state).toBe('cancelled')
    await close()
  })
})

describe('a browser that has been answered', () => {
  it('costs no command when it asks again', async () => {
    const { nodes, close } = await open(1)
    const [node] = nodes
    const { browser } = await created((node ?? none()).people())
    await browser.wait(1, 1)
    const commands = sent
    for (let round = 0; round < 3; round++) expect((await browser.wait(1, 1)).body.state).toBe('pending')
    expect(sent).toBe(commands)
    await close()
  })
})

describe('a crowd that waits', () => {
  it('is looked after by a few commands a round, and hears of a change whose message got lost', async () => {
    const { nodes, close } = await open(2, { recheck: 1 })
    const [one, other] = [nodes[0] ?? none(), nodes[1] ?? none()]
    const attempts = await Promise.all(Array.from({ length: 100 }, () => created(one.people())))
    const answers = attempts.map(({ browser }) => browser.wait(1, 20))
    await until('all wait', () => one.login.waiting() === 100)
    const [commands, began] = [sent, performance.now()]
    await new Promise(resolve => setTimeout(resolve, 1500))
    const rounds = (performance.now() - began) / 1000
    // Twenty parts a round, and 100 browsers.
    expect(sent - commands).toBeGreaterThan(0)
    expect(sent - commands).toBeLessThanOrEqual(20 * (Math.ceil(rounds) + 1))
    const [first] = attempts
    const key = `scanlogin:{t:${first?.id}}`
    // Written behind everybody's back: nobody is told.
    const [head, ...rest] = String(await redis.ask('GET', key)).split(' ')
    const silently = (await redis.ask('SET', key, [Number(head) + 1, ...rest].join(' '), 'KEEPTTL')) as string
    expect(silently).toBe('OK')
    await until('it was found', () => one.login.hintMisses() === 1)
    expect(other.login.hintMisses()).toBe(0)
    await Promise.all(attempts.slice(1).map(({ browser }) => browser.cancel()))
    for (const { body } of await Promise.all(answers.slice(1))) expect(body.state).toBe('cancelled')
    await close()
  })
})

describe('what a sign-in leaves in Redis', () => {
  it('is at most 420 bytes while its code is shown, 560 once it was scanned, and never without an end', async () => {
    const { nodes, close } = await open(1)
    const node = nodes[0] ?? none()
    const attempts = await Promise.all(Array.from({ length: 200 }, () => created(node.people())))
    const bytes = async (kind: string) => (await bytesFor(`scanlogin:{${kind}:*`)) / attempts.length
    expect((await bytes('t')) + (await bytes('c'))).toBeLessThanOrEqual(420)
    await Promise.all(attempts.map(({ phone, browser }) => phone.scan(browser.ticket.qr.url)))
    expect((await bytes('t')) + (await bytes('c'))).toBeLessThanOrEqual(560)
    const ends = await Promise.all((await keys('scanlogin:*')).map(key => redis.ask('PTTL', key)))
    expect(Math.min(...ends.map(Number))).toBeGreaterThan(0)
    await close()
  })

  it('does not end all at once for tickets that were made together', async () => {
    const { nodes, close } = await open(1)
    const attempts = await Promise.all(Array.from({ length: 200 }, () => scanned((nodes[0] ?? none()).people())))
    const ends = await Promise.all(attempts.map(({ id }) => redis.ask('PEXPIRETIME', `scanlogin:{t:${id}}`)))
    const seconds = new Map<number, number>()
    for (const end of ends) {
      const second = Math.floor(Number(end) / 1000)
      seconds.set(second, (seconds.get(second) ?? 0) + 1)
    }
    expect(Math.max(...seconds.values())).toBeLessThan(attempts.length / 5)
    await close()
  })
})

/** Who signs in: with a key where there is one, and as somebody new where no phone is given. */
interface Visitor {
  readonly key?: ScriptedKey
  readonly phone?: ScriptedPhone
}

/** The browser waits at one node, the phone calls another, and the browser collects at a third. */
async function signInAt(sitting: Node, calling: Node, collecting: Node, visitor: Visitor = {}): Promise<void> {
  const { key, phone = calling.newPhone('Alice') } = visitor
  const prove = key && ((method: string, path: string) => key.prove(method, `${siteUrl}/v1${path}`))
  const people = sitting.people()
  const { browser } = await created({ ...people, browser: people.newBrowser({ prove }) })
  const scanning = browser.wait(1, 25)
  await until('it waits', () => sitting.login.waiting() === 1)
  for (;;) {
    // Where two nodes' times differ by less than a millisecond the first look may come too early.
    const { status } = await phone.scan(browser.ticket.qr.url)
    if (status === 200) break
    expect(status).toBe(422)
  }
  const { version = 0 } = (await scanning).body
  const confirming = browser.wait(version, 25)
  await until('it waits', () => sitting.login.waiting() === 1)
  expect((await phone.confirm()).status).toBe(200)
  expect((await confirming).body.state).toBe('confirmed')
  const path = `/tickets/${browser.ticket.id}/redeem`
  const dpop = await prove?.('POST', path)
  const headers = {
    authorization: `Bearer ${browser.secret}`,
    'content-type': 'application/json',
    ...(dpop && { dpop }),
  }
  expect((await collecting.fetch(`/v1${path}`, { method: 'POST', headers, body: '{}' })).status).toBe(200)
}

/** Commands and messages of one, on average. */
async function costOf(
  act: (round: number) => Promise<void>,
  rounds = 25,
): Promise<[commands: number, messages: number]> {
  const before = [sent, await callsOf(redis, 'publish')] as const
  for (let round = 0; round < rounds; round++) await act(round)
  return [(sent - before[0]) / rounds, ((await callsOf(redis, 'publish')) - before[1]) / rounds]
}

async function open(nodes: number, options: SceneOptions = {}): Promise<Scene> {
  const ports = await Promise.all(Array.from({ length: nodes }, () => ioredisTo(redis.port)))
  return openScene(ports.map(counted), { recheck: 60, ...options })
}

/** What the server has by default. */
function asTheServer(store: Store): ReturnType<NonNullable<SceneOptions['besides']>> {
  const choices = presetChoices('consumer', { creates: 1200, processes: 1 })
  return { browsers: knownBrowsers({ store }), policies: choices.map(choice => openChoice(choice, store)) }
}

function counted(port: RedisPort): RedisPort {
  return {
    ...port,
    send(key, command) {
      // A node asks for the time once in a while, however many sign in.
      if (command[0] !== 'TIME') sent++
      return port.send(key, command)
    },
  }
}

async function keys(pattern: string): Promise<string[]> {
  const found = await redis.ask('KEYS', pattern)
  return Array.isArray(found) ? found.map(String) : []
}

async function bytesFor(pattern: string): Promise<number> {
  const sizes = await Promise.all((await keys(pattern)).map(key => redis.ask('MEMORY', 'USAGE', key)))
  return sizes.reduce<number>((sum, size) => sum + Number(size), 0)
}

function none(): never {
  throw new Error('There is no such node')
}
