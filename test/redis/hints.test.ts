/** Messages are hints: late, twice, out of order or never, no sign-in depends on them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RedisPort } from '../../packages/scanlogin/src/redis.ts'
import { expectNormal, misses, rings, waiting } from './baseline.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { confirmed, created, expectRefused, scanned } from './people.ts'
import { answerOf, openScene, type Scene } from './scene.ts'
import { endRedis, type RedisProcess, startRedis, until } from './servers/child.ts'
import { closeClients, ioredisTo, nodeRedisTo } from './servers/clients.ts'
import { startProxy, type TcpProxy } from './servers/tcp-proxy.ts'
import { signIn } from './sign-in.ts'

let redis: RedisProcess
let proxy: TcpProxy
let ledger: Ledger
let scene: Scene

beforeEach(async () => {
  redis = await startRedis()
  proxy = await startProxy(redis.port)
  ledger = createLedger()
})

afterEach(async () => {
  await scene?.close()
  closeClients()
  await proxy.stop()
  await endRedis()
})

describe.each([
  ['ioredis', ioredisTo],
  ['node-redis', nodeRedisTo],
])('a node that Redis has stopped talking to, by %s,', (_, connect) => {
  it('finds changes by looking again, says how often, and hears again when the network is back', async () => {
    const opened = await openScene([await connect(proxy.port), await connect(proxy.port)])
    scene = opened
    await signIn(scene.people(), ledger)
    const before = misses(scene)
    proxy.hold('both', 'subscribers')
    const [sitting, calling] = opened.nodes
    expect(await rings(sitting, calling)).toBe(false)
    expect(misses(scene)).toBe(before + 1)
    for (let round = 0; round < 3; round++) await signIn(scene.people(), ledger)
    // Long enough for the client to take the connection for dead, and to fail with the next one.
    await new Promise(resolve => setTimeout(resolve, 6000))
    await proxy.pass()
    await expectNormal(scene, ledger, redis)
  })
})

describe.each([
  ['ioredis', ioredisTo],
  ['node-redis', nodeRedisTo],
])('a node that listens anew, by %s,', (_, connect) => {
  it('looks after everyone who waits, for what was said meanwhile is lost', async () => {
    const opened = await openScene([await connect(proxy.port), await connect(redis.port)], { recheck: 60 })
    scene = opened
    const [sitting, calling] = opened.nodes
    const { browser } = await created(sitting.people())
    const heard = answerOf(browser.wait(1, 25), 20)
    await until('it waits', () => waiting(scene) === 1)
    proxy.forget('subscribers')
    const phone = calling.newPhone('Bob')
    await until('it is scanned', async () => (await phone.scan(browser.ticket.qr.url)).status === 200)
    expect((await heard).body.state).toBe('scanned')
    expect(misses(scene)).toBe(0)
  })
})

describe('nodes that never hear a hint', () => {
  it('complete every sign-in, and find each change that somebody waits for by looking', async () => {
    const opened = await openScene([deaf(await ioredisTo(redis.port)), deaf(await ioredisTo(redis.port))])
    scene = opened
    const [sitting, calling] = opened.nodes
    for (let round = 0; round < 3; round++) expect(await rings(sitting, calling)).toBe(false)
    expect(misses(scene)).toBe(3)
    await Promise.all([1, 2, 3].map(() => signIn(scene.people(), ledger)))
    expect(ledger.breaches()).toEqual([])
  })
})

describe('nodes that hear hints late, three times and out of order', () => {
  it('tell no browser anything that is not so', async () => {
    const echoes = [echoing(await ioredisTo(redis.port)), echoing(await ioredisTo(redis.port))] as const
    const opened = await openScene([echoes[0].port, echoes[1].port])
    scene = opened
    for (let round = 0; round < 5; round++) await signIn(scene.people(), ledger)
    // What was said of tickets that are over, and nonsense, comes again in the middle of others.
    const noise = setInterval(() => {
      for (const { repeat } of echoes) repeat()
    }, 5)
    try {
      await Promise.all([1, 2, 3, 4].map(() => signIn(scene.people(), ledger)))
      const { browser, phone } = await scanned(scene.people())
      const versions: number[] = []
      const deciding = phone.deny()
      for (let version = 0; version < 3; ) {
        version = (await answerOf(browser.wait(version, 25))).body.version ?? 0
        versions.push(version)
      }
      await deciding
      expect(versions).toEqual([...versions].sort())
      expect((await browser.read()).body.state).toBe('denied')
    } finally {
      clearInterval(noise)
    }
    expect(ledger.breaches()).toEqual([])
    expect(waiting(scene)).toBe(0)
  })
})

describe('a node that dies with a change on its way', () => {
  it('has told the browser at another node, because write and hint are one step', async () => {
    const opened = await openScene([await ioredisTo(proxy.port), await ioredisTo(redis.port)], { recheck: 60 })
    scene = opened
    const [dying, other] = opened.nodes
    const { browser } = await created(other.people())
    const phone = dying.people().phone
    expect((await phone.scan(browser.ticket.qr.url)).status).toBe(200)
    const heard = answerOf(browser.wait(2, 25))
    await until('it waits', () => waiting(scene) === 1)
    // The command gets through, and the answer never comes.
    proxy.hold('from redis')
    expectRefused(await answerOf(phone.confirm()))
    expect((await heard).body.state).toBe('confirmed')
    expect(misses(scene)).toBe(0)
    await proxy.pass()
  })

  it('between collecting and answering costs nothing: the browser asks another node and gets that session', async () => {
    const opened = await openScene([await ioredisTo(proxy.port), await ioredisTo(redis.port)])
    scene = opened
    const [dying, other] = opened.nodes
    const { browser, id } = await confirmed(dying.people())
    proxy.hold('from redis')
    expectRefused(await answerOf(browser.redeem()))
    const headers = { authorization: `Bearer ${browser.secret}`, 'content-type': 'application/json' }
    const again = () => other.fetch(`/v1/tickets/${id}/redeem`, { method: 'POST', headers, body: '{}' })
    const tokens = new Set<string>()
    for (let tries = 0; tries < 3; tries++) {
      const reply = await again()
      expect(reply.status).toBe(200)
      tokens.add((await reply.json()).session.token)
    }
    expect(tokens.size).toBe(1)
    expect(await redis.ask('KEYS', 'scanlogin:{s:*')).toHaveLength(1)
    await proxy.pass()
  })
})

describe('a ticket that ends while its browser waits', () => {
  it('is told as expired when its time is over, by every node, and not at the end of the wait', async () => {
    // Behind by 58 of the 60 seconds that a code can live at least.
    const opened = await openScene([await ioredisTo(redis.port)], { scanTtl: 60, recheck: 5 })
    scene = opened
    const born = await openScene([await ioredisTo(redis.port)], { scanTtl: 60, ahead: -58_000 })
    const { browser, id } = await created(born.people())
    const headers = { authorization: `Bearer ${browser.secret}` }
    const reply = await opened.nodes[0].fetch(`/v1/tickets/${id}?since=1&wait=25`, { headers })
    expect(await reply.json()).toMatchObject({ state: 'expired', version: 2, expires_in: 0 })
    await born.close()
  }, 15_000)
})

/** Listens, and hears nothing but that it listens. */
function deaf(port: RedisPort): RedisPort {
  return { ...port, subscribe: (channel, _hear, again) => port.subscribe(channel, () => {}, again) }
}

function echoing(port: RedisPort): { port: RedisPort; repeat(): void } {
  const said: string[] = ['', 'nonsense', 'scanlogin:{t:NOBODY} 7 99999999999999 []', 'scanlogin:{t:NOBODY} x y z']
  let hear = (_message: string) => {}
  return {
    repeat() {
      for (const message of [...said, ...said, ...said].sort(() => Math.random() - 0.5)) hear(message)
    },
    port: {
      ...port,
      subscribe(channel, ear, again) {
        hear = ear
        const late = (message: string) => {
          said.push(message)
          setTimeout(() => ear(message), Math.random() * 50)
        }
        return port.subscribe(channel, late, again)
      },
    },
  }
}
