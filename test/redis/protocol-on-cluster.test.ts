/**
 * The wire protocol on a cluster that loses a master and moves slots all the while. Callers try again what is answered
 * 503, as clients do; beyond that nobody notices.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { protocolSuite } from '../../packages/scanlogin/src/testing/protocol-suite.ts'
import { endFleets, type Fleet, startFleet } from './fleet.ts'
import { PatientSocket } from './patient-socket.ts'
import { endRedis, until } from './servers/child.ts'
import { type RedisCluster, startCluster } from './servers/cluster.ts'

describe('a fleet on a cluster', () => {
  let cluster: RedisCluster
  let fleet: Fleet
  let over = false
  let unrest: Promise<void>
  const done = { kills: 0, moves: 0 }

  beforeAll(async () => {
    cluster = await startCluster()
    const hosts = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`).join()
    fleet = await startFleet({ store: `redis+cluster://${hosts}`, patience: 'tries again' })
    await until('all are ready', async () => {
      const ready = await Promise.all(fleet.processes.map(({ url }) => fetch(`${url}/healthz/ready`)))
      return ready.every(({ ok }) => ok)
    })
    unrest = disturb()
  })

  afterAll(async () => {
    over = true
    await unrest
    await endFleets()
    await endRedis()
  })

  async function disturb(): Promise<void> {
    for (let round = 0; !over; round++) {
      const masters = await cluster.masters()
      const master = masters[round % masters.length]
      if (!master) throw new Error('no master is left')
      if (round % 8 === 4) {
        await killAndReplace(cluster, master)
        done.kills++
        continue
      }
      // A slot that is in use, where there is one.
      const key = await master.ask('RANDOMKEY')
      if (typeof key === 'string') {
        await cluster.migrate(await cluster.slotOf(key))
        done.moves++
      }
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }

  protocolSuite('two server processes on a cluster in unrest', {
    describe,
    it,
    abilities: ['cookies', 'other origins', 'return addresses', 'sockets'],
    open: () => ({ ...fleet.server, WebSocket: PatientSocket }),
  })

  it('has lost a master and moved many slots meanwhile', () => {
    expect(done.kills).toBeGreaterThan(0)
    expect(done.moves).toBeGreaterThan(10)
  })
})

/** SIGKILL; its replica takes over; then it comes back as that one's replica. */
async function killAndReplace(cluster: RedisCluster, master: RedisCluster['nodes'][number]): Promise<void> {
  await master.crash()
  await until('three masters are there again', async () => {
    const masters = await cluster.masters()
    return masters.length === 3 && !masters.includes(master)
  })
  await master.start()
  await until('it follows', async () => {
    const role = await master.ask('ROLE')
    return Array.isArray(role) && role[0] === 'slave' && role[3] === 'connected'
  })
}
