/** Keys of ours that hold what scanlogin has not written: nobody is signed in by them, and the log says so. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endFleets, type Fleet, startFleet } from './fleet.ts'
import { scanned } from './people.ts'
import { endRedis, type RedisProcess, startRedis, until } from './servers/child.ts'

let redis: RedisProcess
let fleet: Fleet

beforeEach(async () => {
  redis = await startRedis()
  fleet = await startFleet({ store: `redis://127.0.0.1:${redis.port}`, nodes: 1 })
})

afterEach(async () => {
  await endFleets()
  await endRedis()
})

it.each([
  ['of another type', async (key: string) => void (await redis.ask('RPUSH', key, 'x'))],
  ['that is no entry', async (key: string) => void (await redis.ask('SET', key, 'somebody was here'))],
])('something %s is said once, with its key', async (_, spoil) => {
  const { browser, id } = await scanned(people())
  const key = `scanlogin:{t:${id}}`
  await redis.ask('DEL', key)
  await spoil(key)
  for (let tries = 0; tries < 5; tries++) {
    expect((await browser.read()).status).toBe(404)
    expect((await browser.wait(0, 1)).status).toBe(404)
  }
  await expectSaid({ level: 50, key })
})

it('an entry that is no ticket is said once, by the mark of the ticket and not by its id', async () => {
  const { browser, id } = await scanned(people())
  await redis.ask('SET', `scanlogin:{t:${id}}`, '7 99999999999999 - [99]')
  for (let tries = 0; tries < 5; tries++) expect((await browser.read()).status).toBe(404)
  await expectSaid({ level: 50, event: 'unreadable', ticket: expect.stringMatching(/^[\w-]{12}$/) })
  expect(lines().join('\n')).not.toContain(id)
})

async function expectSaid(what: object): Promise<void> {
  const said = () => lines().filter(line => line.includes('"level":50'))
  await until('it is said', () => said().length > 0)
  expect(said().map(line => JSON.parse(line))).toEqual([expect.objectContaining(what)])
}

function lines(): readonly string[] {
  return fleet.processes[0]?.lines ?? []
}

function people() {
  return createActors({ ...fleet.server, proof: 'bearer' })
}
