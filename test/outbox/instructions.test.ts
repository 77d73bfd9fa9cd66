/**
 * A process that dies at each of its commands in turn, once before Redis has it and once after: whatever state the ticket
 * is in then, another process tells of its end.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../packages/scanlogin/src/index.ts'
import { startRelay, type TicketEvent } from '../../packages/scanlogin/src/outbox.ts'
import { type RedisPort, redisStore } from '../../packages/scanlogin/src/redis.ts'
import { endRedis, type RedisProcess, startRedis, until } from '../redis/servers/child.ts'
import { closeClients, ioredisTo } from '../redis/servers/clients.ts'
import { start } from '../start.ts'

let redis: RedisProcess

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  closeClients()
  await endRedis()
})

/** More than a sign-in, its refusal and the relay's first looks send. */
const instructions = 24

describe('an end that was written', () => {
  it('is told, whichever command was the last of the process that wrote it', async () => {
    const port = await ioredisTo(redis.port)
    const deaths = Array.from({ length: instructions }, (_, last) => ['before', 'after'].map(when => ({ last, when })))
    const untold = await Promise.all(deaths.flat().map(death => dieAt(port, death)))
    expect(untold.filter(found => found !== undefined)).toEqual([])
  }, 120_000)
})

/** `undefined` where all is well. */
async function dieAt(port: RedisPort, { last, when }: { last: number; when: string }): Promise<string | undefined> {
  const prefix = `die-${when}-${last}:`
  const mortal = dying(port, last, when)
  const told: TicketEvent[] = []
  const listen = (event: TicketEvent) => void told.push(event)

  const store = redisStore(mortal.port, { prefix })
  const clock = { ...systemClock, now: () => store.now?.() ?? Date.now() }
  await store.get('first').catch(() => {})
  const { browser, phone } = start({ proof: 'bearer', login: { store, clock, keepEvents: 'final' } })
  const relay = startRelay({ store, clock, to: [listen] })
  const created = await browser.create()
  const id = created.status === 201 ? browser.ticket.id : undefined
  if (id !== undefined) {
    const scanned = await phone.scan(browser.ticket.qr.url)
    if (scanned.status === 200) await phone.deny()
    await new Promise(resolve => setTimeout(resolve, 300))
  }
  // Whatever is left of it does nothing more.
  mortal.die()
  await relay.stop()

  const there = redisStore(port, { prefix })
  const record = id === undefined ? undefined : await there.get(`t:${id}`)
  const other = startRelay({ store: there, to: [listen] })
  const ended = record?.value.includes('"denied"') === true
  const heard = () => told.some(({ type, data }) => type === 'ticket.denied' && data.ticket === id)
  if (ended) await until('it is told', heard, 60)
  await other.stop()
  await Promise.all([store.close(), there.close()])
  const wrong = told.filter(({ type }) => type !== 'ticket.denied')
  return ended === heard() && wrong.length === 0 ? undefined : `${when} ${last}: ${JSON.stringify(told)}`
}

/** Its first `last` commands get through; of the next one only half does. */
function dying(port: RedisPort, last: number, when: string): { port: RedisPort; die(): void } {
  let sent = 0
  let dead = false
  const gone = () => Promise.reject(new Error('This process is dead'))
  return {
    die() {
      dead = true
    },
    port: {
      ...port,
      async send(key, command) {
        // Asking for the time is no step of anything, and how often it happens is chance.
        if (command[0] === 'TIME' && !dead) return port.send(key, command)
        if (dead) return gone()
        if (sent++ < last) return port.send(key, command)
        dead = true
        if (when === 'after') await port.send(key, command)
        return gone()
      },
    },
  }
}
