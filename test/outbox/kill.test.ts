/**
 * Processes that are killed while people sign in, with a receiver outside that counts: whatever somebody was told has
 * ended is told to the receiver too, at least once, and never as anything else.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endRedis, startRedis, until } from '../redis/servers/child.ts'
import { endServers, type RunningServer, startServer } from '../server/server.ts'
import { apiKey } from '../start.ts'
import { type Receiver, startReceiver } from './webhooks/receiver.ts'

const lives = 6
const crowd = 6

let receiver: Receiver
let folder: string

afterEach(async () => {
  await endServers()
  await receiver.stop()
  await endRedis()
  rmSync(folder, { recursive: true, force: true })
})

describe.each(['memory', 'Redis'] as const)('a server on %s that is killed again and again', kind => {
  it('has told of every end that anybody was answered, and of one end for each ticket', async () => {
    receiver = await startReceiver()
    folder = mkdtempSync(join(tmpdir(), 'scanlogin-kill-'))
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    const env = {
      SCANLOGIN_API_KEY: apiKey,
      SCANLOGIN_PRESET: 'none',
      SCANLOGIN_LOG_LEVEL: 'fatal',
      SCANLOGIN_STORE: kind === 'memory' ? 'memory:' : `redis://127.0.0.1:${(await startRedis()).port}`,
      SCANLOGIN_WEBHOOKS: JSON.stringify([{ name: 'outside', url: receiver.url, secret }]),
      SCANLOGIN_WEBHOOKS_DATABASE: `file:${join(folder, 'webhooks.db')}`,
      SCANLOGIN_WEBHOOKS_PRIVATE: '127.0.0.1',
    }
    const answered = new Map<string, string>()
    for (let life = 0; life < lives; life++) {
      const server = await startServer(env)
      const before = answered.size
      const people = Array.from({ length: crowd }, () => goOn(server, answered))
      await until('some have come to an end', () => answered.size > before + crowd)
      await new Promise(resolve => setTimeout(resolve, Math.random() * 800))
      process.kill(server.pid, 'SIGKILL')
      await server.exited
      await Promise.all(people)
    }
    await startServer(env)
    // A loan of a dead process ends after 20 s, and so does a delivery that it had begun.
    await until('all that was answered has arrived', () => missing(answered).length === 0, 80)
    for (const [ticket, types] of typesByTicket()) {
      const expected = answered.get(ticket)
      expect([ticket, [...types]]).toEqual([ticket, [expected ?? [...types][0]]])
    }
  }, 180_000)
})

/** One sign-in after the other, each to one of three ends, until nobody answers. */
async function goOn({ url, origin }: RunningServer, answered: Map<string, string>): Promise<void> {
  try {
    for (let round = 0; ; round++) {
      const people = createActors({ url: `${url}/v1`, origin, apiKey, proof: 'bearer' })
      await people.browser.create()
      const { id } = people.browser.ticket
      const [type, status] = (await ends[round % ends.length]?.(people)) ?? ['', 0]
      if (status === 200 || status === 204) answered.set(id, type)
    }
  } catch {
    // It was killed.
  }
}

const ends: ((people: Actors) => Promise<[type: string, status: number]>)[] = [
  async ({ browser, phone }) => {
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    return ['ticket.redeemed', (await browser.redeem()).status]
  },
  async ({ browser, phone }) => {
    await phone.scan(browser.ticket.qr.url)
    return ['ticket.denied', (await phone.deny()).status]
  },
  async ({ browser }) => ['ticket.cancelled', (await browser.cancel()).status],
]

function typesByTicket(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { body } of receiver.calls) {
    const { type, data } = JSON.parse(body) as { type: string; data: { ticket: string } }
    found.set(data.ticket, (found.get(data.ticket) ?? new Set()).add(type))
  }
  return found
}

function missing(answered: ReadonlyMap<string, string>): string[] {
  const arrived = typesByTicket()
  return [...answered.keys()].filter(id => !arrived.has(id))
}
