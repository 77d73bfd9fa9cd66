/**
 * What became of a call to a provider, for metrics and for traces. Neither is told the parameters of an address, a body, or
 * anything of an answer but its status and the provider's own number for a refusal.
 */
import type { Clock } from '../../core/clock.ts'
import { inSpan, quietly, type Span, type Tracer } from '../../tracing/tracer.ts'
import type { ProviderCall } from '../event.ts'
import { ConnectorError, refusalRow } from '../refusal.ts'

export interface Watchers {
  readonly clock: Pick<Clock, 'now'>
  readonly onCall: ((call: ProviderCall) => void) | undefined
  readonly tracer: Tracer | undefined
}

type Named = Pick<ProviderCall, 'provider' | 'call'>

interface Answered {
  readonly status: number
  readonly ms: number
}

interface Made<T> {
  readonly outcome: { readonly value: T } | { readonly error: unknown }
  /** Absent where there was no answer. */
  readonly answered: Answered | undefined
}

/** `make` says when the answer is there, and with which status; what it throws afterwards is the answer's refusal. */
export async function watched<T>(
  named: Named,
  watchers: Watchers,
  make: (answered: (status: number) => void) => Promise<T>,
): Promise<T> {
  const { tracer } = watchers
  const attributes = { 'scanlogin.provider': named.provider, 'scanlogin.provider.call': named.call }
  const { outcome } = tracer
    ? await inSpan(tracer, `${named.provider} ${named.call}`, attributes, async span => {
        const made = await counted(named, watchers, make)
        quietly(() => describe(span, made))
        return made
      })
    : await counted(named, watchers, make)
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

async function counted<T>(
  named: Named,
  { clock, onCall }: Watchers,
  make: (answered: (status: number) => void) => Promise<T>,
): Promise<Made<T>> {
  const begun = clock.now()
  const passed = () => clock.now() - begun
  let answered: Answered | undefined
  const outcome = await make(status => {
    answered = { status, ms: passed() }
  }).then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  const code = codeIn(outcome)
  const result = answered?.status ?? lost(code)
  quietly(() => onCall?.({ ...named, ms: answered?.ms ?? passed(), result, ...(code !== undefined && { code }) }))
  return { outcome, answered }
}

function describe(span: Span, { outcome, answered }: Made<unknown>): void {
  if (answered) span.setAttribute('http.response.status_code', answered.status)
  const code = codeIn(outcome)
  if (code === undefined) return
  span.setAttribute('scanlogin.error_code', code)
  const error = 'error' in outcome ? outcome.error : undefined
  if (error instanceof ConnectorError && error.errcode !== undefined) {
    span.setAttribute('scanlogin.provider.errcode', error.errcode)
  }
  // What a person has done, such as coming with an old code, is no failure of anybody's.
  if (refusalRow(code).status >= 500) span.setStatus({ code: 2 })
}

/** Whatever else is thrown is a bug in reading, which the provider's answer has found. */
function codeIn(outcome: Made<unknown>['outcome']): ProviderCall['code'] {
  if (!('error' in outcome)) return undefined
  return outcome.error instanceof ConnectorError ? outcome.error.code : 'provider_unintelligible'
}

function lost(code: ProviderCall['code']): Exclude<ProviderCall['result'], number> {
  return code === 'provider_silent' || code === 'provider_unintelligible' ? code : 'provider_unreachable'
}
