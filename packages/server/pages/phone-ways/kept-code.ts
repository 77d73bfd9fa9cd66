/**
 * What the phone was opened with, for the way to a provider's page and back. It stays in this tab: behind the `#` of no
 * address that leads to a server, in no cookie, and for five minutes at most, which is longer than any code is good for.
 * The code of the moment of leaving would be too old by then: so those that follow it are kept as well.
 */

const key = 'scanlogin-code'
/** ms. */
const lifetime = 300_000

export interface KeptCodes {
  /** The one of the moment `since`, and those that take its place. */
  readonly codes: readonly string[]
  /** ms since the epoch. */
  readonly since: number
  /** Seconds until the second takes the first one's place, and that each of the others stays. */
  readonly nextIn: number
  readonly stepSeconds: number
}

/** Where the browser keeps nothing, as some do in private windows, the code is lost on the way. */
export function keepCodes(kept: KeptCodes): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(kept))
  } catch {
    // Whoever comes back is signed in, and scans once more.
  }
}

/** The code that the browser shows now, as far as was known. Taken once: a page that is loaded again has none. */
export function takeKeptCode(now: number): string | undefined {
  try {
    const text = sessionStorage.getItem(key)
    sessionStorage.removeItem(key)
    const kept: unknown = JSON.parse(text ?? 'null')
    return isKept(kept) && now - kept.since < lifetime ? codeAt(kept, now) : undefined
  } catch {
    return undefined
  }
}

/** The last one stands for all after it: it is too old then, and its answer says so. */
export function codeAt({ codes, since, nextIn, stepSeconds }: KeptCodes, now: number): string | undefined {
  const later = (now - since) / 1000 - nextIn
  return codes[Math.min(later < 0 ? 0 : 1 + Math.floor(later / stepSeconds), codes.length - 1)]
}

function isKept(value: unknown): value is KeptCodes {
  if (typeof value !== 'object' || value === null) return false
  const { codes, since, nextIn, stepSeconds }: Partial<Record<keyof KeptCodes, unknown>> = value
  const numbers = [since, nextIn, stepSeconds].every(number => typeof number === 'number')
  return numbers && Array.isArray(codes) && codes.every(code => typeof code === 'string')
}
