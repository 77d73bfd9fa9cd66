/** What the two floors, in memory and on Redis, answer with: JSON, and ids and secrets from a pool of random bytes. */
import { randomFillSync } from 'node:crypto'

export function answer(response, status, body) {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** To who has made a ticket: the ticket, its code, and the secret that collects. */
export function answerCreated(response, { id, secret, version }, host) {
  const qr = { url: `http://${host}/s#${id}` }
  answer(response, 201, { id, state: 'pending', version, expires_in: 120, poll_after: 1, qr, secret })
}

export function answerScanned(response, { id, state, scanToken }) {
  answer(response, 200, {
    ticket: { id, state, expires_in: 120 },
    scan_token: scanToken,
    context: {},
    require: { check_code: false, user_verification: false },
  })
}

/** What a browser sees of its ticket. */
export function resource({ id, state, version }) {
  return { id, state, version, expires_in: 120, poll_after: 1 }
}

const pool = Buffer.alloc(8192)
let left = 0

export function random(length) {
  if (left < length) {
    randomFillSync(pool)
    left = pool.length
  }
  left -= length
  return pool.toString('base64url', left, left + length)
}
