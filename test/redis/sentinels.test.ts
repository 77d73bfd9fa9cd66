/** Sentinels that do not answer, or not this server. */
import { afterEach, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { runDoctor } from '../doctor/doctor.ts'
import { endFleets, startFleet } from './fleet.ts'
import { createLedger } from './ledger.ts'
import { createAuthority, endAuthorities } from './servers/authority.ts'
import { endRedis, until } from './servers/child.ts'
import { sentinelPassword, startSecuredSentinels } from './servers/secured.ts'
import { startSentinelSet } from './servers/sentinel.ts'
import { signIn } from './sign-in.ts'

afterEach(async () => {
  await endFleets()
  await endRedis()
  endAuthorities()
})

it('a sentinel that takes connections and says nothing is passed over', async () => {
  const { sentinels, name } = await startSentinelSet()
  sentinels[0]?.freeze()
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join()
  const { server } = await startFleet({ store: `redis+sentinel://${hosts}/${name}`, nodes: 1, patience: 'tries again' })
  await signIn(createActors({ ...server, proof: 'bearer' }), createLedger())
})

it.each([
  ['no login', /\?.*/, '', 'NOAUTH'],
  ['a wrong password', encodeURIComponent(sentinelPassword), 'not-this-one', 'WRONGPASS'],
])('a server with %s for the sentinels says that they refuse it', async (_, part, instead, word) => {
  const authority = createAuthority()
  const { address } = await startSecuredSentinels(authority)
  const env = () => ({ NODE_EXTRA_CA_CERTS: authority.file })
  const { processes } = await startFleet({ store: address.replace(part, instead), nodes: 1, env })
  const log = () => processes.flatMap(({ lines }) => lines).join('\n')
  await until('the log says so', () => log().includes(`All sentinels are unreachable`) && log().includes(word))
  expect(log()).not.toContain('not-this-one')
  const given = { SCANLOGIN_STORE: address.replace(part, instead), ...env() }
  await until('the doctor knows', async () => {
    const { stdout } = await runDoctor(given, ['--only', 'store'])
    return stdout.includes('The sentinels have a login of their own')
  })
})

it('a cluster whose name leads nowhere is said in the log', async () => {
  const { processes } = await startFleet({ store: 'redis+cluster://nowhere.invalid:6379', nodes: 1 })
  await until('the log names it', () =>
    processes.some(({ lines }) => /getaddrinfo .*nowhere\.invalid/.test(lines.join())),
  )
})
