/** better-auth with its device authorization plug-in, everything in memory, as its documentation sets it up. */
import { createServer } from 'node:http'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { bearer, deviceAuthorization } from 'better-auth/plugins'

const port = Number(process.env.PORT)
const sessions = new Map()

const auth = betterAuth({
  baseURL: `http://localhost:${port}`,
  secret: 'a-secret-for-the-benchmark-and-nothing-else',
  database: memoryAdapter({ user: [], session: [], account: [], verification: [], deviceCode: [] }),
  // The adapter searches a list from its start, which every session would make longer; in a Map they cost the same.
  secondaryStorage: {
    get: key => sessions.get(key) ?? null,
    set: (key, value) => void sessions.set(key, value),
    delete: key => void sessions.delete(key),
  },
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
