/** Several processes on one port. @see docs/configuration.md, "On several cores". */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../../packages/scanlogin/src/client.ts'
import { freePort } from '../free-port.ts'
import { endRedis, type RedisProcess, startRedis } from '../redis/servers/child.ts'
import { type RawWait, startRaw } from '../waiting/connections.ts'
import { type Crew, childrenOf, fetchAnew, lives, socketsOf, startCrew } from './crew.ts'
import { endServers, runServer } from './server.ts'

let redis: RedisProcess

beforeEach(async () => {
  redis = await startRedis()
})

afterEach(async () => {
  await endServers()
  await endRedis()
})

describe('a server of several workers', () => {
  it('says once where it listens', async () => {
    const { output, port } = await startCrew(redis.port, 3)
    expect(
      output()
        .split('\n')
        .filter(line => line.startsWith('listening')),
    ).toEqual([`listening on http://127.0.0.1:${port}`])
  })

  it('deals its browsers out to all of them', async () => {
    const crew = await startCrew(redis.port, 3)
    const pids = [...crew.workers().values()]
    const before = pids.map(socketsOf)
    const held = () => pids.map((pid, at) => socketsOf(pid) - (before[at] ?? 0))
    const all = () => held().every(count => count >= 3)
    // The next browser goes to the worker that is free: on a busy machine the shares are far from equal.
    for (let crowds = 0; crowds < 10 && !all(); crowds++) await holdMany(crew, 60)
    await vi.waitFor(() => expect(all()).toBe(true), patience)
  })

  it('signs people in whose every call comes to another worker', async () => {
    const crew = await startCrew(redis.port, 3)
    await Promise.all(Array.from({ length: 20 }, () => signIn(crew)))
  })

  it('divides the limits on waiting between them, and logs with the number of the worker', async () => {
    const crew = await startCrew(redis.port, 4, { SCANLOGIN_MAX_WAITING: '100' })
    const waits = await holdMany(crew, 200)
    await vi.waitFor(() => expect(answered(waits)).toBeGreaterThanOrEqual(100), patience)
    await crew.written('too many browsers wait')
    const line = crew
      .output()
      .split('\n')
      .find(line => line.includes('too many browsers wait'))
    const { worker, limit } = JSON.parse(line ?? '{}')
    expect([[1, 2, 3, 4].includes(worker), limit]).toEqual([true, 'maxWaiting'])
  })

  it('shows what all of them count as one', async () => {
    const metrics = await freePort()
    const crew = await startCrew(redis.port, 3, { SCANLOGIN_METRICS: String(metrics) })
    await Promise.all(Array.from({ length: 12 }, () => crew.newBrowser().create()))
    const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
    const created = /^scanlogin_http_requests_total\{method="POST",route="\/v1\/tickets",status="201"\} (\d+)$/m.exec(
      text,
    )
    expect(created?.[1]).toBe('12')
    expect(text).toMatch(/^scanlogin_build_info\{[^}]*\} 1$/m)
  })

  it('does not start in memory that they would not share', async () => {
    for (const count of ['2', 'auto']) {
      const { code, stdout, stderr } = await runServer({ SCANLOGIN_WORKERS: count })
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toContain(
        'SCANLOGIN_WORKERS: several processes do not share memory. Set SCANLOGIN_STORE to a Redis',
      )
    }
  })

  it('says once what is wrong where its port is taken or its host is elsewhere', async () => {
    const env = { SCANLOGIN_WORKERS: '3', SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}` }
    const taken = await runServer({ ...env, PORT: String(redis.port) })
    expect(taken).toEqual({ code: 1, stdout: '', stderr: 'That port is taken: set PORT to another one.\n' })
    const elsewhere = await runServer({ ...env, PORT: String(await freePort()), HOST: '192.0.2.1' })
    expect(elsewhere).toMatchObject({ code: 1, stdout: '' })
    expect(elsewhere.stderr).toMatch(/^HOST is not an address of this machine[^\n]*\n$/)
  })
})

describe('a worker that is killed', () => {
  it('takes its own connections with it and no others, and comes back', async () => {
    const crew = await startCrew(redis.port, 2)
    const [doomed = 0, other = 0] = [1, 2].map(number => crew.workers().get(number))
    const before = socketsOf(other)
    const waits = await holdMany(crew, 40)
    const spared = () => socketsOf(other) - before
    process.kill(doomed, 'SIGKILL')
    await crew.hasReplaced(1, doomed)
    const cut = waits.filter(({ socket }) => socket.destroyed).length
    await vi.waitFor(() => expect(spared()).toBe(40 - cut), patience)
    await signIn(crew)
    crew.signal('SIGTERM')
    await Promise.all(waits.map(({ all }) => all))
    expect(answered(waits)).toBe(40 - cut)
  })

  it('costs a page no sign-in: its client comes back by itself, with the same code', async () => {
    const crew = await startCrew(redis.port, 2)
    const clients = Array.from({ length: 12 }, () => openClient(crew))
    await vi.waitFor(() => expect(clients.every(({ qr }) => qr() !== undefined)).toBe(true), patience)
    const codes = clients.map(({ qr }) => qr()?.split('.')[0])
    const doomed = crew.workers().get(2) ?? 0
    process.kill(doomed, 'SIGKILL')
    await crew.hasReplaced(2, doomed)
    await Promise.all(
      clients.map(async ({ qr, signedIn }) => {
        const phone = crew.newPhone('Ann')
        // Pages draw the next code every ten seconds: a picture that is too old is taken again.
        await vi.waitFor(async () => expect((await phone.scan(qr() ?? '')).status).toBe(200), patience)
        expect((await phone.confirm()).status).toBe(200)
        await signedIn
      }),
    )
    expect(clients.map(({ qr }) => qr()?.split('.')[0])).toEqual(codes)
  })

  it('at once again and again ends the server, with what has happened', async () => {
    const crew = await startCrew(redis.port, 2)
    let pid = crew.workers().get(1) ?? 0
    for (let round = 1; round <= 5; round++) {
      process.kill(pid, 'SIGKILL')
      pid = await crew.hasReplaced(1, pid)
    }
    const other = crew.workers().get(2) ?? 0
    process.kill(pid, 'SIGKILL')
    expect(await crew.exited).toBe(1)
    expect(crew.output()).toContain(
      'Worker 1 has ended 6 times in a row within 10 s of its start. The last time: It has ended by SIGKILL.\n',
    )
    expect(lives(other)).toBe(false)
  })
})

describe('a server of several workers that is told to stop', () => {
  it('answers every browser that waits, at all of them, and ends with 0', async () => {
    const crew = await startCrew(redis.port, 3)
    const waits = await holdMany(crew, 60)
    crew.signal('SIGTERM')
    const answers = await Promise.all(waits.map(({ all }) => all))
    for (const answer of answers)
      expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*"state":"pending"/i)
    expect(await crew.exited).toBe(0)
  })

  it('is not ready at any of them while it drains, also where each of them got the signal too', async () => {
    const crew = await startCrew(redis.port, 3, { SCANLOGIN_DRAIN_DELAY: '3' })
    for (const pid of crew.workers().values()) process.kill(pid, 'SIGTERM')
    crew.signal('SIGTERM')
    await crew.written('"stopping"')
    const ready = () => fetchAnew(new Request(`${crew.url}/healthz/ready`))
    await vi.waitFor(async () => expect((await ready()).status).toBe(503), patience)
    const answers = await Promise.all(Array.from({ length: 12 }, ready))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
    expect(await crew.exited).toBe(0)
  })

  it('leaves nobody behind when it is told a second time, or is killed', async () => {
    const told = await startCrew(redis.port, 2, { SCANLOGIN_DRAIN_DELAY: '60' })
    const killed = await startCrew(redis.port, 2)
    const workers = [told, killed].flatMap(crew => [...crew.workers().values()])
    expect(workers.filter(lives).length).toBe(4)
    told.signal('SIGTERM')
    await told.written('"stopping"')
    told.signal('SIGTERM')
    process.kill(killed.pid, 'SIGKILL')
    expect([await told.exited, await killed.exited]).toEqual([1, null])
    await vi.waitFor(() => expect(workers.filter(lives)).toEqual([]), patience)
  })
})

describe('workers that are replaced one by one', () => {
  it('lose no sign-in, fail no call and break no connection', async () => {
    const crew = await startCrew(redis.port, 2)
    const before = [...crew.workers().values()]
    let over = false
    let count = 0
    const people = Array.from({ length: 12 }, async () => {
      while (!over) {
        await signIn(crew)
        count++
      }
    })
    const health: number[] = []
    const watching = (async () => {
      while (!over) health.push((await fetch(`${crew.url}/healthz/ready`)).status)
    })()
    for (let round = 0; round < 2; round++) {
      const rounds = crew.output().split('"the workers are replaced"').length
      process.kill(crew.pid, 'SIGUSR2')
      await vi.waitFor(
        () => expect(crew.output().split('"the workers are replaced"').length).toBe(rounds + 1),
        patience,
      )
    }
    over = true
    await Promise.all([...people, watching])
    const after = [...crew.workers().values()]
    expect([after.length, before.filter(pid => after.includes(pid)), before.filter(lives)]).toEqual([2, [], []])
    expect(new Set(health)).toEqual(new Set([200]))
    expect(count).toBeGreaterThan(12)
    crew.signal('SIGTERM')
    expect(await crew.exited).toBe(0)
  }, 60_000)

  it('stay as they are where the first successor cannot start', async () => {
    const crew = await startCrew(redis.port, 2)
    const before = crew.workers()
    process.kill(crew.pid, 'SIGUSR2')
    const isNew = (pid: number) => ![...before.values()].includes(pid)
    await vi.waitFor(() => expect(childrenOf(crew.pid).some(isNew)).toBe(true), { ...patience, interval: 5 })
    for (const pid of childrenOf(crew.pid).filter(isNew)) process.kill(pid, 'SIGKILL')
    await crew.written('a worker has no successor')
    expect(crew.workers()).toEqual(before)
    await signIn(crew)
  })

  it('are two or more: one process alone says so, and serves on', async () => {
    const alone = await startCrew(redis.port, 1)
    process.kill(alone.pid, 'SIGUSR2')
    await alone.written('set SCANLOGIN_WORKERS to 2 or more')
    await signIn(alone)
  })
})

/** ms; not how long it takes but when to give up. */
const patience = { timeout: 25_000, interval: 20 }

/** Long polls, each on a connection of its own. */
async function holdMany(crew: Crew, count: number): Promise<RawWait[]> {
  const { browser, port } = crew
  await browser.create()
  const waits = await Promise.all(Array.from({ length: count }, () => startRaw({ browser, port }, 'poll')))
  // Connections are dealt out in the order they come in.
  await browser.read()
  return waits
}

function answered(waits: readonly RawWait[]): number {
  return waits.filter(({ answers }) => answers() > 0).length
}

async function signIn({ newBrowser, newPhone }: Crew): Promise<void> {
  const browser = newBrowser()
  const phone = newPhone('Eve')
  expect((await browser.create()).status).toBe(201)
  const heard = browser.wait(2, 25)
  expect((await phone.type(browser.ticket.user_code)).status).toBe(200)
  expect((await phone.confirm()).status).toBe(200)
  // Whoever was let go early, or has begun to wait before the scan, looks once more.
  const { body } = await heard
  const seen = body.state === 'confirmed' ? body : (await browser.read()).body
  expect(seen.state).toBe('confirmed')
  expect((await browser.redeem()).status).toBe(200)
}

/** A page's client, on a connection that the runtime keeps. */
function openClient({ url }: Crew) {
  let qr: string | undefined
  const client = createClient({ base: `${url}/v1`, secretIn: 'body' })
  const signedIn = new Promise<void>(resolve => {
    client.subscribe(state => {
      if (state.state === 'waiting') qr = state.qrUrl
      if (state.state === 'signedIn') resolve()
    })
  })
  client.start()
  return { qr: () => qr, signedIn }
}
