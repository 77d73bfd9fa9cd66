/** QR sign-in as tutorials write it: a key in Redis per code, and a browser that asks each second whether it has changed. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { Redis } from 'ioredis'

const port = Number(process.env.PORT)
const redis = new Redis(process.env.PEER_REDIS)
const lifetime = 120

const routes = {
  'POST /qr': async () => {
    const id = randomUUID()
    await redis.set(`qr:${id}`, JSON.stringify({ status: 'pending' }), 'EX', lifetime)
    return { id, url: `http://localhost:${port}/scan?id=${id}` }
  },

  'POST /scan': async (id, user) => {
    await save(id, { status: 'scanned', user })
    return { status: 'scanned' }
  },

  'POST /confirm': async (id, user) => {
    const code = await load(id)
    if (code?.user !== user) return { status: 'expired' }
    await save(id, { status: 'confirmed', user })
    return { status: 'confirmed' }
  },

  'GET /status': async id => {
    const code = await load(id)
    if (!code) return { status: 'expired' }
    if (code.status !== 'confirmed') return { status: code.status }
    await redis.del(`qr:${id}`)
    const token = randomUUID()
    await redis.set(`session:${token}`, code.user, 'EX', 3600)
    return { status: 'confirmed', token }
  },
}

async function load(id) {
  const text = await redis.get(`qr:${id}`)
  return text ? JSON.parse(text) : undefined
}

function save(id, code) {
  return redis.set(`qr:${id}`, JSON.stringify(code), 'EX', lifetime)
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const route = routes[`${request.method} ${pathname}`]
  if (!route) return response.writeHead(404).end()
  const text = JSON.stringify(await route(searchParams.get('id'), request.headers['x-user']))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
})
server.keepAliveTimeout = 75_000
server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => console.log(`listening on http://127.0.0.1:${port}`))
process.on('SIGTERM', () => process.exit())
