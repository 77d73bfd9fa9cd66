/** Renews the session of this browser, with a proof of its key where the server may ask for one. */
import type { Fetch } from '../calls.ts'
import { type BrowserKey, openBrowserKey } from './browser-key.ts'

export interface RenewalOptions {
  /** Where the handler is mounted, on this site. Default `/v1`. */
  base?: string
  /** `false` for a computer that many people use. Default: the key of this browser. */
  key?: BrowserKey | false
  /** Default: the global `fetch`. */
  fetch?: Fetch
}

export type Renewed =
  /** Good for so many seconds; renew before they are over. */
  | { readonly state: 'renewed'; readonly seconds: number }
  | { readonly state: 'signedOut' }
  /** Out of reach, or out of order: that is not signed out. Try again soon. */
  | { readonly state: 'unknown' }

/** Never rejects. Two tabs that renew at once both get the next token. */
export async function renewSession(options: RenewalOptions = {}): Promise<Renewed> {
  const { base = '/v1', fetch = (url, init) => globalThis.fetch(url, init) } = options
  const url = new URL(`${base.replace(/\/+$/, '')}/session`, location.href).href
  const key = options.key === undefined ? await openBrowserKey() : options.key || undefined
  try {
    const first = await fetch(url, await request(url, key))
    const ahead = key && first.status === 400 ? await clockAhead(first) : 0
    if (!key || ahead === 0) return await renewed(first)
    key.setBack(ahead)
    return await renewed(await fetch(url, await request(url, key)))
  } catch {
    return { state: 'unknown' }
  }
}

async function request(url: string, key: BrowserKey | undefined): Promise<RequestInit> {
  return { method: 'POST', ...(key && { headers: { dpop: await key.prove('POST', url) } }) }
}

async function renewed(reply: Response): Promise<Renewed> {
  if (reply.status === 401) return { state: 'signedOut' }
  const { session } = fieldsIn(await reply.json())
  const { access_expires_in, idle_expires_in, expires_in } = fieldsIn(session)
  const seconds = access_expires_in ?? idle_expires_in ?? expires_in
  return reply.ok && typeof seconds === 'number' ? { state: 'renewed', seconds } : { state: 'unknown' }
}

async function clockAhead(reply: Response): Promise<number> {
  const { clock_ahead: ahead } = fieldsIn(await reply.clone().json())
  return typeof ahead === 'number' ? ahead : 0
}

function fieldsIn(value: unknown): Record<string, unknown> {
  // An object that is not null can be read by any name; what is found stays unknown.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
