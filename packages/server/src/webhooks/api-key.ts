/** Whether a caller has one of the API keys: compared in a time that says nothing about them. */
import { createHash, timingSafeEqual } from 'node:crypto'

export function holdsKey(keys: readonly string[], token: string | undefined): boolean {
  if (token === undefined) return false
  const given = digest(token)
  // All of them, whichever it is.
  return keys.filter(key => timingSafeEqual(digest(key), given)).length > 0
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
