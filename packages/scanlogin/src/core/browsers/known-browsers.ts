/**
 * The browsers that a user has signed in with before, told apart by a key that cannot leave them. Nothing else makes a
 * browser known: an address or a user agent is anybody's to claim.
 *
 * One entry per user holds them all, so that a list is one read and a bound is a bound. It is written by
 * compare-and-set: two sign-ins that end at the same moment are both remembered.
 */
import { sha256 } from '#digest'
import { mostRounds } from '../change-entry.ts'
import { type Clock, clockOf } from '../clock.ts'
import { LoginError } from '../errors.ts'
import { createRecent } from '../expiry/recent.ts'
import type { Entry, Store } from '../store.ts'
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
  remember(userId: string, key: string, claim: Claim, earlier?: Earlier): Promise<void>
  /** Last used first. */
  list(userId: string): Promise<KnownBrowser[]>
  /** From now on that browser is new again. Repeating it does no harm. */
  forget(userId: string, id: string): Promise<void>
  forgetAll(userId: string): Promise<void>
}

/** What this sign-in has found out already. */
export interface Earlier {
  /** What `knows` has answered when the phone scanned. Default: nobody has asked. */
  readonly known?: boolean | undefined
}

/** For `createLogin({ browsers: knownBrowsers({ store }) })`. Throws `TypeError` for options that cannot be. */
export function knownBrowsers(options: KnownBrowsersOptions): KnownBrowsers {
  const { store, keep, limit, clock } = settled(options)

  const entries = createRecent<Entry>(mostEntries)

  async function find(key: string): Promise<Entry | undefined> {
    const entry = await store.get(key)
    if (entry) entries.set(key, entry)
    else entries.delete(key)
    return entry
  }

  /** What this node has seen last: good enough to write over, as the write finds out, and to answer nobody by. */
  function recall(key: string): Entry | undefined {
    const entry = entries.get(key)
    return entry && entry.expiresAt > clock.now() ? entry : undefined
  }

  function browsersIn(entry: Entry | undefined): KnownBrowser[] {
    const since = clock.now() - keep
    return readBrowsers(entry?.value).filter(({ lastUsed }) => lastUsed > since)
  }

  /** Writes what `next` makes of the list; the same list is left alone. */
  async function change(key: string, first: Entry | undefined, next: Change): Promise<void> {
    let entry = first
    // A lost race is somebody else's sign-in of the same user, and people have only so many hands.
    for (let round = 1; round <= mostRounds; round++) {
      const browsers = browsersIn(entry)
      const changed = next(browsers)
      if (changed === browsers) return
      const version = (entry?.version ?? 0) + 1
      const written = { version, expiresAt: clock.now() + keep, value: writeBrowsers(changed) }
      let present: Entry | undefined
      const seen = (found: Entry) => {
        present = found
      }
      if (await store.put(key, written, entry ? { over: entry.value } : { seen })) {
        entries.set(key, written)
        return
      }
      entry = present ?? (await find(key))
    }
    throw new LoginError('rate_limited', { retryAfter: 1 })
  }

  /** Decided on the list as it is now: of what is to be forgotten nothing may be left because a copy was old. */
  async function changePresent(userId: string, next: Change): Promise<void> {
    const key = await entryKey(userId)
    await change(key, await find(key), next)
  }

  return {
    async knows(userId, key) {
      const [entry, id] = await Promise.all([entryKey(userId).then(find), browserId(userId, key)])
      return has(browsersIn(entry), id)
    },

    async remember(userId, key, claim, { known } = {}) {
      const [name, id] = await Promise.all([entryKey(userId), browserId(userId, key)])
      const copy = known === undefined ? undefined : recall(name)
      // A copy that says something else than the scan has heard is old, or of a sign-in since.
      const first = known === has(browsersIn(copy), id) ? copy : await find(name)
      await change(name, first, browsers => {
        const now = clock.now()
        const before = browsers.find(browser => browser.id === id)
        // Forgotten since the scan: that was said of this browser, and not of the next sign-in.
        if (known && !before) return browsers
        // Somebody who signs in ten times a day costs one write a day.
        if (before && now - before.lastUsed < Math.min(day, keep / 10)) return browsers
        const used = { ...claim, id, firstUsed: before?.firstUsed ?? now, lastUsed: now }
        return [used, ...browsers.filter(browser => browser.id !== id)].slice(0, limit)
      })
    },

    async list(userId) {
      return browsersIn(await find(await entryKey(userId)))
    },

    forget: (userId, id) =>
      changePresent(userId, browsers => (has(browsers, id) ? browsers.filter(browser => browser.id !== id) : browsers)),

    forgetAll: userId => changePresent(userId, browsers => (browsers.length > 0 ? [] : browsers)),
  }
}

type Change = (browsers: readonly KnownBrowser[]) => readonly KnownBrowser[]

/** Copies of what users' browsers were: some 200 bytes of most users, 8 KiB of one with fifty. */
const mostEntries = 4096

/** ms. */
const day = 86_400_000

async function entryKey(userId: string): Promise<string> {
  return `b:${await sha256(userId)}`
}

function has(browsers: readonly KnownBrowser[], id: string): boolean {
  return browsers.some(browser => browser.id === id)
}

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
