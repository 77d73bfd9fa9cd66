/**
 * A cluster all of whose addresses change, as when its containers are replaced: servers that know only the old ones find
 * the new ones by the names that they were started with.
 */
import { afterEach, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endFleets, type Fleet, startFleet } from './fleet.ts'
import { createLedger } from './ledger.ts'
import { scanned } from './people.ts'
import { answerOf } from './scene.ts'
import { endRedis, type RedisProcess, until } from './servers/child.ts'
import { startCluster } from './servers/cluster.ts'
import { startProxy, type TcpProxy } from './servers/tcp-proxy.ts'
import { signIn } from './sign-in.ts'

let names: TcpProxy[] = []

afterEach(async () => {
  await endFleets()
  await endRedis()
  await Promise.all(names.map(name => name.stop()))
})

it.each([
  ['refuse', (node: RedisProcess) => node.crash()],
  ['have gone silent', async (node: RedisProcess) => node.freeze()],
])(
  'a cluster that has moved is found again though its old addresses %s, with all that was begun',
  async (_, leave) => {
    const old = await startCluster()
    names = await Promise.all(old.nodes.slice(0, 3).map(({ port }) => startProxy(port)))
    const fleet = await startFleet({ store: `redis+cluster://${names.map(({ port }) => `127.0.0.1:${port}`)}` })
    await ready(fleet)
    const ledger = createLedger()
    await signIn(people(fleet), ledger)
    const begun = await Promise.all([1, 2, 3, 4, 5, 6].map(() => scanned(people(fleet))))

    // They stand still meanwhile, and so know the old addresses only.
    for (const server of fleet.processes) server.signal('SIGSTOP')
    const moved = await old.moveAway()
    for (const [at, name] of names.entries()) name.lead(moved.nodes[at]?.port ?? 0)
    await Promise.all(old.nodes.map(leave))
    for (const server of fleet.processes) server.signal('SIGCONT')
    const crowd = Promise.all([1, 2].map(() => signIn(people(fleet), ledger)))

    await ready(fleet)
    await crowd
    for (const { phone, browser } of begun) {
      expect((await answerOf(phone.confirm())).body.state).toBe('confirmed')
      expect((await answerOf(browser.redeem())).status).toBe(200)
    }
    for (let round = 0; round < 5; round++) {
      const { refusals, tickets } = await signIn(people(fleet), ledger)
      expect([refusals, tickets]).toEqual([0, 0])
    }
    expect(ledger.breaches()).toEqual([])
  },
  120_000,
)

async function ready({ processes }: Fleet): Promise<void> {
  await until('all are ready', async () => {
    const replies = await Promise.all(processes.map(({ url }) => fetch(`${url}/healthz/ready`)))
    return replies.every(({ ok }) => ok)
  })
}

function people({ server }: Fleet) {
  return createActors({ ...server, proof: 'bearer' })
}
