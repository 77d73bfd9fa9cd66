/**
 * A user's browsers as the text a store keeps: a JSON array that starts with the number of its layout, last used first.
 * Fifty of them stay below the 8 KiB that an entry may hold.
 */
export interface KnownBrowser extends Claim {
  /** Names it in a list of one user's browsers; another user of the same browser has another. */
  readonly id: string
  /** ms since the epoch. */
  readonly firstUsed: number
  /** ms since the epoch, up to a day behind. */
  readonly lastUsed: number
}

/** What the browser said of itself: names from a fixed list, never its own words. */
export interface Claim {
  readonly browser: string
  readonly os: string
}

export function writeBrowsers(browsers: readonly KnownBrowser[]): string {
  const rows = browsers.map(({ id, firstUsed, lastUsed, browser, os }) => [id, firstUsed, lastUsed, browser, os])
  return JSON.stringify([layout, ...rows])
}

/** Whatever is not a list of this layout counts as an empty one: every browser is new then, which is the careful side. */
export function readBrowsers(text: string | undefined): KnownBrowser[] {
  const [first, ...rows] = parse(text)
  return first === layout ? rows.filter(isRow).map(toBrowser) : []
}

const layout = 1

type Row = readonly [id: string, firstUsed: number, lastUsed: number, browser: string, os: string]

function toBrowser([id, firstUsed, lastUsed, browser, os]: Row): KnownBrowser {
  return { id, firstUsed, lastUsed, browser, os }
}

function isRow(value: unknown): value is Row {
  if (!Array.isArray(value)) return false
  const [id, firstUsed, lastUsed, browser, os] = value
  return [id, browser, os].every(field => typeof field === 'string') && [firstUsed, lastUsed].every(Number.isFinite)
}

function parse(text = ''): unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
