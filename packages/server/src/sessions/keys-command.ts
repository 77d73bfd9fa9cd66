/** `scanlogin keys`: a new private key that signs sessions, as `SCANLOGIN_SIGNING_KEYS` takes it. */
import { generateKey } from 'scanlogin/session'
import { ArgumentError } from '../command-line/argument-error.ts'

/** Resolves to what is printed. Throws `ArgumentError` for an algorithm that there is not. */
export async function keysCommand({ alg = 'ES256' }: { alg?: string | undefined }): Promise<string> {
  if (alg !== 'ES256' && alg !== 'EdDSA') throw new ArgumentError(['--alg: write ES256 or EdDSA.'])
  const { kid, jwk } = await generateKey(alg)
  return `${JSON.stringify({ keys: [{ ...jwk, kid, alg, use: 'sig' }] }, null, 2)}\n`
}
