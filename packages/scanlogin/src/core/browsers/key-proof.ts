/**
 * A proof that the caller holds a browser's key, as the HTTP edge has checked it. That it is used once is checked here,
 * in the store, so that no two nodes take the same one.
 */
import { sha256 } from '#digest'
import { LoginError } from '../errors.ts'
import type { Store } from '../store.ts'
import { sameDigest } from '../ticket.ts'

export interface KeyProof {
  /** Thumbprint of the public key, RFC 7638: 43 characters of base64url. */
  readonly key: string
  /** What makes this proof different from every other of the same key. */
  readonly id: string
  /** When nobody would take it any more, ms since the epoch. */
  readonly expiresAt: number
}

/** Throws `invalid_proof` for a proof that was used before. */
export async function useOnce(store: Store, { key, id, expiresAt }: KeyProof): Promise<void> {
  const entry = { version: 1, expiresAt, value: '' }
  if (await store.put(`p:${await sha256(`${key}.${id}`)}`, entry)) return
  throw new LoginError('invalid_proof', { detail: 'This proof of the browser key was used before.' })
}

/** The secret alone does not collect what a browser with a key has begun. */
export function checkedKey(key: string, proof: KeyProof | undefined): KeyProof {
  if (proof && sameDigest(proof.key, key)) return proof
  throw new LoginError('invalid_proof', { detail: 'This sign-in was begun with a browser key: prove that one.' })
}
