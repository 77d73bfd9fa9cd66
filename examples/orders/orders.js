/**
 * An order service: a shop's screen shows a QR code for a lamp, a phone scans it and the lamp is set aside, the phone
 * confirms and it is sold. Whoever says no, walks away or is too slow gives it back; a crash on the way changes nothing.
 */
import { createServer } from 'node:http'
import { Redis } from 'ioredis'
import { createLogin, memoryStore } from 'scanlogin'
import { createHandler } from 'scanlogin/http'
import { toNodeListener } from 'scanlogin/node'
import { createSaga, SagaRefused, startRelay } from 'scanlogin/outbox'
import { fromIoredis, redisStore } from 'scanlogin/redis'

const port = Number(process.env.PORT ?? 3000)
const stockUrl = process.env.STOCK_URL ?? 'http://localhost:3001'
const users = new Map([['alice-app-token', { id: 'alice', name: 'Alice' }]]) // what your app signs in with

// With Redis an order that is under way outlives this process; in memory it ends with it.
const { REDIS_URL: redisUrl } = process.env
const redis = redisUrl && new Redis(redisUrl, { enableOfflineQueue: false, commandTimeout: 1000, socketTimeout: 3000 })
redis?.on('error', () => {}) // It comes back by itself; until then calls are answered 503.
const store = redis ? redisStore(fromIoredis(redis)) : memoryStore()

async function stock(key, step) {
  const response = await fetch(`${stockUrl}/reservations/${key}/${step}?article=lamp`, { method: 'POST' })
  await response.body?.cancel()
  if (response.status === 409) throw new SagaRefused(`the stock says no to ${step}`)
  // Anything else is tried again.
  if (!response.ok) throw new Error(`the stock answered ${response.status}`)
}

const saga = createSaga({
  name: 'lamps',
  store,
  reserve: ({ key }) => stock(key, 'reserve'),
  commit: ({ key }) => stock(key, 'take'),
  compensate: ({ key }) => stock(key, 'release'),
  onRefused: ({ user }) => console.log(`${user.id} is signed in, but has no lamp`),
})

const publicUrl = process.env.PUBLIC_URL ?? `http://localhost:${port}`
const login = createLogin({ store, publicUrl, keepEvents: 'every', policies: [saga.policy] })
const handler = createHandler(login, {
  authenticate: request => users.get(request.headers.get('authorization')?.slice('Bearer '.length)),
  signIn: user => ({ session: { lamp: `is yours, ${user.name}` } }),
})
startRelay({ store, to: [saga.listener], onFailure: ({ error }) => console.error(error) })

createServer(toNodeListener(handler)).listen(port, '127.0.0.1', () => console.log(`listening on ${publicUrl}`))
