/**
 * A master that its replicas and sentinels cannot reach any more, while half the fleet can: it goes on taking writes, and
 * the others have made a new one. What it acknowledged meanwhile is lost when they meet; nobody gets two sessions for it,
 * and nobody one against their will.
 */
import { afterEach, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import type { Running } from '../start.ts'
import { endFleets, startFleet } from './fleet.ts'
import { createLedger } from './ledger.ts'
import { type Attempt, scanned } from './people.ts'
import { endRedis, type RedisProcess, until } from './servers/child.ts'
import { type SentinelSet, startSentinelSet } from './servers/sentinel.ts'
import { startProxy, type TcpProxy } from './servers/tcp-proxy.ts'
import { signIn, tokenIn } from './sign-in.ts'

afterEach(async () => {
  await endFleets()
  await endRedis()
  await Promise.all(proxies.splice(0).map(proxy => proxy.stop()))
})

it('what half a fleet was told by a master that the rest had given up is lost, and doubles nothing', async () => {
  const { set, old, cut, heal } = await startDivisible()
  const fleet = await startFleet({
    store: `redis+sentinel://${set.sentinels.map(({ port }) => `127.0.0.1:${port}`)}/${set.name}`,
    env: node => ({ NODE_OPTIONS: `--import=${roadTo(old.known, node === 0 ? old.master.port : old.far)}` }),
  })
  const [here, there] = fleet.processes
  await ready(here)
  await ready(there)
  const ledger = createLedger()
  let side = here
  const begin = async () => {
    const people = createActors({ ...fleet.server, proof: 'bearer', fetch: request => askOf(side, request) })
    const attempt = await scanned(people)
    ledger.created(attempt.id)
    ledger.approved(attempt.id, userOf(attempt))
    return attempt
  }
  const collect = async (attempt: Attempt) => {
    const { status, body } = await attempt.browser.redeem()
    expect(status).toBe(200)
    ledger.collected(attempt.id, userOf(attempt), tokenIn(body.session))
  }
  const [agreed, refused, collected] = [await begin(), await begin(), await begin()]
  await until('the replicas have them', async () => {
    const replicas = set.servers.filter(server => server !== old.master)
    const seen = replicas.map(replica => replica.ask('GET', `scanlogin:{t:${collected.id}}`))
    return (await Promise.all(seen)).every(entry => String(entry).startsWith('2 '))
  })

  cut()
  // On the old master's side nobody can tell that something is wrong.
  for (const { phone } of [agreed, refused, collected]) expect((await phone.confirm()).body.state).toBe('confirmed')
  await collect(collected)
  await until('the others have a new master', async () => (await set.master().catch(() => old.master)) !== old.master)
  await ready(there)

  side = there
  for (const { browser } of [agreed, refused, collected]) expect((await browser.read()).body.state).toBe('scanned')
  expect((await refused.phone.deny()).body.state).toBe('denied')
  ledger.ended(refused.id)
  expect((await collected.phone.confirm()).body.state).toBe('confirmed')
  await collect(collected)

  await heal()
  await until('the old master follows', async () => {
    // Sentinel closes the connections of whom it makes a replica, and this one with them.
    const role = await old.master.ask('ROLE').catch(() => undefined)
    return Array.isArray(role) && role[0] === 'slave' && role[3] === 'connected'
  })
  side = here
  // It remembers what it was told, and asks a Redis that knows better.
  await until('its half serves again', async () => (await refused.browser.redeem()).body.code === 'ticket_denied')
  expect((await agreed.browser.read()).body.state).toBe('scanned')
  await collect(collected)
  expect((await agreed.phone.confirm()).body.state).toBe('confirmed')
  side = there
  await collect(agreed)
  expect([ledger.sessions(), ledger.breaches()]).toEqual([2, []])
  await signIn(createActors({ ...fleet.server, proof: 'bearer' }), ledger)
  expect(ledger.breaches()).toEqual([])
}, 90_000)

const proxies: TcpProxy[] = []

/** A Sentinel set whose first master is reached by three roads; `cut` leaves only the direct one. */
async function startDivisible() {
  const roads: TcpProxy[] = []
  const set: SentinelSet = await startSentinelSet(async port => {
    roads.push(await startProxy(port), await startProxy(port))
    proxies.push(...roads)
    return roads[0]?.port ?? port
  })
  const master: RedisProcess = await set.master()
  const [known = master.port, far = master.port] = roads.map(({ port }) => port)
  return {
    set,
    old: { master, known, far },
    cut() {
      for (const road of roads) road.hold()
    },
    async heal() {
      await Promise.all(roads.map(road => road.pass()))
    },
  }
}

/** A module that leads the connections of the process that loads it elsewhere. */
function roadTo(from: number, to: number): string {
  const module = `import net from 'node:net'
    const connect = net.Socket.prototype.connect
    net.Socket.prototype.connect = function (...args) {
      const [options] = Array.isArray(args[0]) ? args[0] : args
      if (options.port === ${from}) options.port = ${to}
      return connect.apply(this, args)
    }`
  return `data:text/javascript,${encodeURIComponent(module)}`
}

async function ready(server: Running | undefined): Promise<void> {
  await until('it is ready', async () => (await fetch(`${server?.url}/healthz/ready`)).ok)
}

async function askOf(server: Running | undefined, { url, method, headers, body }: Request): Promise<Response> {
  const { pathname, search } = new URL(url)
  const content = body ? { body: await new Response(body).arrayBuffer() } : {}
  return fetch(`${server?.url}${pathname}${search}`, { method, headers, ...content })
}

function userOf({ phone }: Attempt): string {
  return phone.user?.id ?? ''
}
