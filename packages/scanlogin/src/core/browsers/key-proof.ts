/**
 * A proof that the caller holds a browser's key, as the HTTP edge has read it. That it is fresh and used once is checked
 * here, by the store's time and in the store, so that no two nodes take the same one.
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
  /** ms since the epoch, by the caller's clock. */
  readonly issuedAt: number
}

/**
 * ms. Clocks of computers are off by minutes; one that is off by more is told by how much (`clockAhead`) and asked
 * again. Nothing hangs on a narrow window: what lets a proof be used once is its id, which is kept for as long as this.
 */
export const proofWindow = 300_000

/** Throws `invalid_proof` for a proof that is too old, from the future, or was used before. */
export async function useOnce(store: Store, { key, id, issuedAt }: KeyProof, now: number): Promise<void> {
  const ahead = issuedAt - now
  if (Math.abs(ahead) > proofWindow) {
    const detail = 'The clock behind this proof is off; prove again with the difference taken off.'
    throw new LoginError('invalid_proof', { detail, clockAhead: Math.round(ahead / 1000) })
  }
  // One ms more: at the end of the window it may still be taken.
  const entry = { version: 1, expiresAt: issuedAt + proofWindow + 1, value: '' }
  if (await store.put(`p:${await sha256(`${key}.${id}`)}`, entry)) return
  throw new LoginError('invalid_proof', { detail: 'This proof of the browser key was used before.' })
}

/** The proof, if it is of this key. Throws `invalid_proof` for another one, and for none. */
export function checkedKey(key: string, proof: KeyProof | undefined): KeyProof {
  if (proof && sameDigest(proof.key, key)) return proof
  throw new LoginError('invalid_proof', { detail: 'This sign-in was begun with a browser key: prove that one.' })
}
