/**
 * The browsers that a user has signed in with before, told apart by a key that cannot leave them. Nothing else makes a
 * browser known: an address or a user agent is anybody's to claim.
 *
 * One entry per user holds them all, so that a list is one read and a bound is a bound. It is written by
 * compare-and-set: two sign-ins that end at the same moment are both remembered.
 */
import { sha256 } from '#digest'
import { type Clock, clockOf } from '../clock.ts'
import { LoginError } from '../errors.ts'
import type { Store } from '../store.ts'
import { type Claim, type KnownBrowser, readBrowsers, writeBrowsers } from './record.ts'

export interface KnownBrowsersOptions {
  store: Store
  /** Days since the last sign-in after which a browser is forgotten, 1 to 730. Default 180. */
  keep?: number
  /** Browsers of one user; the one not used for longest makes room. 1 to 50, default 50. */
  limit?: number
  /** Default: the store's time, or the system's where the store has none. */
  clock?: Pick<Clock, 'now'>
}

export interface KnownBrowsers {
  /** Whether this user has signed in with the browser that holds this key. */
  knows(userId: string, key: string): Promise<boolean>
  /** A sign-in with it has succeeded. Repeating it changes nothing but the time of last use. */
  remember(userId: string, key: string, claim: Claim): Promise<void>
  /** Last used first. */
  list(userId: string): Promise<KnownBrowser[]>
  /** From now on that browser is new again. Repeating it does no harm. */
  forget(userId: string, id: string): Promise<void>
  forgetAll(userId: string): Promise<void>
}

/** For `createLogin({ browsers: knownBrowsers({ store }) })`. Throws `TypeError` for options that cannot be. */
export function knownBrowsers(options: KnownBrowsersOptions): KnownBrowsers {
  const { store, keep, limit, clock } = settled(options)

  async function find(userId: string) {
    const key = `b:${await sha256(userId)}`
    const entry = await store.get(key)
    const since = clock.now() - keep
    return { key, entry, browsers: readBrowsers(entry?.value).filter(({ lastUsed }) => lastUsed > since) }
  }

  /** Writes what `next` makes of the list; the same list is left alone. */
  async function change(userId: string, next: (browsers: readonly KnownBrowser[]) => readonly KnownBrowser[]) {
    // A lost race is somebody else's sign-in of the same user, and people have only so many hands.
    for (let round = 1; round <= mostRounds; round++) {
      const { key, entry, browsers } = await find(userId)
      const changed = next(browsers)
      if (changed === browsers) return
      const version = (entry?.version ?? 0) + 1
      if (await store.put(key, { version, expiresAt: clock.now() + keep, value: writeBrowsers(changed) })) return
    }
    throw new LoginError('rate_limited', { retryAfter: 1 })
  }

  return {
    async knows(userId, key) {
      const [{ browsers }, id] = await Promise.all([find(userId), browserId(userId, key)])
      return browsers.some(browser => browser.id === id)
    },

    async remember(userId, key, claim) {
      const id = await browserId(userId, key)
      await change(userId, browsers => {
        const now = clock.now()
        const before = browsers.find(browser => browser.id === id)
        // Somebody who signs in ten times a day costs one write a day.
        if (before && now - before.lastUsed < Math.min(day, keep / 10)) return browsers
        const used = { ...claim, id, firstUsed: before?.firstUsed ?? now, lastUsed: now }
        return [used, ...browsers.filter(browser => browser.id !== id)].slice(0, limit)
      })
    },

    async list(userId) {
      const { browsers } = await find(userId)
      return browsers
    },

    forget: (userId, id) =>
      change(userId, browsers =>
        browsers.some(browser => browser.id === id) ? browsers.filter(browser => browser.id !== id) : browsers,
      ),

    forgetAll: userId => change(userId, browsers => (browsers.length > 0 ? [] : browsers)),
  }
}

/** How often a change is tried against others. */
const mostRounds = 32

/** ms. */
const day = 86_400_000

/**
 * Tells this user's browsers apart, and says nothing to others: who reads the store cannot see that two users share a
 * browser, nor find the browser that a key belongs to.
 */
export async function browserId(userId: string, key: string): Promise<string> {
  const digest = await sha256(`b1.${key}.${userId}`)
  // 132 bits, so that fifty of them fit into one entry.
  return digest.slice(0, 22)
}

function settled(options: KnownBrowsersOptions) {
  const { store, keep = 180, limit = 50, clock = clockOf(store) } = options
  if (!(keep >= 1 && keep <= 730)) throw new TypeError('keep must be 1 to 730 days')
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 50)) throw new TypeError('limit must be 1 to 50 browsers')
  return { store, keep: keep * day, limit, clock }
}
