/** Whatever can go wrong on the way through a provider, as a page with a status, in the reader's language. */
import type { Context } from 'hono'
import { type ConnectorErrorCode, refusalRow, type Way } from 'scanlogin/wechat'
import { connectPath, phonePath } from './open.ts'

/** What a page can be about: a connector's refusals, and what the server itself has against it. */
export type TroubleCode = ConnectorErrorCode | keyof typeof own

const own = {
  unknown_person: { status: 403, again: false },
  account_unavailable: { status: 403, again: false },
  invalid_request: { status: 400, again: false },
  not_found: { status: 404, again: false },
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
}

export type DrawTrouble = (context: Context, trouble: Trouble) => Response | Promise<Response>

/** `page` fills the values into the page's head. */
export function drawsTrouble(page: (values: Readonly<Record<string, string>>) => string): DrawTrouble {
  return (context, { code, provider = '', way = 'website', returnTo, reference = '' }) => {
    const { status, again } = rowOf(code)
    const retry = again ? beginning(provider, way, returnTo) : ''
    context.header('retry-after', status === 503 ? '5' : undefined)
    return context.html(page({ code, provider, reference, retry, back: way === 'inside' ? phonePath : '/' }), {
      status,
    } as { status: 400 })
  }
}

function rowOf(code: TroubleCode): { readonly status: number; readonly again: boolean } {
  return code in own ? own[code as keyof typeof own] : refusalRow(code as ConnectorErrorCode)
}

/** On a phone the code has to be scanned again anyway. */
function beginning(provider: string, way: Way, returnTo: string | undefined): string {
  if (way === 'inside' || provider === '') return ''
  const query = returnTo === undefined ? '' : `?${new URLSearchParams({ return_to: returnTo })}`
  return `${connectPath}/${provider}/start${query}`
}
