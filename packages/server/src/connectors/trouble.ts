/** Whatever can go wrong on the way through a provider, as a page with a status, in the reader's language. */
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type ConnectorErrorCode, refusalRow, type Way } from 'scanlogin/wechat'
import { framedBySelf } from '../security-headers.ts'
import { connectPath, phonePath } from './open.ts'

/** What a page can be about: a connector's refusals, and what the server itself has against it. */
export type TroubleCode = ConnectorErrorCode | keyof typeof ownTroubles

/** Besides the connector's own refusals. */
export const ownTroubles = {
  unknown_person: { status: 403, again: false },
  account_unavailable: { status: 403, again: false },
  forbidden: { status: 403, again: false },
  invalid_request: { status: 400, again: false },
  not_found: { status: 404, again: false },
  rate_limited: { status: 429, again: true },
  store_unavailable: { status: 503, again: true },
  internal_error: { status: 500, again: true },
} as const

export interface Trouble {
  readonly code: TroubleCode
  readonly provider?: string | undefined
  readonly way?: Way | undefined
  readonly returnTo?: string | undefined
  /** What the provider's support asks for. */
  readonly reference?: string | undefined
  /** What policies have against it, as codes. */
  readonly reasons?: readonly string[] | undefined
  /** Seconds, as a policy has said. Default 60 where too many come, 5 where something is out of order. */
  readonly retryAfter?: string | undefined
}

export type DrawTrouble = (context: Context, trouble: Trouble) => Response | Promise<Response>

/** Fills the values into the page's head. */
type Page = (values: Readonly<Record<string, string>>) => string

/** In the frame where a provider's page was to stand it can be read as well. `known`: the providers that there are. */
export function drawsTrouble(page: Page, known: { has(provider: string): boolean }): DrawTrouble {
  return (
    context,
    { code, provider: named = '', way = 'website', returnTo, reference = '', reasons = [], retryAfter },
  ) => {
    // Any text may stand in the address: what is no provider's name would be read as words of this site.
    const provider = known.has(named) ? named : ''
    const { status, again } = rowOf(code)
    const retry = again ? beginning(provider, way, returnTo) : ''
    const pause = status === 503 ? '5' : status === 429 ? '60' : undefined
    context.header('retry-after', pause && (retryAfter ?? pause))
    if (context.req.header('sec-fetch-dest') === 'iframe') {
      for (const [name, value] of Object.entries(framedBySelf)) context.header(name, value)
    }
    const html = page({
      code,
      reasons: reasons.join(' '),
      provider,
      reference,
      retry,
      back: way === 'inside' ? phonePath : '/',
    })
    // Proof: every status of the two tables goes with a page.
    return context.html(html, status as ContentfulStatusCode)
  }
}

function rowOf(code: TroubleCode): { readonly status: number; readonly again: boolean } {
  return isOwn(code) ? ownTroubles[code] : refusalRow(code)
}

function isOwn(code: TroubleCode): code is keyof typeof ownTroubles {
  return Object.hasOwn(ownTroubles, code)
}

/** On a phone the code has to be scanned again anyway. */
function beginning(provider: string, way: Way, returnTo: string | undefined): string {
  if (way === 'inside' || provider === '') return ''
  const query = returnTo === undefined ? '' : `?${new URLSearchParams({ return_to: returnTo })}`
  return `${connectPath}/${provider}/start${query}`
}
