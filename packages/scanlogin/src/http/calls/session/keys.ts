/** `/.well-known/jwks.json`: the public keys of our tokens, for whoever checks them. */
import { LoginError } from '../../../core/errors.ts'
import { type Answer, type Call, json } from '../../call.ts'
import type { Site } from '../../site.ts'

/** At the root of the origin, where RFC 8615 has it, whatever the rest is mounted at. */
export const keysPath = '/.well-known/jwks.json'

export async function readKeys(site: Site, _call: Call): Promise<Answer> {
  const keys = await site.sessions?.publicKeys?.()
  if (!keys) throw new LoginError('not_found')
  return json(200, keys, shared)
}

/** Public, and the same for everybody; keys are published long before they sign, so that five minutes do no harm. */
const shared = {
  'content-type': 'application/jwk-set+json',
  'cache-control': 'public, max-age=300',
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
}
