/** Redis out of reach: what is refused is refused at once and for good, and all is well when it comes back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Actors } from '../../packages/scanlogin/src/testing/actors.ts'
import type { Reply } from '../../packages/scanlogin/src/testing/caller.ts'
import { callsOf, expectNormal, expectService, versionIn, waiting } from './baseline.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { confirmed, created, everyCall, expectRefused, scanned } from './people.ts'
import { answerOf, openScene, type Scene } from './scene.ts'
import { endRedis, type RedisProcess, startRedis, until } from './servers/child.ts'
import { carelessIoredisTo, closeClients, ioredisTo, nodeRedisTo } from './servers/clients.ts'
import { startProxy, type TcpProxy } from './servers/tcp-proxy.ts'
import { signIn, signInUntil } from './sign-in.ts'

/** Seconds that an outage lasts. Default 3; a soak takes 10 or 60. */
const outage = Number(process.env.SCANLOGIN_TEST_OUTAGE ?? 3)

describe.each([
  ['ioredis', ioredisTo],
  ['node-redis', nodeRedisTo],
])('two nodes on Redis by %s', (_, connect) => {
  let redis: RedisProcess
  let proxy: TcpProxy
  let scene: Scene
  let ledger: Ledger
  let people: Actors
  const here = () => scene.nodes[0]?.people() ?? people

  beforeEach(async () => {
    redis = await startRedis()
    proxy = await startProxy(redis.port)
    scene = await openScene([await connect(proxy.port), await connect(proxy.port)])
    ledger = createLedger()
    people = scene.people()
    await signIn(scene.people(), ledger)
  })

  afterEach(async () => {
    await scene?.close()
    closeClients()
    await proxy?.stop()
    await endRedis()
  })

  it('refuses every call while Redis refuses connections, and serves again when it does not', async () => {
    const { id } = await scanned(people)
    await proxy.refuse()
    for (const end = Date.now() + outage * 1000; Date.now() < end; ) {
      for (const reply of await everyCall(people)) expectRefused(reply)
      await sleep(250)
    }
    expect(await versionIn(redis, id)).toBe(2)
    await proxy.pass()
    await expectNormal(scene, ledger, redis)
  })

  it('ends every call while connections stand and nothing comes through, and serves again when it does', async () => {
    await scanned(people)
    proxy.hold()
    for (const reply of await everyCall(people)) expectRefused(reply)
    // Long enough for the client to give the connection up.
    await sleep(outage * 1000)
    for (const reply of await everyCall(people)) expectRefused(reply)
    await proxy.pass()
    await expectNormal(scene, ledger, redis)
  })

  it.each(['all', 'subscribers'] as const)('gives up connections that the network has forgotten: %s', async which => {
    proxy.forget(which)
    await expectService(scene, ledger)
    await until('what was dead is closed', () => proxy.connections() === 4)
  })

  it('never carries out later what it has refused, though the bytes arrive', async () => {
    // All on one node, which has just had these tickets and so writes without reading first; but for who collects.
    const [confirm, deny, cancel] = [await scanned(here()), await scanned(here()), await scanned(here())]
    const redeem = await confirmed(here())
    const before = await callsOf(redis, 'evalsha')
    proxy.hold('towards redis')
    const calls = [confirm.phone.confirm(), deny.phone.deny(), cancel.browser.cancel(), redeem.browser.redeem()]
    for (const reply of await Promise.all(calls.map(call => answerOf<Reply>(call)))) expectRefused(reply)
    expect(proxy.held()).toBeGreaterThan(0)
    await sleep(100)
    await proxy.pass()
    await until('Redis has run them', async () => (await callsOf(redis, 'evalsha')) >= before + 3)
    for (const { id } of [confirm, deny, cancel]) expect(await versionIn(redis, id)).toBe(2)
    expect(await versionIn(redis, redeem.id)).toBe(3)
    await expectNormal(scene, ledger, redis)
    // Each is still there for who asks again.
    expect((await confirm.phone.confirm()).body.state).toBe('confirmed')
    expect((await redeem.browser.redeem()).status).toBe(200)
  })

  it('does the same when Redis itself stands still', async () => {
    const { id } = await scanned(people)
    redis.freeze()
    for (const reply of await everyCall(people)) expectRefused(reply)
    redis.thaw()
    await until('Redis answers', async () => (await redis.ask('PING')) === 'PONG')
    expect(await versionIn(redis, id)).toBe(2)
    await expectNormal(scene, ledger, redis)
  })

  it('answers who waits when Redis goes away, and keeps nobody', async () => {
    const attempts = await Promise.all([1, 2, 3, 4].map(() => created(scene.people())))
    const answers = attempts.map(({ browser }) => answerOf(browser.wait(1, 25)))
    await until('all four wait', () => waiting(scene) === 4)
    await proxy.refuse()
    for (const reply of await Promise.all(answers)) expectRefused(reply)
    expect(waiting(scene)).toBe(0)
    await proxy.pass()
    await expectNormal(scene, ledger, redis)
  })

  it('is correct on a slow and stuttering network', async () => {
    proxy.delay(60, 60)
    await Promise.all([1, 2, 3].map(() => signIn(scene.people(), ledger)))
    proxy.trickle(64, 3)
    await signIn(scene.people(), ledger)
    await proxy.pass()
    await expectNormal(scene, ledger, redis)
  })

  it.each(['by the network', 'NORMAL', 'PUBSUB'])(
    'loses no sign-in to connections that are cut again and again: %s',
    async by => {
      // One that cuts while another one asks cuts that one, too.
      const kill = () => redis.ask('CLIENT', 'KILL', 'TYPE', by).catch(() => {})
      const cut = () => (by === 'by the network' ? proxy.reset() : kill())
      const cuts = setInterval(cut, 200)
      const end = Date.now() + outage * 1000
      try {
        const over = () => Date.now() > end
        await Promise.all([1, 2].map(() => signInUntil(over, scene.people, ledger)))
      } finally {
        clearInterval(cuts)
      }
      await expectNormal(scene, ledger, redis)
    },
  )
})

describe('a node by a client without time limits', () => {
  it('ends its calls all the same, and carries out nothing later', async () => {
    const redis = await startRedis()
    const proxy = await startProxy(redis.port)
    const { nodes, close } = await openScene([await carelessIoredisTo(proxy.port)])
    const attempt = await scanned(nodes[0].people())
    proxy.hold()
    for (const reply of await everyCall(attempt)) expectRefused(reply)
    await proxy.pass()
    await until('Redis has run what was held', async () => (await callsOf(redis, 'evalsha')) > 1)
    expect(await versionIn(redis, attempt.id)).toBe(2)
    expect((await answerOf(attempt.phone.confirm())).status).toBe(200)
    await close()
    closeClients()
    await proxy.stop()
    await endRedis()
  })
})

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
