/**
 * better-auth with its device authorization plug-in, as its documentation sets it up. With `PEER_REDIS` its secondary
 * storage is a Redis. That holds sessions only: codes of devices go to the database, which stays in memory.
 */
import { createServer } from 'node:http'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { bearer, deviceAuthorization } from 'better-auth/plugins'
import { Redis } from 'ioredis'

const port = Number(process.env.PORT)

const auth = betterAuth({
  baseURL: `http://localhost:${port}`,
  secret: 'a-secret-for-the-benchmark-and-nothing-else',
  database: memoryAdapter({ user: [], session: [], account: [], verification: [], deviceCode: [] }),
  // The adapter searches a list from its start, which every session would make longer; here they cost the same.
  secondaryStorage: process.env.PEER_REDIS ? redisStorage(process.env.PEER_REDIS) : mapStorage(),
  emailAndPassword: { enabled: true },
  plugins: [bearer(), deviceAuthorization({ interval: '1s', expiresIn: '5m' })],
  rateLimit: { enabled: false },
  logger: { level: 'error' },
  telemetry: { enabled: false },
})

const server = createServer(toNodeHandler(auth))
server.keepAliveTimeout = 75_000
server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => console.log(`listening on http://127.0.0.1:${port}`))
process.on('SIGTERM', () => process.exit())

function mapStorage() {
  const entries = new Map()
  return {
    get: key => entries.get(key) ?? null,
    set: (key, value) => void entries.set(key, value),
    delete: key => void entries.delete(key),
  }
}

function redisStorage(url) {
  const redis = new Redis(url)
  return {
    get: key => redis.get(key),
    set: (key, value, ttl) => (ttl ? redis.set(key, value, 'EX', ttl) : redis.set(key, value)),
    delete: key => redis.del(key),
  }
}
