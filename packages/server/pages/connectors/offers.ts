/** The further ways to sign in a browser, as the server has written them into the page: names that `<scan-login>` knows. */
import { meta } from '../page/meta.ts'

export function waysOfPage(): readonly string[] {
  return offers().map(({ provider }) => provider)
}

/** Where the phone of a simulated WeChat is; `undefined` where WeChat is the real one, whose pages are on https. */
export function simulatedWechat(): string | undefined {
  const { frame } = offers().find(({ provider }) => provider === 'wechat') ?? {}
  return frame?.origin.startsWith('http:') ? `${frame.origin}/` : undefined
}

interface Offer {
  readonly provider: string
  /** Around WeChat's page. */
  readonly frame?: { readonly origin: string }
}

function offers(): readonly Offer[] {
  const list = parse(meta('ways') ?? '[]')
  return Array.isArray(list) ? list.filter(isOffer) : []
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The server has written it: this is for a page that was opened without one. */
function isOffer(value: unknown): value is Offer {
  if (typeof value !== 'object' || value === null) return false
  const { provider, ways }: { provider?: unknown; ways?: unknown } = value
  return typeof provider === 'string' && Array.isArray(ways) && ways.some(way => way === 'website' || way === 'code')
}
