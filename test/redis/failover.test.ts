/**
 * Masters that die, and slots that move, under sign-ins that nobody gives up. What a fail-over loses, because Redis hands
 * on after it has answered, may cost a second scan; never a second session, and never somebody else's.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rings } from './baseline.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { confirmed, expectRefused, scanned } from './people.ts'
import { answerOf, openScene, type Scene } from './scene.ts'
import { endRedis, type RedisProcess, until } from './servers/child.ts'
import { closeClients, ioredisToCluster, ioredisToSentinel } from './servers/clients.ts'
import { type RedisCluster, startCluster } from './servers/cluster.ts'
import { type SentinelSet, startSentinelSet } from './servers/sentinel.ts'
import { startProxy } from './servers/tcp-proxy.ts'
import { type Effort, signIn, signInUntil } from './sign-in.ts'

let scene: Scene
let ledger: Ledger

afterEach(async () => {
  await scene?.close()
  closeClients()
  await endRedis()
})

describe('a cluster', () => {
  let cluster: RedisCluster

  beforeEach(async () => {
    cluster = await startCluster()
    scene = await openScene([await ioredisToCluster(cluster), await ioredisToCluster(cluster)])
    ledger = createLedger()
    await signIn(scene.people(), ledger)
  })

  it('goes on when a master is killed, once its replica has taken over', async () => {
    const [victim] = await cluster.masters()
    await during(() => takeOver(cluster, victim))
    await expectUndisturbed()
  })

  it('takes no notice of slots that move while they are used', async () => {
    const efforts = await during(async () => {
      for (let moved = 0; moved < 12; ) {
        const [master] = await cluster.masters()
        const key = await master?.ask('RANDOMKEY')
        if (typeof key !== 'string') continue
        await cluster.migrate(await cluster.slotOf(key))
        moved++
      }
    })
    expect(refusals(efforts)).toBe(0)
    await expectUndisturbed()
  })

  it('answers who waits for a ticket whose slot has moved, and then for one whose master has died', async () => {
    const { browser, phone, id } = await scanned(scene.people())
    const slot = await cluster.slotOf(`scanlogin:{t:${id}}`)
    const heard = answerOf(browser.wait(2, 25))
    await until('it waits', () => scene.nodes.some(({ login }) => login.waiting() === 1))
    await cluster.migrate(slot)
    expect((await phone.confirm()).status).toBe(200)
    expect((await heard).body.state).toBe('confirmed')
    await takeOver(cluster, await cluster.masterOf(slot))
    await until('it can be collected', async () => (await answerOf(browser.redeem())).status === 200)
  })

  it('refuses what belongs to a dead master and serves the rest', async () => {
    const attempts = await Promise.all(Array.from({ length: 12 }, () => scanned(scene.people())))
    const [victim] = await cluster.masters()
    const dead: typeof attempts = []
    const alive: typeof attempts = []
    for (const attempt of attempts) {
      const owner = await cluster.masterOf(await cluster.slotOf(`scanlogin:{t:${attempt.id}}`))
      ;(owner === victim ? dead : alive).push(attempt)
    }
    await victim?.crash()
    for (const reply of await Promise.all(dead.map(({ phone }) => answerOf(phone.confirm(), 5)))) expectRefused(reply)
    for (const { phone } of alive) expect((await answerOf(phone.confirm(), 5)).status).toBe(200)
    await takeOver(cluster, victim)
    for (const { phone } of dead) {
      await until('it is served', async () => (await answerOf(phone.confirm())).body.state === 'confirmed', 10)
    }
  })

  it('is listened to again when the connection that listened has gone silent', async () => {
    await scene.close()
    const proxies = await Promise.all(cluster.nodes.map(async ({ port }) => [port, await startProxy(port)] as const))
    const way = (port: number) => new Map(proxies).get(port)?.port ?? port
    const opened = await openScene([await ioredisToCluster(cluster, way), await ioredisToCluster(cluster)])
    scene = opened
    for (const [, proxy] of proxies) proxy.forget('subscribers')
    const [sitting, calling] = opened.nodes
    expect(await rings(sitting, calling)).toBe(false)
    await until('a change rings', () => rings(sitting, calling), 20)
    for (const [, proxy] of proxies) await proxy.stop()
  })

  async function takeOver({ masters }: RedisCluster, victim: RedisProcess | undefined): Promise<void> {
    await victim?.crash()
    await until('a replica has taken over', async () => {
      const alive = await masters()
      return alive.length === 3 && !alive.some(node => node === victim)
    })
  }
})

describe('a Sentinel set', () => {
  let set: SentinelSet

  beforeEach(async () => {
    set = await startSentinelSet()
    scene = await openScene([await ioredisToSentinel(set), await ioredisToSentinel(set)])
    ledger = createLedger()
    await signIn(scene.people(), ledger)
  })

  it('goes on when the master is killed, once a replica has taken over', async () => {
    const master = await set.master()
    await during(async () => {
      await master.crash()
      await newMaster(master)
    })
    await expectUndisturbed()
  })

  it('never carries out, on a master that was stopped and wakes up, what was refused meanwhile', async () => {
    const [confirm, cancel, redeem] = [
      await scanned(scene.people()),
      await scanned(scene.people()),
      await confirmed(scene.people()),
    ]
    const master = await set.master()
    master.freeze()
    expectRefused(await answerOf(confirm.phone.confirm()))
    expectRefused(await answerOf(cancel.browser.cancel()))
    expectRefused(await answerOf(redeem.browser.redeem()))
    await newMaster(master)
    const signingIn = signIn(scene.people(), ledger)
    // For a moment there are two masters; what the old one has in its sockets is too old.
    master.thaw()
    await signingIn
    await until('the old one follows', async () => {
      // Who becomes a replica closes the connections that it has, and this one with them.
      const role = await master.ask('ROLE').catch(() => undefined)
      return Array.isArray(role) && role[0] === 'slave' && role[3] === 'connected'
    })
    await expectUndisturbed()
    expect((await confirm.browser.read()).body.state).toBe('scanned')
    expect((await cancel.browser.read()).body.state).toBe('scanned')
    expect((await redeem.browser.read()).body.state).toBe('confirmed')
    expect((await redeem.browser.redeem()).status).toBe(200)
  })

  async function newMaster(old: RedisProcess): Promise<void> {
    await until('the sentinels agree on a new one', async () => {
      const master = await set.master().catch(() => old)
      return master !== old
    })
  }
})

/** Two crowds sign in until `trouble` is over, and once more after it. */
async function during(trouble: () => Promise<void>): Promise<Effort[]> {
  let over = false
  const crowds = [1, 2].map(() => signInUntil(() => over, scene.people, ledger))
  await trouble().finally(() => {
    over = true
  })
  const efforts = (await Promise.all(crowds)).flat()
  expect(efforts.length).toBeGreaterThan(0)
  expect(ledger.breaches()).toEqual([])
  return efforts
}

async function expectUndisturbed(): Promise<void> {
  const calm = async () => refusals([await signIn(scene.people(), ledger), await signIn(scene.people(), ledger)]) === 0
  await until('two sign-ins without a refusal', calm)
  for (let round = 0; round < 5; round++) expect((await signIn(scene.people(), ledger)).tickets).toBe(0)
  expect(ledger.breaches()).toEqual([])
  expect(scene.nodes.map(({ login }) => login.waiting())).toEqual([0, 0])
}

function refusals(efforts: readonly Effort[]): number {
  return efforts.reduce((sum, effort) => sum + effort.refusals, 0)
}
