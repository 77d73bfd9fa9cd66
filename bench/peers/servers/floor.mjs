/**
 * The ceiling on Redis: what `node:http` and ioredis reach when next to nothing is done with them. It answers the six
 * requests as [bench/floor.mjs](../../floor.mjs) does, and keeps its tickets in Redis: a GET before every answer, a SET and
 * a PUBLISH for every change. One SUBSCRIBE serves the whole process, as that is the cheapest way to hear of news.
 * Nothing is compared, nothing is hashed, and whoever writes last has won.
 */
import { createServer } from 'node:http'
import { Redis } from 'ioredis'
import { answer, answerCreated, answerScanned, random, resource } from '../../floor/answers.mjs'

const port = Number(process.env.PORT)
const apiKey = `Bearer ${process.env.SCANLOGIN_API_KEY ?? ''}`
const redis = new Redis(process.env.PEER_REDIS)
const news = new Redis(process.env.PEER_REDIS)
const waiters = new Map()

news.on('message', (_channel, id) => waiters.get(id)?.())
await news.subscribe('news')

const server = createServer((request, response) => {
  const [, , collection, id, verb] = request.url.split(/[/?]/)
  if (request.method === 'GET') return read(id, request, response)
  const pieces = []
  request.on('data', piece => pieces.push(piece))
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(pieces).toString() || '{}')
    if (collection === 'scan') return scan(body, request, response)
    if (id === undefined) return create(request, response)
    if (verb === 'confirm') return confirm(id, body, response)
    return redeem(id, request, response)
  })
})
server.keepAliveTimeout = 75_000
server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => console.log(`listening on http://127.0.0.1:${port}`))
process.on('SIGTERM', () => process.exit())

async function create(request, response) {
  const ticket = { id: random(16), secret: random(32), state: 'pending', version: 1 }
  await save(ticket)
  answerCreated(response, ticket, request.headers.host)
}

async function read(id, request, response) {
  const query = new URLSearchParams(request.url.slice(request.url.indexOf('?') + 1))
  const since = Number(query.get('since') ?? 0)
  // Listened for before it is read, so that no change falls between the two.
  const { heard, forget } = listen(id, Number(query.get('wait') ?? 0) * 1000)
  let ticket = await owned(id, request)
  if (ticket?.version <= since) {
    await heard
    ticket = await load(id)
  }
  forget()
  if (!ticket) return answer(response, 404, { code: 'not_found' })
  answer(response, 200, resource(ticket))
}

function listen(id, patience) {
  let wake
  const heard = new Promise(resolve => {
    wake = resolve
  })
  const timer = setTimeout(wake, patience)
  waiters.set(id, wake)
  const forget = () => {
    clearTimeout(timer)
    if (waiters.get(id) === wake) waiters.delete(id)
  }
  return { heard, forget }
}

async function scan({ qr, user }, request, response) {
  const ticket = await load(qr.slice(qr.indexOf('#') + 1))
  if (!ticket || request.headers.authorization !== apiKey) return answer(response, 404, { code: 'not_found' })
  const scanned = { ...ticket, user, scanToken: random(32) }
  await move(scanned, 'scanned')
  answerScanned(response, scanned)
}

async function confirm(id, body, response) {
  const ticket = await load(id)
  if (ticket?.scanToken !== body.scan_token) return answer(response, 404, { code: 'not_found' })
  await move(ticket, 'confirmed')
  answer(response, 200, { state: ticket.state })
}

async function redeem(id, request, response) {
  const ticket = await owned(id, request)
  if (ticket?.state !== 'confirmed') return answer(response, 404, { code: 'not_found' })
  await move(ticket, 'redeemed')
  answer(response, 200, { user: ticket.user, session: { token: random(32) } })
}

/** Both are sent in one go; Redis takes them in this order. */
async function move(ticket, state) {
  ticket.state = state
  ticket.version++
  await Promise.all([save(ticket), redis.publish('news', ticket.id)])
}

function save(ticket) {
  return redis.set(`floor:${ticket.id}`, JSON.stringify(ticket), 'EX', 120)
}

async function load(id) {
  const text = await redis.get(`floor:${id}`)
  return text ? JSON.parse(text) : undefined
}

async function owned(id, request) {
  const ticket = await load(id)
  return ticket && request.headers.authorization === `Bearer ${ticket.secret}` ? ticket : undefined
}
