/** Keys of the app's own back ends. Only their digests are kept and compared. */
import { sha256 } from '#digest'
import { sameDigest } from '../core/ticket.ts'
import type { Call } from './call.ts'

export interface ApiKeys {
  /** `true` if the call carries one of the keys as `Authorization: Bearer`. */
  accept(call: Call): Promise<boolean>
}

export function createApiKeys(keys: readonly string[]): ApiKeys {
  // What no `Authorization: Bearer` can carry would never be accepted, and nobody would know why.
  if (keys.some(key => key.length < 32 || !bearer.test(`Bearer ${key}`))) {
    throw new TypeError('apiKeys must have at least 32 characters each, of A-Z a-z 0-9 - . _ ~ + / =')
  }
  const digests = Promise.all(keys.map(key => sha256(key)))
  return {
    async accept(call) {
      const token = bearerToken(call)
      if (token === undefined || keys.length === 0) return false
      const digest = await sha256(token)
      // Every key is compared, so that the time does not tell which one was close.
      return (await digests).filter(known => sameDigest(known, digest)).length > 0
    },
  }
}

/** The token of `Authorization: Bearer`, RFC 6750. */
export function bearerToken(call: Pick<Call, 'header'>): string | undefined {
  return bearer.exec(call.header('authorization') ?? '')?.[1]
}

const bearer = /^Bearer ([\w.~+/=-]{1,8192})$/i
