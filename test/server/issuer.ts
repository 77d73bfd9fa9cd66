/** An app's identity provider: it signs access tokens, and serves the keys to check them with. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface Issuer {
  /** What the server needs to know of it. */
  readonly env: Readonly<Record<string, string>>
  /** An access token of this user. */
  sign(user: { sub: string; name?: string }): Promise<string>
  /** Stops serving keys until `true` is given. */
  serveKeys(on: boolean): void
  close(): Promise<void>
}

export async function startIssuer(): Promise<Issuer> {
  const issuer = 'https://app.example.com'
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] })
  let serving = true
  const server = createServer((_, response) => {
    response.writeHead(serving ? 200 : 502, { 'content-type': 'application/json', connection: 'close' }).end(keys)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  // A TCP server that listens has such an address.
  const { port } = server.address() as AddressInfo
  return {
    env: {
      SCANLOGIN_ISSUER: issuer,
      SCANLOGIN_AUDIENCE: 'scanlogin',
      SCANLOGIN_JWKS_URL: `http://127.0.0.1:${port}/jwks`,
      SCANLOGIN_TOKEN_COOKIE: 'app-token',
    },
    sign: ({ sub, name }) =>
      new SignJWT({ ...(name !== undefined && { name }) })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .setIssuer(issuer)
        .setAudience('scanlogin')
        .setSubject(sub)
        .setExpirationTime('5 min')
        .sign(privateKey),
    serveKeys(on) {
      serving = on
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}
