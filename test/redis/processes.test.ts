/** Server processes whose Redis is not there when they start, and whose own clocks are wrong. */
import { afterEach, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endFleets, type Fleet, startFleet } from './fleet.ts'
import { createLedger } from './ledger.ts'
import { confirmed, created, expectRefused, scanned } from './people.ts'
import { answerOf } from './scene.ts'
import { endRedis, startRedis, until } from './servers/child.ts'
import { startProxy } from './servers/tcp-proxy.ts'
import { signIn } from './sign-in.ts'

let fleet: Fleet

afterEach(async () => {
  await endFleets()
  await endRedis()
})

describe('a server whose Redis is not there', () => {
  it('starts, is alive and not ready, refuses calls, and serves by itself once Redis has come', async () => {
    const redis = await startRedis()
    await redis.crash()
    fleet = await startFleet({ store: `redis://127.0.0.1:${redis.port}`, nodes: 1 })
    expect(await health('live')).toEqual([200])
    expect(await health('ready')).toEqual([503])
    const { browser } = people()
    expectRefused(await answerOf(browser.create()))
    await redis.start()
    await until('it is ready', async () => (await health('ready'))[0] === 200, 10)
    await signIn(people(), createLedger())
  })

  it('says in its log what is wrong, and no password', async () => {
    fleet = await startFleet({ store: 'redis://user:a-password-of-redis@127.0.0.1:1', nodes: 1 })
    expectRefused(await answerOf(people().browser.create()))
    const [{ lines } = { lines: [] }] = fleet.processes
    expect(lines.filter(line => line.includes('the store connection failed')).length).toBeGreaterThan(0)
    expect(lines.join('\n')).not.toContain('a-password-of-redis')
  })

  it('that has gone away ends as it is told to', async () => {
    const redis = await startRedis()
    fleet = await startFleet({ store: `redis://127.0.0.1:${redis.port}`, nodes: 1 })
    await until('it is ready', async () => (await health('ready'))[0] === 200, 10)
    await redis.crash()
    const [server] = fleet.processes
    expect(await server?.stop()).toBe(0)
  })

  it('is not ready while the connection stands and nothing comes through, and ready again after that', async () => {
    const proxy = await startProxy((await startRedis()).port)
    fleet = await startFleet({ store: `redis://127.0.0.1:${proxy.port}`, nodes: 2 })
    await until('both are ready', async () => (await health('ready')).join() === '200,200', 10)
    proxy.hold()
    expect(await health('ready')).toEqual([503, 503])
    const attempt = await answerOf(people().browser.create())
    expectRefused(attempt)
    await proxy.pass()
    await until('both are ready', async () => (await health('ready')).join() === '200,200', 10)
    await signIn(people(), createLedger())
    await proxy.stop()
  })
})

describe('a server behind one address', () => {
  it('follows it to the new master, though the old one keeps its connections and only reads', async () => {
    const [old, next] = [await startRedis(), await startRedis()]
    const proxy = await startProxy(old.port)
    fleet = await startFleet({ store: `redis://127.0.0.1:${proxy.port}`, nodes: 1 })
    await until('it is ready', async () => (await health('ready')).join() === '200', 10)
    await signIn(people(), createLedger())
    proxy.lead(next.port)
    await old.ask('REPLICAOF', '127.0.0.1', String(next.port))
    await signIn(people(), createLedger())
    await proxy.stop()
  })
})

describe('a fleet of which one node has a clock', () => {
  it.each([-600_000, 600_000])('that is wrong by %d ms agrees on every deadline', async off => {
    const { port } = await startRedis()
    fleet = await startFleet({
      store: `redis://127.0.0.1:${port}`,
      nodes: 2,
      env: node => (node === 0 ? {} : { NODE_OPTIONS: `--import=${clockOff(off)}` }),
    })
    await until('both are ready', async () => (await health('ready')).join() === '200,200', 10)
    const ledger = createLedger()
    for (let round = 0; round < 4; round++) {
      expect((await signIn(people(), ledger)).tickets).toBe(0)
      const { browser } = await created(people())
      for (let look = 0; look < 6; look++) {
        const { body } = await browser.read()
        expect(body.state).toBe('pending')
        expect(body.expires_in).toBeGreaterThan(100)
        expect(body.expires_in).toBeLessThanOrEqual(121)
      }
      const { body } = await (await confirmed(people())).browser.redeem()
      // An hour, as a browser gets it that is new to its user.
      expect(body.session).toMatchObject({ expires_in: expect.toSatisfy(left => Math.abs(left - 3600) < 5) })
    }
    expect(ledger.breaches()).toEqual([])
  })

  it('that is set by ten minutes while it runs takes no notice', async () => {
    const { port } = await startRedis()
    fleet = await startFleet({
      store: `redis://127.0.0.1:${port}`,
      nodes: 1,
      env: () => ({ NODE_OPTIONS: `--import=${clockOff(600_000, 1500)}` }),
    })
    await until('it is ready', async () => (await health('ready')).join() === '200', 10)
    const { browser, phone } = await scanned(people())
    await new Promise(resolve => setTimeout(resolve, 2000))
    expect((await browser.read()).body.state).toBe('scanned')
    expect((await phone.confirm()).status).toBe(200)
    expect((await browser.redeem()).status).toBe(200)
  })
})

function people() {
  return createActors({ ...fleet.server, proof: 'bearer' })
}

function health(kind: 'live' | 'ready'): Promise<number[]> {
  return Promise.all(fleet.processes.map(async ({ url }) => (await fetch(`${url}/healthz/${kind}`)).status))
}

/** A module that sets the clock of the process that loads it, `after` ms from its start. */
function clockOff(ms: number, after = 0): string {
  const set = `const real=Date.now;Date.now=()=>real.call(Date)+(${ms})`
  return `data:text/javascript,${encodeURIComponent(after ? `setTimeout(()=>{${set}},${after}).unref()` : set)}`
}
