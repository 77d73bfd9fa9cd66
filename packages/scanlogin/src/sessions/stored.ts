/**
 * Opaque sessions in the store. The browser holds a random token, the store its SHA-256, so that who reads the store
 * cannot sign in with what is there. A session slides: it lives as long as it is used, up to a limit.
 */
import { type BookOptions, createBook, ofSite, sessionId } from './book.ts'
import type { Sessions } from './session.ts'

export type StoredSessionsOptions = BookOptions

export interface StoredSessions extends Sessions {
  /** How often a session was read from a copy in this process, and how often from the store. */
  counts(): { readonly copies: number; readonly loads: number }
}

export function storedSessions(options: StoredSessionsOptions): StoredSessions {
  const book = createBook(options)
  return {
    async open(user, token, details = {}) {
      const { session } = await book.open(await sessionId(token), { user, details })
      return { ...session, token }
    },
    read: async (token, clientId) => ofSite((await book.find(await sessionId(token)))?.session, clientId),
    end: async (token, by = 'person') => book.end(await sessionId(token), by),
    forestall: async token => book.forestall(await sessionId(token)),
    codes: book.codes,
    list: book.list,
    endSome: book.endSome,
    counts: book.counts,
  }
}
