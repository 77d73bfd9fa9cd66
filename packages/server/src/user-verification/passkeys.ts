/**
 * The passkeys that people have enrolled on their phones, one list per user in the store. What is kept of a passkey is
 * public: who reads the store can check a signature, and make none.
 */
import { createHash } from 'node:crypto'
import { LoginError, type Store } from 'scanlogin'
import { z } from 'zod'

export type Passkey = z.output<typeof passkey>

export interface Passkeys {
  of(userId: string): Promise<readonly Passkey[]>
  /** Adds the first; `false` where the user has one already. */
  addFirst(userId: string, passkey: Passkey): Promise<boolean>
  /** Notes a use; `false` where the passkey is gone, or its counter shows that it was copied or the use is an old one. */
  use(userId: string, id: string, counter: number): Promise<boolean>
  clear(userId: string): Promise<void>
}

const passkey = z.object({
  id: z.string(),
  /** COSE, base64url. */
  publicKey: z.string(),
  /** 0 for ever where the passkey does not count. */
  counter: z.number(),
  transports: z.array(z.string()),
})

const list = z.array(passkey)

export function createPasskeys(store: Store): Passkeys {
  async function find(userId: string) {
    const key = `w:${digest(userId)}`
    const entry = await store.get(key)
    return { key, entry, passkeys: read(entry?.value) }
  }

  /** Writes what `next` makes of the list, `undefined` for nothing to write. Returns whether it was written. */
  async function change(userId: string, next: (passkeys: readonly Passkey[]) => readonly Passkey[] | undefined) {
    // A lost race is another call of the same user.
    for (let round = 1; round <= 16; round++) {
      const { key, entry, passkeys } = await find(userId)
      const changed = next(passkeys)
      if (!changed) return false
      const version = (entry?.version ?? 0) + 1
      const expiresAt = (store.now?.() ?? Date.now()) + lifetime
      if (await store.put(key, { version, expiresAt, value: JSON.stringify(changed) })) return true
    }
    throw new LoginError('rate_limited', { retryAfter: 1 })
  }

  return {
    of: async userId => (await find(userId)).passkeys,
    addFirst: (userId, passkey) => change(userId, passkeys => (passkeys.length > 0 ? undefined : [passkey])),
    use: (userId, id, counter) =>
      change(userId, passkeys => {
        const used = passkeys.find(passkey => passkey.id === id)
        if (!used || (counter > 0 && counter <= used.counter)) return undefined
        return passkeys.map(passkey => (passkey === used ? { ...used, counter } : passkey))
      }),
    async clear(userId) {
      await change(userId, passkeys => (passkeys.length > 0 ? [] : undefined))
    },
  }
}

/** ms since the last use: two years. */
const lifetime = 2 * 365 * 86_400_000

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function read(value: string | undefined): readonly Passkey[] {
  // Only `change` writes under these keys; what is unreadable all the same must not count as "none enrolled yet".
  return value === undefined ? [] : list.parse(JSON.parse(value))
}
