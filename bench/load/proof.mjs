/** A browser's key, and proofs of it in the form of RFC 9449, as `docs/protocol.md` asks for them at create and redeem. */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'

/** `origin` is the server's public one. Gives the header field for a call of `path`, a new one each time. */
export function createProver(origin) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
  const header = part({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })
  return path => {
    const iat = Math.floor(Date.now() / 1000)
    const text = `${header}.${part({ htm: 'POST', htu: origin + path, iat, jti: randomUUID() })}`
    const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `DPoP: ${text}.${signature.toString('base64url')}\r\n`
  }
}

function part(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
