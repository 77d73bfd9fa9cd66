/**
 * Browsers that have shown the key: each holds a random token for some hours, and the store its digest. An entry names
 * the key that opened it by a digest too, so that changing the key ends what the old one has opened.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Store } from 'scanlogin'
import { cookieIn } from '../../accounts/binding/cookies.ts'

export interface Entries {
  /** A `Set-Cookie` header. */
  open(): Promise<string>
  holds(cookies: string | undefined): Promise<boolean>
  /** A `Set-Cookie` header that takes the cookie back. */
  end(cookies: string | undefined): Promise<string>
}

export interface EntriesOptions {
  store: Store
  key: string
  /** The site is on https. */
  secure: boolean
}

/** Seconds: a working day. */
const life = 28_800

export function createEntries({ store, key, secure }: EntriesOptions): Entries {
  const name = secure ? '__Host-scanlogin-console' : 'scanlogin-console'
  const flags = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  const opener = digest(`console:${key}`)
  const now = () => store.now?.() ?? Date.now()

  return {
    async open() {
      const token = randomBytes(32).toString('base64url')
      await store.put(keyOf(token), { version: 1, expiresAt: now() + life * 1000, value: opener })
      return `${name}=${token}; Max-Age=${life}; ${flags}`
    },
    async holds(cookies) {
      const token = cookieIn(cookies, name)
      return token !== undefined && (await store.get(keyOf(token)))?.value === opener
    },
    async end(cookies) {
      const token = cookieIn(cookies, name)
      const entry = token === undefined ? undefined : await store.get(keyOf(token))
      if (token !== undefined && entry) {
        await store.put(keyOf(token), { version: entry.version + 1, expiresAt: now() + 1000, value: '' })
      }
      return `${name}=; Max-Age=0; ${flags}`
    },
  }
}

function keyOf(token: string): string {
  return `console:entry:${digest(token)}`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
