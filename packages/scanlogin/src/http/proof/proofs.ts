/** Proofs of browser keys on the calls of this handler: looked at only where known browsers are kept. */
import type { KeyProof } from '../../core/browsers/key-proof.ts'
import type { Login } from '../../core/login.ts'
import type { Call } from '../call.ts'
import { readKeyProof } from './key-proof.ts'

export interface Proofs {
  /**
   * The proof on the call; `undefined` where there is none. Throws `invalid_proof` for one that does not hold: who
   * means to prove a key is not taken for somebody without one.
   */
  on(call: Call): Promise<KeyProof | undefined>
}

/** `origins` are those that a page may call, the site's own among them. */
export function createProofs(login: Login, base: string, origins: readonly string[]): Proofs {
  const known = new Set([login.publicUrl, ...origins])
  return {
    async on(call) {
      const header = login.browsers && call.header('dpop')
      if (header === undefined) return undefined
      return readKeyProof(header, {
        method: call.method,
        // By its end: a proxy may serve what stands at the mount point under a longer path.
        isAddress: ({ origin, pathname }) => known.has(origin) && pathname.endsWith(pathBelow(call, base)),
      })
    },
  }
}

function pathBelow({ path }: Call, base: string): string {
  return path.slice(base.length)
}
