/** Who signs people in, each started with what it stores in, on cores that the load does not use. */
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { upperCore } from '../cores.mjs'
import { startRedis } from '../redis.mjs'
import { startServer, targets } from '../target.mjs'

const publicUrl = 'http://localhost:8787'
const program = name => fileURLToPath(new URL(`servers/${name}.mjs`, import.meta.url))

/** `kind` is the load, `flow` the peer's way through a sign-in, `store` where the tickets are; `reads` names the Redis it is told. */
export const contestants = {
  'scanlogin, memory': { ...targets.scanlogin, store: 'memory', kind: 'signIns' },
  'floor, memory': { ...targets.floor, store: 'memory', kind: 'signIns' },
  'better-auth, memory': peer('better-auth', 'memory'),
  'oidc-provider, memory': peer('oidc-provider', 'memory'),
  'scanlogin, Redis': scanloginOnRedis(1),
  'scanlogin, Redis, with a browser key': { ...scanloginOnRedis(1), kind: 'keyedSignIns' },
  'scanlogin, Redis, 2 processes': scanloginOnRedis(2),
  'scanlogin, Redis, 4 processes': scanloginOnRedis(4),
  'floor, Redis': { file: program('floor'), store: 'redis', kind: 'signIns', reads: 'PEER_REDIS' },
  'better-auth, sessions in Redis': peer('better-auth', 'redis'),
  'oidc-provider, Redis': peer('oidc-provider', 'redis'),
  'tutorial, Redis': peer('tutorial', 'redis'),
}

/** Who waits, and how: `stream` is for server-sent events, `asks` says that a browser asks each second. */
export const waitingPeople = {
  'one-second polling': { name: 'tutorial, Redis', asks: true },
  'scanlogin, long poll': { name: 'scanlogin, Redis' },
  'scanlogin, event stream': { name: 'scanlogin, Redis', stream: true },
}

function scanloginOnRedis(processes) {
  return { ...targets.scanlogin, store: 'redis', kind: 'signIns', processes, reads: 'SCANLOGIN_STORE' }
}

function peer(flow, store) {
  return { file: program(flow), store, kind: 'peerSignIns', flow, reads: 'PEER_REDIS' }
}

/** `redis` is there where the contestant stores in one. The costs are those of its server processes together. */
export async function startContestant(name) {
  const { store, processes = 1, flow, kind, reads, ...server } = contestants[name]
  const redis = store === 'redis' ? await startRedis() : undefined
  const env = { ...server.env, ...(redis && storeEnv(reads, redis)) }
  const start = turn => startServer({ ...server, name, env, cores: upperCore(turn) })
  const running = await Promise.all(Array.from({ length: processes }, (_, turn) => start(turn)))
  // So that their clocks agree with Redis's: a code that is scanned before it was made is refused.
  if (processes > 1) await pause(2500)
  const ports = running.map(({ address }) => address.port)
  const sum = pick => running.reduce((total, one) => total + pick(one), 0)
  return {
    address: { ...running[0].address, ports, flow, publicUrl },
    kind,
    redis,
    cpuSeconds: () => sum(one => one.cpuSeconds()),
    residentBytes: () => sum(one => one.residentBytes()),
    async stop() {
      await Promise.all(running.map(one => one.stop()))
      await redis?.stop()
    },
  }
}

/** All processes have one public address, as behind a balancer. scanlogin refuses settings that it does not know. */
function storeEnv(reads, { url }) {
  return { [reads]: url, SCANLOGIN_PUBLIC_URL: publicUrl }
}
