/** What Redis says when it can be reached and does not do as usual, and what stands under keys that is not ours. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RedisPort } from '../../packages/scanlogin/src/redis.ts'
import type { Actors } from '../../packages/scanlogin/src/testing/actors.ts'
import { expectNormal, waiting } from './baseline.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { confirmed, created, everyCall, expectRefused, scanned } from './people.ts'
import { answerOf, openScene, type Scene } from './scene.ts'
import { endRedis, type RedisProcess, startRedis, until } from './servers/child.ts'
import { closeClients, ioredisTo } from './servers/clients.ts'
import { signIn, signInUntil } from './sign-in.ts'

let redis: RedisProcess
let ports: [RedisPort, RedisPort]
let scene: Scene
let ledger: Ledger
let people: Actors

beforeEach(async () => {
  redis = await startRedis()
  ports = [await ioredisTo(redis.port), await ioredisTo(redis.port)]
  scene = await openScene(ports)
  ledger = createLedger()
  people = scene.people()
})

afterEach(async () => {
  await scene?.close()
  closeClients()
  await endRedis()
})

describe('a Redis that is full', () => {
  it('takes no new tickets, and lets those that are there be finished', async () => {
    const begun = await Promise.all([1, 2, 3].map(() => scanned(scene.people())))
    const agreed = await confirmed(scene.people())
    await redis.ask('CONFIG', 'SET', 'maxmemory', '1mb', 'maxmemory-policy', 'noeviction')
    expectRefused(await people.browser.create())
    for (const { browser, phone } of begun) {
      const heard = answerOf(browser.wait(2, 25))
      expect((await phone.confirm()).status).toBe(200)
      expect((await heard).body.state).toBe('confirmed')
    }
    // A session is new, too: nobody is signed in, and nothing is lost.
    expectRefused(await agreed.browser.redeem())
    await redis.ask('CONFIG', 'SET', 'maxmemory', '0')
    expect((await agreed.browser.redeem()).status).toBe(200)
    await expectNormal(scene, ledger, redis)
  })

  it('that throws keys away makes tickets unknown, and nothing worse', async () => {
    const tickets = await Promise.all(Array.from({ length: 40 }, () => created(scene.people())))
    const [, used] = /used_memory:(\d+)/.exec(String(await redis.ask('INFO', 'memory'))) ?? []
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random', 'maxmemory', String(Number(used) - 8000))
    await redis.ask('SET', 'anything', 'that makes room').catch(() => 'there is none left')
    const replies = await Promise.all(tickets.map(({ browser }) => browser.read()))
    expect(replies.map(({ status }) => status).filter(status => status !== 200 && status !== 404)).toEqual([])
    expect(replies.map(({ status }) => status)).toContain(404)
    await redis.ask('CONFIG', 'SET', 'maxmemory', '0')
    await expectNormal(scene, ledger, redis)
  })
})

describe('a Redis that has forgotten', () => {
  it('the scripts is told them again, in the middle of sign-ins', async () => {
    const flushes = setInterval(() => redis.ask('SCRIPT', 'FLUSH').catch(ignore), 20)
    const end = Date.now() + 1500
    const efforts = await signInUntil(() => Date.now() > end, scene.people, ledger)
    clearInterval(flushes)
    expect(efforts.reduce((sum, { refusals }) => sum + refusals, 0)).toBe(0)
    await expectNormal(scene, ledger, redis)
  })

  it('everything tells the browser that waits that its code has expired, so that the page shows the next', async () => {
    const { browser, phone } = await scanned(scene.people())
    const heard = answerOf(browser.wait(2, 25))
    await until('it waits', () => waiting(scene) === 1)
    await redis.ask('FLUSHALL')
    expect((await heard).body).toMatchObject({ state: 'expired', version: 3, expires_in: 0 })
    expect((await browser.read()).body.code).toBe('not_found')
    expect((await phone.confirm()).body.code).toBe('not_found')
    await expectNormal(scene, ledger, redis)
  })

  it('everything, again and again, costs tickets and breaks no promise', async () => {
    const flushes = setInterval(() => redis.ask('FLUSHALL').catch(ignore), 150)
    const end = Date.now() + 1500
    const over = () => Date.now() > end
    await Promise.all([1, 2].map(() => signInUntil(over, scene.people, ledger)))
    clearInterval(flushes)
    await expectNormal(scene, ledger, redis)
  })
})

describe('a Redis that was made a replica', () => {
  it('is not written to, and is used again when it is a master once more', async () => {
    const { phone } = await scanned(scene.people())
    await redis.ask('REPLICAOF', '127.0.0.1', '1')
    expectRefused(await answerOf(people.browser.create()))
    expectRefused(await answerOf(phone.confirm()))
    await redis.ask('REPLICAOF', 'NO', 'ONE')
    await until('it is confirmed', async () => (await phone.confirm()).body.state === 'confirmed', 10)
    await expectNormal(scene, ledger, redis)
  })
})

describe('a Redis that is busy with a script of somebody else', () => {
  it('refuses for as long as it lasts', async () => {
    await scanned(people)
    await redis.ask('CONFIG', 'SET', 'busy-reply-threshold', '10')
    const endless = redis.ask('EVAL', 'while true do end', '0').catch(() => 'killed')
    await until('it is busy', async () => (await redis.ask('PING').catch(() => 'busy')) === 'busy')
    for (const reply of await everyCall(people)) expectRefused(reply)
    await redis.ask('SCRIPT', 'KILL')
    expect(await endless).toBe('killed')
    await expectNormal(scene, ledger, redis)
  })
})

describe('what Redis refuses without doing it', () => {
  const refusals = [
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'CLUSTERDOWN The cluster is down',
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'BUSY Redis is busy running a script.',
  ]

  it.each(refusals)('is asked again within the second: %s', async refusal => {
    const { port, refuse, asked } = refusing(ports[0])
    const { nodes, close } = await openScene([port])
    // Redis knows the script from here on.
    await (await created(nodes[0].people())).browser.cancel()
    const { browser } = await created(nodes[0].people())
    refuse(refusal, 2)
    const before = asked()
    expect((await browser.cancel()).status).toBe(204)
    expect(asked() - before).toBe(3)
    await close()
  })

  it.each([...refusals, 'OOM command not allowed', 'NOPERM no permissions'])(
    'ends in a refusal where it goes on, after a few tries: %s',
    async refusal => {
      const { port, refuse, asked } = refusing(ports[0])
      const { nodes, close } = await openScene([port])
      const { browser } = await created(nodes[0].people())
      refuse(refusal, Number.POSITIVE_INFINITY)
      const before = asked()
      expectRefused(await answerOf(browser.cancel()))
      expect(asked() - before).toBeLessThanOrEqual(4)
      refuse(refusal, 0)
      expect((await browser.cancel()).status).toBe(204)
      await close()
    },
  )
})

describe('something else under the key of a ticket', () => {
  const strange: [what: string, ...command: [string, (key: string) => string[]]][] = [
    ['a list', 'RPUSH', key => [key, 'x']],
    ['a hash', 'HSET', key => [key, 'x', 'y']],
    ['nothing', 'SET', key => [key, '']],
    ['text', 'SET', key => [key, 'somebody was here']],
    ['half an entry', 'SET', key => [key, '7 99999999999999 - [1,"x']],
    ['an entry of another layout', 'SET', key => [key, '7 99999999999999 - [99]']],
    ['bytes', 'SET', key => [key, '\u0000\uffff 1 1 1']],
    ['a number out of bounds', 'SET', key => [key, `${'9'.repeat(400)} ${'9'.repeat(400)} - []`]],
  ]

  it.each(strange)('makes it no ticket, and leaves the others alone: %s', async (_, command, args) => {
    const [spoilt, other] = [await scanned(scene.people()), await scanned(scene.people())]
    const key = `scanlogin:{t:${spoilt.id}}`
    await redis.ask('DEL', key)
    await redis.ask(command, ...args(key))
    const { browser, phone } = spoilt
    for (const reply of [
      await browser.read(),
      await browser.wait(0, 25),
      await phone.confirm(),
      await browser.redeem(),
    ]) {
      expect([reply.status, reply.body.code]).toEqual([404, 'not_found'])
    }
    expect((await other.phone.confirm()).body.state).toBe('confirmed')
    expect((await other.browser.redeem()).status).toBe(200)
    await signIn(people, ledger)
  })
})

/** Says no in Redis's words as often as it is told to, then asks the real one. */
function refusing(port: RedisPort) {
  let left = 0
  let words = ''
  let asked = 0
  return {
    asked: () => asked,
    refuse(text: string, times: number) {
      words = text
      left = times
    },
    port: {
      ...port,
      async send(key: string, command: readonly string[]) {
        // A node asks for the time when it likes.
        if (command[0] === 'TIME') return port.send(key, command)
        asked++
        if (left-- > 0) throw new Error(words)
        return port.send(key, command)
      },
    },
  }
}

/** The last one may be on its way when Redis is ended. */
function ignore(): void {}
