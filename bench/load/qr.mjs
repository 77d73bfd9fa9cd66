/** The code that is on the browser's screen now: drawn by the rotation key every few seconds, as `docs/protocol.md` says. */
import { createHmac } from 'node:crypto'

/** `age` is in ms since the ticket was created. The floor's codes do not rotate. */
export function qrAt({ id, qr }, age) {
  if (!qr.rotation) return qr.url
  const step = Math.floor(age / 1000 / qr.rotation.step_seconds)
  const mac = createHmac('sha256', Buffer.from(qr.rotation.key, 'base64url')).update(`q1.${id}.${step}`).digest()
  return `${qr.url.slice(0, qr.url.indexOf('#'))}#${id}.${step}.${crockford(mac.subarray(0, 7)).slice(0, 10)}`
}

function crockford(bytes) {
  const bits = [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('')
  return bits
    .match(/.{5}/g)
    .map(five => alphabet[Number.parseInt(five, 2)])
    .join('')
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
