/** The first calls that a new node gets, when it has not heard from Redis yet. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clockOf } from '../../packages/scanlogin/src/core/clock.ts'
import { type RedisPort, redisStore } from '../../packages/scanlogin/src/redis.ts'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import type { Reply } from '../../packages/scanlogin/src/testing/caller.ts'
import { apiKey, start } from '../start.ts'
import { expectRefused } from './people.ts'
import { answerOf, siteUrl } from './scene.ts'
import { endRedis, type RedisProcess, startRedis } from './servers/child.ts'
import { closeClients, ioredisTo, nodeRedisTo } from './servers/clients.ts'

let redis: RedisProcess

beforeEach(async () => {
  redis = await startRedis()
})

afterEach(async () => {
  closeClients()
  await endRedis()
})

describe.each([
  ['ioredis', ioredisTo],
  ['node-redis', nodeRedisTo],
])('a node that has just been made, on Redis by %s', (_, connect) => {
  it('serves its very first call, whichever it is', async () => {
    const port = await connect(redis.port)
    const { browser, close } = open(port)
    expect((await browser.create()).status).toBe(201)
    await close()
    const next = open(port)
    expect((await next.phone.type('BCDF-GHJK')).status).toBe(404)
    await next.close()
    const waiting = open(port)
    expect((await waiting.newBrowser().call('GET', `/tickets/${browser.ticket.id}`)).status).toBe(404)
    await waiting.close()
  })

  it('takes a ticket over from the node before it, by a wait that is its very first call', async () => {
    const port = await connect(redis.port)
    const before = open(port)
    await before.browser.create()
    await before.close()
    const { handler, close } = open(port)
    const { id } = before.browser.ticket
    const headers = { authorization: `Bearer ${before.browser.secret}` }
    const reply = await handler(new Request(`${siteUrl}/v1/tickets/${id}?since=0&wait=25`, { headers }))
    expect(await reply.json()).toMatchObject({ id, state: 'pending' })
    await close()
  })
})

describe('a node whose Redis says nothing from the start', () => {
  it('refuses its first calls', async () => {
    const silent: RedisPort = {
      send: () => new Promise(() => {}),
      subscribe: () => new Promise(() => {}),
      close: async () => {},
    }
    const { browser, phone } = open(silent)
    const calls: Promise<Reply>[] = [browser.create(), phone.type('BCDF-GHJK')]
    for (const reply of await Promise.all(calls.map(call => answerOf(call, 5)))) expectRefused(reply)
  })
})

function open(port: RedisPort) {
  const store = redisStore(port)
  const { handler } = start({ proof: 'bearer', login: { store, clock: clockOf(store) } })
  return {
    ...createActors({ url: `${siteUrl}/v1`, apiKey, proof: 'bearer', fetch: handler }),
    handler,
    close: () => store.close(),
  }
}
