/**
 * The ceiling: what `node:http` reaches when next to nothing is done with it. It answers the same requests of
 * `docs/protocol.md` as scanlogin does, with random ids, JSON in and out, and a promise for whoever waits, and leaves
 * out all that makes a sign-in safe: no hashes, no rotating code, no deadlines, no checks of input or origin.
 *
 * With `FLOOR_HOLD_ONLY=1` it keeps no tickets either and only holds requests: what a waiting browser costs Node.
 */
import { createServer } from 'node:http'
import { answer, answerCreated, answerScanned, random, resource } from './floor/answers.mjs'

const port = Number(process.env.PORT ?? 8788)
const holdOnly = process.env.FLOOR_HOLD_ONLY === '1'
const apiKey = `Bearer ${process.env.SCANLOGIN_API_KEY ?? ''}`
const tickets = new Map()
const held = new Set()

const server = createServer((request, response) => {
  const [, , collection, id, verb] = request.url.split(/[/?]/)
  if (request.method === 'GET') return holdOnly ? hold(response) : read(id, request, response)
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

process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  for (const ticket of tickets.values()) ticket.wake?.()
  for (const response of held) response.end()
  setTimeout(() => server.closeAllConnections(), 500)
})

function create(request, response) {
  const ticket = { id: random(16), secret: random(32), state: 'pending', version: 1 }
  if (!holdOnly) tickets.set(ticket.id, ticket)
  answerCreated(response, ticket, request.headers.host)
}

async function read(id, request, response) {
  const ticket = owned(id, request)
  if (!ticket) return answer(response, 404, { code: 'not_found' })
  const query = new URLSearchParams(request.url.slice(request.url.indexOf('?') + 1))
  const since = Number(query.get('since') ?? 0)
  if (request.headers.accept === 'text/event-stream') return stream(ticket, response)
  const wait = Number(query.get('wait') ?? 0)
  if (ticket.version <= since && wait > 0) await change(ticket, response, wait * 1000)
  answer(response, 200, resource(ticket))
}

async function stream(ticket, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  while (!response.destroyed) {
    response.write(`event: ticket\nid: ${ticket.version}\ndata: ${JSON.stringify(resource(ticket))}\n\n`)
    if (ticket.state === 'redeemed') return response.end()
    await change(ticket, response, 2 ** 30)
  }
}

function change(ticket, response, patience) {
  return new Promise(resolve => {
    const wake = () => {
      clearTimeout(timer)
      response.off('close', wake)
      ticket.wake = undefined
      resolve()
    }
    const timer = setTimeout(wake, patience)
    response.on('close', wake)
    ticket.wake = wake
  })
}

function hold(response) {
  held.add(response)
  response.on('close', () => held.delete(response))
}

function scan({ qr, user }, request, response) {
  const ticket = tickets.get(qr.slice(qr.indexOf('#') + 1))
  if (!ticket || request.headers.authorization !== apiKey) return answer(response, 404, { code: 'not_found' })
  ticket.user = user
  ticket.scanToken = random(32)
  move(ticket, 'scanned')
  answerScanned(response, ticket)
}

function confirm(id, body, response) {
  const ticket = tickets.get(id)
  if (ticket?.scanToken !== body.scan_token) return answer(response, 404, { code: 'not_found' })
  move(ticket, 'confirmed')
  answer(response, 200, { state: ticket.state })
}

function redeem(id, request, response) {
  const ticket = owned(id, request)
  if (ticket?.state !== 'confirmed') return answer(response, 404, { code: 'not_found' })
  move(ticket, 'redeemed')
  answer(response, 200, { user: ticket.user, session: { token: random(32) } })
}

function move(ticket, state) {
  ticket.state = state
  ticket.version++
  ticket.wake?.()
}

function owned(id, request) {
  const ticket = tickets.get(id)
  return ticket && request.headers.authorization === `Bearer ${ticket.secret}` ? ticket : undefined
}
