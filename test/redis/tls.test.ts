/** TLS and passwords to every kind of Redis, by the server's own configuration and certificates of an authority of ours. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { diagnose, runDoctor } from '../doctor/doctor.ts'
import { endFleets, type Fleet, startFleet } from './fleet.ts'
import { createLedger } from './ledger.ts'
import { expectRefused } from './people.ts'
import { answerOf } from './scene.ts'
import { type Authority, createAuthority, endAuthorities } from './servers/authority.ts'
import { endRedis, until } from './servers/child.ts'
import {
  password,
  type Secured,
  sentinelPassword,
  startSecured,
  startSecuredCluster,
  startSecuredSentinels,
} from './servers/secured.ts'
import { signIn } from './sign-in.ts'

let authority: Authority
let stranger: Authority

beforeAll(() => {
  authority = createAuthority()
  stranger = createAuthority()
})

afterEach(endFleets)

afterAll(async () => {
  await endRedis()
  endAuthorities()
})

describe.each([
  ['one Redis', startSecured],
  ['Redis with Sentinel', startSecuredSentinels],
  ['a Redis Cluster', startSecuredCluster],
])('a server whose store is %s behind TLS, with passwords,', (_, begin) => {
  let secured: Secured

  beforeAll(async () => {
    secured = await begin(authority)
  })

  it('signs people in when it is given the authority', async () => {
    const fleet = await startFleet({ store: secured.address, env: () => ({ NODE_EXTRA_CA_CERTS: authority.file }) })
    await until(`all are ready; ${logOf(fleet)}`, () => areReady(fleet))
    const ledger = createLedger()
    for (let round = 0; round < 3; round++) await signIn(createActors({ ...fleet.server, proof: 'bearer' }), ledger)
    expect(ledger.breaches()).toEqual([])
    expect(logOf(fleet)).not.toContain('the store connection failed')
  })

  it('hears at once of what another process writes', async () => {
    const env = { SCANLOGIN_STORE: secured.address, NODE_EXTRA_CA_CERTS: authority.file }
    // It gives a store three seconds, which on a busy machine may be too few.
    await until('the doctor hears', async () => {
      const { stdout } = await runDoctor(env, ['--only', 'store,store-writing'])
      return /heard of after \d+ ms/.test(stdout)
    })
  })

  it('refuses a certificate of any other authority, says so in its log, and no password', async () => {
    const env = () => ({ NODE_EXTRA_CA_CERTS: stranger.file })
    const fleet = await startFleet({ store: secured.address, nodes: 1, env })
    await until('the log says why', () => /"(message|cause)":"[^"]*(certificate|signature)/.test(logOf(fleet)))
    expect(await areReady(fleet)).toBe(false)
    expectRefused(await answerOf(createActors({ ...fleet.server, proof: 'bearer' }).browser.create()))
    for (const secret of [password, sentinelPassword]) {
      expect(logOf(fleet)).not.toContain(secret)
      expect(logOf(fleet)).not.toContain(encodeURIComponent(secret))
    }
  })

  it('is told by the doctor which authority it lacks', async () => {
    let remedy: string | undefined
    await until('the doctor names the certificate', async () => {
      const [finding] = (await diagnose({ SCANLOGIN_STORE: secured.address }, 'store')).of('store')
      remedy = finding?.remedy
      return /certificate/.test(finding?.found ?? '')
    })
    expect(remedy).toContain('NODE_EXTRA_CA_CERTS')
  })

  it('says in its log that the password is wrong, and not which one', async () => {
    const store = secured.address.replace('scanlogin:', 'scanlogin:wrong-')
    const fleet = await startFleet({ store, nodes: 1, env: () => ({ NODE_EXTRA_CA_CERTS: authority.file }) })
    await until('the log says why', () => /"(message|cause)":"WRONGPASS/.test(logOf(fleet)))
    expect(logOf(fleet)).not.toContain('wrong-')
  })
})

it('a cluster whose nodes give addresses that no certificate has is refused, and the log says so', async () => {
  const { address, processes } = await startSecuredCluster(authority)
  for (const node of processes) await node.ask('CONFIG', 'SET', 'cluster-preferred-endpoint-type', 'ip')
  const fleet = await startFleet({ store: address, nodes: 1, env: () => ({ NODE_EXTRA_CA_CERTS: authority.file }) })
  await until('the log says why', () => /"cause":"Hostname\/IP does not match certificate/.test(logOf(fleet)))
  expect(await areReady(fleet)).toBe(false)
})

async function areReady({ processes }: Fleet): Promise<boolean> {
  const answers = await Promise.all(processes.map(({ url }) => fetch(`${url}/healthz/ready`)))
  return answers.every(({ ok }) => ok)
}

function logOf({ processes }: Fleet): string {
  return processes.flatMap(({ lines }) => lines).join('\n')
}
