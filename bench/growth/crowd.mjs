/** A crowd that no single process may open connections for: several server processes on one Redis, a load for each. */
import { setTimeout as pause } from 'node:timers/promises'
import { lowerCores, upperCore } from '../cores.mjs'
import { startLoad } from '../load/start.mjs'
import { startRedis } from '../redis.mjs'
import { startServer, targets } from '../target.mjs'

/** They wait by long poll for longer than one lasts, so that each asks anew once; then all are let in. */
export async function measureCrowd({ processes, browsers, idleSeconds }) {
  const redis = await startRedis()
  const env = { SCANLOGIN_STORE: redis.url, SCANLOGIN_PUBLIC_URL: 'http://localhost:8787', SCANLOGIN_SCAN_TTL: '300' }
  const turns = Array.from({ length: processes }, (_, turn) => turn)
  const start = turn => startServer({ ...targets.scanlogin, name: 'scanlogin', env, cores: upperCore(turn) })
  const servers = await Promise.all(turns.map(start))
  const loads = servers.map(({ address }) => startLoad('waiting', address, lowerCores()))
  const sum = pick => servers.reduce((total, server) => total + pick(server), 0)
  const each = browsers / processes
  try {
    // Until their clocks agree with Redis's.
    await pause(2500)
    const redisBefore = await redisBytes(redis)
    const resident = sum(server => server.residentBytes())
    const arriving = performance.now()
    await Promise.all(loads.map(load => load.ask('arrive', { count: Math.floor(each), together })))
    const acceptedIn = performance.now() - arriving
    await pause(3000)
    const before = { cpu: sum(server => server.cpuSeconds()), redis: redis.cpuSeconds(), at: performance.now() }
    await pause(idleSeconds * 1000)
    const took = (performance.now() - before.at) / 1000
    const figures = {
      browsers: Math.floor(each) * processes,
      acceptedIn,
      residentBytesEach: (sum(server => server.residentBytes()) - resident) / browsers,
      redisBytesEach: ((await redisBytes(redis)) - redisBefore) / browsers,
      cpu: (sum(server => server.cpuSeconds()) - before.cpu) / took,
      redisCpu: (redis.cpuSeconds() - before.redis) / took,
    }
    const allWokenIn = await Promise.all(loads.map(load => load.ask('wakeAll', { concurrency: 16 })))
    const refusals = await Promise.all(loads.map(load => load.ask('refusals')))
    return { ...figures, allWokenIn: Math.max(...allWokenIn), refusals: refusals.reduce((all, one) => all + one, 0) }
  } finally {
    for (const load of loads) load.end()
    await Promise.all(servers.map(server => server.stop()))
    await redis.stop()
  }
}

/** At each process: more would be more than two cores get through in the second that a call to Redis may take. */
const together = 50

async function redisBytes(redis) {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))[1])
}
