/** `scanlogin keys`: a new private key that signs sessions, as `SCANLOGIN_SIGNING_KEYS` takes it. */
import { generateKey } from 'scanlogin/session'

/** Resolves to what is printed. Throws for an algorithm that there is not. */
export async function keysCommand({ alg = 'ES256' }: { alg?: string | undefined }): Promise<string> {
  if (alg !== 'ES256' && alg !== 'EdDSA') throw new Error('Write --alg ES256 or --alg EdDSA.')
  const { kid, jwk } = await generateKey(alg)
  return `${JSON.stringify({ keys: [{ ...jwk, kid, alg, use: 'sig' }] }, null, 2)}\n`
}
