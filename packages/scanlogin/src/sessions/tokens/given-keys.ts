/**
 * Signing keys from the configuration: the first one signs, and all are published. To change keys without a gap add the
 * new one at the end, move it to the front once every node has it and verifiers have fetched it, and take the old one out
 * when the last token that it signed has ended.
 */
import type { JWK } from 'jose'
import { type KeyRing, nameKey, toSigningKey, toVerifyingKey } from './key-ring.ts'

/** Rejects, at first use, where a JWK is no usable key, or two have one id. */
export function givenKeys(jwks: readonly JWK[]): KeyRing {
  if (jwks.length === 0) throw new TypeError('keys must hold at least one private JWK')
  let ring: ReturnType<typeof load> | undefined

  async function load() {
    const keys = await Promise.all(jwks.map(nameKey))
    const verifying = new Map(await Promise.all(keys.map(toVerifyingKey)))
    const [first] = keys
    if (!first || verifying.size < keys.length) throw new TypeError('keys must have ids of their own each')
    return { signing: await toSigningKey(first), verifying }
  }

  const loaded = () => {
    ring ??= load()
    return ring
  }
  return { signing: async () => (await loaded()).signing, verifying: async () => (await loaded()).verifying }
}
