/** The further ways to sign in a browser, as the server has written them into the page: names that `<scan-login>` knows. */
import { meta } from '../page/meta.ts'

export function waysOfPage(): readonly string[] {
  const list = parse(meta('ways') ?? '[]')
  return Array.isArray(list) ? list.filter(isOffer).map(({ provider }) => provider) : []
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The server has written it: this is for a page that was opened without one. */
function isOffer(value: unknown): value is { readonly provider: string } {
  if (typeof value !== 'object' || value === null) return false
  const { provider, ways }: { provider?: unknown; ways?: unknown } = value
  return typeof provider === 'string' && Array.isArray(ways) && ways.some(way => way === 'website' || way === 'code')
}
