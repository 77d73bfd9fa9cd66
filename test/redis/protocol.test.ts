/** The wire protocol with every call sent to a server process by chance: any node serves any call of any ticket. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { protocolSuite } from '../../packages/scanlogin/src/testing/protocol-suite.ts'
import { endFleets, type Fleet, startFleet } from './fleet.ts'
import { endRedis, startRedis } from './servers/child.ts'

describe('two processes', () => {
  let fleet: Fleet

  beforeAll(async () => {
    const { port } = await startRedis()
    fleet = await startFleet({ store: `redis://127.0.0.1:${port}` })
  })

  afterAll(async () => {
    await endFleets()
    await endRedis()
  })

  protocolSuite('two server processes on one Redis', {
    describe,
    it,
    abilities: ['cookies', 'other origins', 'return addresses', 'sockets'],
    open: () => fleet.server,
  })

  it('have nothing to say about it in their logs but what it was meant to raise', () => {
    const raised = /"event":"(contended|forged_codes|denial_spike)"/
    for (const { lines } of fleet.processes) {
      expect(lines.filter(line => /"level":(4|5|6)0/.test(line) && !raised.test(line))).toEqual([])
    }
  })
})
