/**
 * Seconds that a `Retry-After` header asks for, given as seconds or as a date; `now` in ms since the epoch. A date that has
 * gone by is 0, and what is absent or neither is `undefined`.
 */
export function readRetryAfter(header: string | null | undefined, now: number): number | undefined {
  if (header === null || header === undefined) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}
