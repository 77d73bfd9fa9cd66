/**
 * Identities that a provider has vouched for and that nobody has claimed yet: kept for some minutes for the one browser
 * that brought them, until whoever is signed in there says "this is me".
 *
 *     waiting ── bound to the account that was signed in ──▶ settled
 *
 * The browser holds a secret in a cookie, the store its digest. Settled is kept as well, so that a repeated call gives the
 * same answer and nobody else binds what this browser has left behind.
 */
import { createHash, randomBytes } from 'node:crypto'
import { type Store, systemClock } from 'scanlogin'
import { checkSighting, type Sighting } from '../sighting.ts'
import { cookieIn } from './cookies.ts'

export interface PendingIdentities {
  /**
   * The `Set-Cookie` that leads back to it; it takes the place of what this browser had waiting. What is kept again for the
   * same `arrival` is the same one.
   */
  keep(identity: Sighting, arrival?: Keeping): Promise<string>
  /** What waits for the browser that has sent these cookies. */
  find(cookies: string | undefined): Promise<Pending | undefined>
  /** Nobody but `userId` binds it from now on. `false` where somebody else was first. */
  settle(pending: Pending, userId: string): Promise<boolean>
  /** Forgets it, and gives the `Set-Cookie` that takes the secret back. */
  drop(cookies: string | undefined): Promise<string>
}

export interface Keeping {
  /** Where the browser wanted to go. */
  readonly returnTo?: string | undefined
  /** 256 bits that the browser's arrival has, the same at every repetition of it. Default: it will not be repeated. */
  readonly token?: string | undefined
}

export interface Pending {
  readonly identity: Sighting
  /** Where the browser wanted to go. */
  readonly returnTo?: string
  /** Whom it has been bound to. */
  readonly settledFor?: string
  readonly key: string
  readonly version: number
  /** ms since the epoch. */
  readonly expiresAt: number
}

export interface PendingOptions {
  store: Store
  /** The site is on https. */
  secure: boolean
}

export function pendingIdentities({ store, secure }: PendingOptions): PendingIdentities {
  const name = secure ? '__Host-scanlogin-identity' : 'scanlogin-identity'
  const flags = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

  function keyOn(cookies: string | undefined): string | undefined {
    const secret = cookieIn(cookies, name)
    return secret !== undefined && /^[\w-]{43}$/.test(secret) ? keyOf(secret) : undefined
  }

  async function find(cookies: string | undefined): Promise<Pending | undefined> {
    const key = keyOn(cookies)
    const entry = key === undefined ? undefined : await store.get(key)
    if (key === undefined || !entry || entry.value === dropped) return undefined
    // Only `keep` and `settle` write under such keys.
    const { identity, returnTo, settledFor } = JSON.parse(entry.value) as Kept
    return {
      identity,
      ...(returnTo !== undefined && { returnTo }),
      ...(settledFor !== undefined && { settledFor }),
      key,
      version: entry.version,
      expiresAt: entry.expiresAt,
    }
  }

  return {
    async keep(identity, { returnTo, token } = {}) {
      const secret = token === undefined ? randomBytes(32).toString('base64url') : secretOf(token)
      const value = JSON.stringify({ identity: checkSighting(identity), returnTo })
      const expiresAt = (await timeOf(store)) + lifetime
      // One that is there already is the same arrival's: it stays what it has become, also when it is settled or dropped.
      await store.put(keyOf(secret), { version: 1, expiresAt, value })
      return `${name}=${secret}; Max-Age=${lifetime / 1000}; ${flags}`
    },

    find,

    async settle({ identity, returnTo, settledFor, key, version, expiresAt }, userId) {
      if (settledFor !== undefined) return settledFor === userId
      const value = JSON.stringify({ identity, returnTo, settledFor: userId })
      return store.put(key, { version: version + 1, expiresAt, value })
    },

    async drop(cookies) {
      const pending = await find(cookies)
      // Who settles it at this moment was first, and then it is no longer waiting anyway.
      if (pending) await store.put(pending.key, { ...entryOf(pending), value: dropped })
      return `${name}=; Max-Age=0; ${flags}`
    },
  }
}

type Kept = Pick<Pending, 'identity' | 'returnTo' | 'settledFor'>

/** ms: somebody who has to find their phone first, and no more. */
const lifetime = 600_000

const dropped = ''

/** An arrival's token opens sessions: what leads to an identity that waits is not to open one. */
function secretOf(token: string): string {
  return createHash('sha256').update(`pending identity ${token}`).digest('base64url')
}

function keyOf(secret: string): string {
  return `pending-identity:${createHash('sha256').update(secret).digest('base64url')}`
}

function entryOf({ version, expiresAt }: Pending) {
  return { version: version + 1, expiresAt }
}

/** A store that was opened just now knows the time with its first answer. */
async function timeOf(store: Store): Promise<number> {
  await store.get('time')
  return store.now?.() ?? systemClock.now()
}
