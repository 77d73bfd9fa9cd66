/** The doctor before a real Redis, set well and set badly. */
import { execFileSync } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { endRedis, program, quietPort, type RedisProcess, startRedis, until } from '../redis/servers/child.ts'
import { startCluster } from '../redis/servers/cluster.ts'
import { diagnose } from './doctor.ts'

const all = 'store,store-version,store-eviction,store-disk,store-replicas,clocks,store-writing'
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})
afterAll(endRedis)

function ask({ port }: { port: number }, only = all, now?: () => number) {
  return diagnose({ SCANLOGIN_STORE: `redis://127.0.0.1:${port}` }, only, now)
}

describe('a Redis that is set well', () => {
  it('gets no word of blame', async () => {
    const redis = await startRedis(['--appendonly', 'yes', '--maxmemory', '256mb'])
    const { findings, said } = await ask(redis)
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
    expect(said('store')).toContain(`127.0.0.1:${redis.port}`)
    expect(said('store-writing')).toMatch(/^ok: heard of after \d+ ms$/)
  })

  it('is called Redis or Valkey as it calls itself', async () => {
    const { said } = await ask(await startRedis(), 'store-version')
    const [, name, version] =
      /^(\w+) server v=(\S+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' })) ?? []
    expect(said('store-version')).toBe(`ok: ${name} ${version}`)
  })

  it('keeps nothing of the examination', async () => {
    const redis = await startRedis()
    await ask(redis)
    const keys = await redis.ask('KEYS', '*')
    for (const key of Array.isArray(keys) ? keys : []) {
      expect(Number(await redis.ask('PTTL', String(key))), String(key)).toBeGreaterThan(0)
    }
  })
})

describe('a Redis that is set badly', () => {
  it('throws sessions away where it is full', async () => {
    const redis = await startRedis(['--maxmemory-policy', 'allkeys-lru'])
    expect((await ask(redis, 'store-eviction')).said('store-eviction')).toMatch(
      /^fail: .*maxmemory-policy is allkeys-lru/,
    )
  })

  it('is nearly full, or full', async () => {
    const redis = await startRedis()
    const used = Number(/used_memory:(\d+)/.exec(String(await redis.ask('INFO', 'memory')))?.[1])
    await redis.ask('CONFIG', 'SET', 'maxmemory', String(Math.floor(used * 1.1)))
    expect((await ask(redis, 'store-eviction')).said('store-eviction')).toMatch(
      /^warn: .*noeviction; \d+ MiB of \d+ MiB/,
    )
    await redis.ask('CONFIG', 'SET', 'maxmemory', '100000')
    expect((await ask(redis, 'store-writing')).said('store-writing')).toMatch(/^fail: writing was refused: OOM/)
  })

  it('forgets sessions when it restarts, or cannot write them down', async () => {
    const redis = await startRedis(['--dir', '/proc'])
    expect((await ask(redis, 'store-disk')).said('store-disk')).toMatch(/^warn: .*appendonly is off/)
    await redis.ask('BGSAVE')
    await until('saving has failed', async () =>
      String(await redis.ask('INFO', 'persistence')).includes('rdb_last_bgsave_status:err'),
    )
    expect((await ask(redis, 'store-disk')).said('store-disk')).toMatch(/^fail: .*rdb_last_bgsave_status/)
  })

  it('goes on alone when its replicas are gone', async () => {
    const redis = await startRedis()
    const replica = await startRedis(['--replicaof', '127.0.0.1', String(redis.port)])
    await until('the replica follows', async () => String(await replica.ask('ROLE')).includes('connected'))
    expect((await ask(redis, 'store-replicas')).said('store-replicas')).toMatch(/^warn: .*1 replicas/)
    await redis.ask('CONFIG', 'SET', 'min-replicas-to-write', '1')
    expect((await ask(redis, 'store-replicas')).said('store-replicas')).toMatch(/^ok: /)
  })

  it('is too old', async () => {
    const redis = await startRedis()
    const older = await rewriting(redis, /(redis|valkey)_version:\d/g, '$1_version:6')
    expect((await ask({ port: older }, 'store-version')).said('store-version')).toMatch(/^fail: .*(Redis|Valkey) 6\./)
  })
})

describe('a store that does not let the server in', () => {
  it('wants a password, or another one, and the one that was given is not said', async () => {
    const { port } = await startRedis(['--requirepass', 'the-right-password'])
    const without = await ask({ port })
    expect(without.said('store')).toMatch(/^fail: NOAUTH/)
    expect(without.of('store')[0]?.remedy).toContain('redis://user:password@host:port')
    const wrong = await diagnose({ SCANLOGIN_STORE: `redis://:the-wrong-password@127.0.0.1:${port}` }, all)
    expect(wrong.said('store')).toMatch(/^fail: WRONGPASS/)
    expect(JSON.stringify(wrong)).not.toContain('the-wrong-password')
    expect(wrong.summary).toEqual({ ok: 0, warn: 0, fail: 1, skipped: 6 })
    const right = await diagnose({ SCANLOGIN_STORE: `redis://:the-right-password@127.0.0.1:${port}` }, all)
    expect(right.said('store')).toMatch(/^ok: /)
  })

  it('gives too few rights', async () => {
    const redis = await startRedis()
    const rights = ['+@read', '+@write', '+@connection', '+@pubsub', '+@scripting', '+time', '+info', '~scanlogin:*']
    await redis.ask('ACL', 'SETUSER', 'deaf', 'on', '>pass', ...rights)
    await redis.ask('ACL', 'SETUSER', 'blind', 'on', '>pass', '+@connection')
    await redis.ask('ACL', 'SETUSER', 'well', 'on', '>pass', ...rights, '&scanlogin:*')
    const as = (user: string) => diagnose({ SCANLOGIN_STORE: `redis://${user}:pass@127.0.0.1:${redis.port}` }, all)
    expect((await as('well')).said('store-writing')).toMatch(/^ok: /)
    expect((await as('deaf')).said('store-writing')).toMatch(/^(warn|fail): /)
    expect((await as('blind')).said('store')).toMatch(/^fail: NOPERM/)
  })

  it('is not there, or has a name that leads nowhere, or is no cluster', async () => {
    expect((await ask({ port: await quietPort() }, 'store')).said('store')).toMatch(/^fail: .*ECONNREFUSED/)
    const named = await diagnose({ SCANLOGIN_STORE: 'redis://no-such-name.invalid:6379' }, 'store')
    expect(named.said('store')).toMatch(/^fail: .*(ENOTFOUND|EAI_AGAIN)/)
    const { port } = await startRedis()
    const cluster = await diagnose({ SCANLOGIN_STORE: `redis+cluster://127.0.0.1:${port}` }, 'store')
    expect(cluster.of('store')[0]?.remedy).toContain('redis:// in place of redis+cluster://')
    const tls = await diagnose({ SCANLOGIN_STORE: `rediss://127.0.0.1:${port}` }, 'store')
    expect(tls.of('store')[0]?.remedy).toContain('TLS')
  })
})

describe('clocks', () => {
  let redis: RedisProcess

  it.each([
    [0, /^ok: /],
    [-5000, /^warn: this machine is (4\.9|5\.\d) s behind the store$/],
    [40_000, /^fail: this machine is (40\.\d|39\.9) s ahead of the store/],
  ])('that differ by %i ms are told of', async (ahead, verdict) => {
    redis ??= await startRedis()
    const { said } = await ask(redis, 'clocks', () => Date.now() + ahead)
    expect(said('clocks')).toMatch(verdict)
  })
})

describe('a cluster', () => {
  it('is looked at node by node', async () => {
    const cluster = await startCluster()
    const masters = await cluster.masters()
    await masters[1]?.ask('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl')
    const address = `redis+cluster://${cluster.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
    const { said } = await diagnose({ SCANLOGIN_STORE: address }, all)
    for (const { port } of masters) expect(said('store')).toContain(`127.0.0.1:${port}`)
    expect(said('store-eviction')).toBe(
      `fail: 127.0.0.1:${masters[1]?.port}: maxmemory-policy is volatile-ttl: a Redis that is full throws away tickets and sessions, and people are signed out`,
    )
    expect(said('store-writing')).toMatch(/^ok: /)
    expect(said('clocks')).toMatch(/^ok: /)
  })
})

/** A way to the Redis on which one word becomes another. */
async function rewriting(redis: RedisProcess, from: RegExp, to: string): Promise<number> {
  const port = await quietPort()
  const server = createServer(client => {
    const there = connect(redis.port, '127.0.0.1')
    client.pipe(there)
    there.on('data', piece => client.write(Buffer.from(piece.toString('latin1').replaceAll(from, to), 'latin1')))
    there.on('error', () => client.destroy())
    client.on('error', () => there.destroy())
    client.on('close', () => there.destroy())
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  ends.push(() => server.close())
  return port
}
