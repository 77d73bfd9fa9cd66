/** Events in Redis, single and cluster: written by the very script that writes the ticket, whoever delivers them later. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../packages/scanlogin/src/index.ts'
import { startRelay, type TicketEvent } from '../../packages/scanlogin/src/outbox.ts'
import { type RedisPort, redisStore, redisStream } from '../../packages/scanlogin/src/redis.ts'
import { slotOf, tagOf } from '../../packages/scanlogin/src/stores/redis/slots.ts'
import { endRedis, type RedisProcess, startRedis, until } from '../redis/servers/child.ts'
import { closeClients, ioredisTo, ioredisToCluster } from '../redis/servers/clients.ts'
import { type RedisCluster, startCluster } from '../redis/servers/cluster.ts'
import { start } from '../start.ts'

let single: RedisProcess
let cluster: RedisCluster
let round = 0
let prefix = ''

beforeAll(async () => {
  ;[single, cluster] = await Promise.all([startRedis(), startCluster()])
})
beforeEach(() => {
  prefix = `test${++round}:`
})
afterEach(closeClients)
afterAll(endRedis)

const kinds: Record<string, () => Promise<RedisPort>> = {
  'a single Redis': () => ioredisTo(single.port),
  'a cluster': () => ioredisToCluster(cluster),
}

async function openNode(connect: () => Promise<RedisPort>) {
  const port = await connect()
  const store = redisStore(port, { prefix })
  await store.get('first')
  const clock = { ...systemClock, now: () => store.now?.() ?? Date.now() }
  return { port, store, ...start({ proof: 'bearer', login: { store, clock, keepEvents: 'every' } }) }
}

describe.each(Object.entries(kinds))('in %s', (_name, connect) => {
  it('an event is there with the step, and delivered by another process than the one that wrote it', async () => {
    const writing = await openNode(connect)
    const { browser, phone } = writing
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await phone.deny()
    const part = await partWithEvents(writing.store.outbox)
    expect(part).toBeGreaterThanOrEqual(0)
    await writing.store.close()

    const other = await openNode(connect)
    const events: TicketEvent[] = []
    const relay = startRelay({ store: other.store, to: [event => void events.push(event)] })
    await until('all are told', () => events.length === 3, 30)
    expect(events.map(({ type }) => type)).toEqual(['ticket.created', 'ticket.scanned', 'ticket.denied'])
    await relay.stop()
    expect(await other.store.outbox?.depth(part)).toBe(0)
    await other.store.close()
  }, 60_000)
})

describe('a Redis that is full', () => {
  it('takes no new tickets, and tells of those that end', async () => {
    const { store, newBrowser } = await openNode(() => ioredisTo(single.port))
    const [begun, refused] = [newBrowser(), newBrowser()]
    await begun.create()
    await single.ask('CONFIG', 'SET', 'maxmemory', '1mb', 'maxmemory-policy', 'noeviction')
    try {
      expect((await refused.create()).status).toBe(503)
      expect((await begun.cancel()).status).toBe(204)
      const told: string[] = []
      const relay = startRelay({ store, to: [({ type }) => void told.push(type)] })
      await until('its end is told', () => told.length === 2)
      expect(told).toEqual(['ticket.created', 'ticket.cancelled'])
      await relay.stop()
    } finally {
      await single.ask('CONFIG', 'SET', 'maxmemory', '0')
      await store.close()
    }
  })
})

describe('a stream for consumers', () => {
  it('holds each event with its id, its type and all of it', async () => {
    const { store, port, browser } = await openNode(() => ioredisTo(single.port))
    const stream = `${prefix}events`
    const relay = startRelay({ store, to: [redisStream(port, { stream })] })
    await browser.create()
    await browser.cancel()
    await until('both are there', async () => Number(await single.ask('XLEN', stream)) === 2)
    const [, last] = (await single.ask('XRANGE', stream, '-', '+')) as [string, string[]][]
    const [, id, , type, , event] = last?.[1] ?? []
    expect([id, type]).toEqual([`evt_${browser.ticket.id}_2`, 'ticket.cancelled'])
    expect(JSON.parse(event ?? '')).toMatchObject({ id, type, data: { ticket: browser.ticket.id } })
    await relay.stop()
    await store.close()
  })
})

describe('a slot', () => {
  it('is found as the cluster itself finds it', async () => {
    for (const key of ['', 'a', 'scanlogin:{t:ABC}', 'x{}y', 'foo{bar}{baz}', '123456789']) {
      expect([key, slotOf(key)]).toEqual([key, await cluster.slotOf(key)])
    }
  })

  it('has a name that leads to it', () => {
    for (let slot = 0; slot < 16_384; slot++) expect(slotOf(`{${tagOf(slot)}}`)).toBe(slot)
  })
})

/** A few at a time: a cluster has sixteen thousand, and each answer is due within a second. */
async function partWithEvents(outbox: { parts: number; depth(part: number): Promise<number> } | undefined) {
  const together = 256
  for (let first = 0; outbox && first < outbox.parts; first += together) {
    const depths = await Promise.all(
      Array.from({ length: together }, (_, at) => outbox.depth((first + at) % outbox.parts)),
    )
    const found = depths.findIndex(depth => depth !== 0)
    if (found >= 0) return first + found
  }
  return -1
}
