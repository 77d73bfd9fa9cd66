/**
 * A stock service: articles are reserved, taken and given back under a key. Each call may come twice, and late: what a key
 * has come to stays. It is somebody else's service, so it knows nothing of sign-ins.
 */
import { createServer } from 'node:http'

const port = Number(process.env.PORT ?? 3001)
const free = new Map([['lamp', Number(process.env.LAMPS ?? 10)]])
const reservations = new Map() // key → { article, state: 'reserved' | 'taken' | 'released' }

const steps = {
  reserve(key, article) {
    const before = reservations.get(key)
    // Given back already: this one was on its way for longer.
    if (before) return before.state === 'released' ? 409 : 200
    const left = free.get(article) ?? 0
    if (left === 0) return 409
    free.set(article, left - 1)
    reservations.set(key, { article, state: 'reserved' })
    return 201
  },
  take(key) {
    const before = reservations.get(key)
    if (!before || before.state === 'released') return 409
    before.state = 'taken'
    return 200
  },
  release(key, article) {
    const before = reservations.get(key) ?? { article, state: 'released' }
    if (before.state === 'taken') return 409
    if (before.state === 'reserved') free.set(before.article, free.get(before.article) + 1)
    reservations.set(key, { ...before, state: 'released' })
    return 200
  },
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const [, key, step] = pathname.match(/^\/reservations\/([\w-]+)\/(reserve|take|release)$/) ?? []
  const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  if (request.method === 'POST' && key) return answer(steps[step](key, searchParams.get('article')), '{}')
  if (request.method !== 'GET' || pathname !== '/') return answer(404, '{}')
  const count = state => [...reservations.values()].filter(one => one.state === state).length
  answer(200, JSON.stringify({ free: free.get('lamp'), reserved: count('reserved'), taken: count('taken') }))
})
server.listen(port, '127.0.0.1', () => console.log(`listening on http://localhost:${port}`))
