/** What a browser keeps from one sign-in to the next: the key that it is known by, and whose sign-in was the last. */
import { digests, toBase64url } from '../digest.ts'
import { type BrowserKey, openBrowserKey } from './browser-key.ts'

export interface Memory {
  /** `undefined` where there can be none. */
  key(): Promise<BrowserKey | undefined>
  /** The mark of the account that was last signed in here; `undefined` before the first. */
  lastAccount(): string | undefined
  keepAccount(mark: string): void
}

/** In the storage of this page's origin; what cannot be kept there is not kept. */
export const pageMemory: Memory = {
  key: openBrowserKey,
  lastAccount() {
    try {
      return localStorage.getItem(place) ?? undefined
    } catch {
      return undefined
    }
  },
  keepAccount(mark) {
    try {
      localStorage.setItem(place, mark)
    } catch {
      // Storage is full or forbidden: the next sign-in asks one question less.
    }
  },
}

/** For computers that many people use: nobody's sign-in leaves anything there. */
export const noMemory: Memory = {
  key: async () => undefined,
  lastAccount: () => undefined,
  keepAccount: () => {},
}

/** Tells accounts apart without naming them. The server makes the same of the account that is about to be signed in. */
export async function accountMark(userId: string): Promise<string> {
  return toBase64url(await digests().sha256(`account1.${userId}`))
}

const place = 'scanlogin-last-account'
