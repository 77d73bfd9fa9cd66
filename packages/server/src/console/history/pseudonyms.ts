/**
 * Names for people that only say "the same as there": a keyed digest, because ids such as phone numbers can be guessed
 * one by one and hashed. All nodes share the key, which nobody is ever told.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { Store } from 'scanlogin'

export type Pseudonym = (user: string) => string

/** Resolves once the store has a key; rejects while it cannot be reached, and may be asked again. */
export function createPseudonyms(store: Store): () => Promise<Pseudonym> {
  let known: Pseudonym | undefined
  return async () => {
    known ??= namedBy(await sharedKey(store))
    return known
  }
}

const entryKey = 'console:pseudonyms'
/** ms: for good, as far as a store can say so. */
const forGood = 10 * 365 * 86_400_000

async function sharedKey(store: Store): Promise<string> {
  const present = await store.get(entryKey)
  if (present) return present.value
  const value = randomBytes(32).toString('base64url')
  const expiresAt = (store.now?.() ?? Date.now()) + forGood
  if (await store.put(entryKey, { version: 1, expiresAt, value })) return value
  // Another node was first; what it wrote stays.
  return sharedKey(store)
}

function namedBy(key: string): Pseudonym {
  return user => createHmac('sha256', key).update(user).digest('base64url').slice(0, 12)
}
