/** The providers by whom somebody may sign in a browser, as the server has written them into the page. */
import { meta } from '../page/meta.ts'

export interface Offer {
  readonly provider: string
  /** The path that begins it. */
  readonly start: string
  /** Absent where the provider's page cannot stand in a frame. */
  readonly frame?: Frame
}

export interface Frame {
  readonly sandbox: string
  readonly allow: string
  readonly width: number
  readonly height: number
}

export function offersOfPage(): readonly Offer[] {
  const list: unknown = parse(meta('ways') ?? '[]')
  return Array.isArray(list) ? list.filter(isOffer).filter(({ ways }) => ways.includes('website')) : []
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The server has written it: this is for a page that was opened without one. */
function isOffer(value: unknown): value is Offer & { readonly ways: readonly unknown[] } {
  if (typeof value !== 'object' || value === null) return false
  const { provider, start, ways } = value as Record<string, unknown>
  return typeof provider === 'string' && typeof start === 'string' && start.startsWith('/') && Array.isArray(ways)
}
