/** Entries that nodes change at the same moment, over a real Redis between them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changeEntry } from '../../packages/scanlogin/src/core/change-entry.ts'
import { createGuesses } from '../../packages/scanlogin/src/core/limits/guesses.ts'
import { systemClock } from '../../packages/scanlogin/src/index.ts'
import { redisStore } from '../../packages/scanlogin/src/redis.ts'
import { endRedis, type RedisProcess, startRedis } from './servers/child.ts'
import { closeClients, ioredisTo } from './servers/clients.ts'

let redis: RedisProcess

beforeEach(async () => {
  redis = await startRedis()
})

afterEach(async () => {
  closeClients()
  await endRedis()
})

async function node() {
  return redisStore(await ioredisTo(redis.port))
}

describe('an entry that two nodes change at once', () => {
  it('has every change in it, also those that guessed that nothing was there', async () => {
    const nodes = await Promise.all([node(), node()])
    const one = 'abcdefghijklmnopqrstuvwx'
    await Promise.all(
      [...one].map((letter, at) => {
        const store = nodes[at % 2] ?? nodes[0]
        return changeEntry(
          store,
          'letters',
          present => ({ value: (present?.value ?? '') + letter, expiresAt: systemClock.now() + 60_000 }),
          at % 3 === 0 ? { guess: 'nothing' } : {},
        )
      }),
    )
    const entry = await nodes[1].get('letters')
    expect([...(entry?.value ?? '')].sort().join('')).toBe(one)
    expect(entry?.version).toBe(one.length)
    await Promise.all(nodes.map(store => store.close()))
  })
})

describe('guesses that two nodes take at once', () => {
  it('are five, however many are asked for', async () => {
    const nodes = await Promise.all([node(), node()])
    const guesses = nodes.map(store => createGuesses(store, systemClock))
    const asked = Array.from({ length: 40 }, (_, at) => guesses[at % 2]?.take('eve'))
    const settled = await Promise.allSettled(asked)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    await Promise.all(nodes.map(store => store.close()))
  })
})
