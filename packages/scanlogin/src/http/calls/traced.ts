/**
 * A call as a span: named by its route, never by an id. What it holds can be shown to anybody who may see the log: the
 * method, the route, the status, the code of a refusal, and the mark that names the ticket in events, too.
 */
import { markOf } from '../../core/events/events.ts'
import { inSpan, markFailed, quietly, type Span, type Tracer } from '../../tracing/tracer.ts'
import type { Answer, Call } from '../call.ts'
import type { SocketOpening } from '../handler.ts'
import type { ScannedResource } from '../wire.ts'

export interface RouteName {
  /** `/v1/tickets/{id}/confirm`, or `*` for what there is not. */
  readonly template: string
  readonly ticketId: string | undefined
}

export function tracedAnswer(
  tracer: Tracer,
  call: Call,
  route: RouteName,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  return inSpan(tracer, nameOf(call, route), attributesOf(call, route), async span => {
    const given = await answer()
    if (isSeen(span)) await describe(span, given, route.ticketId ?? ticketIn(given, route))
    return given
  })
}

/** A WebSocket's opening; what goes over it later is not in its span. */
export function tracedOpening(
  tracer: Tracer,
  call: Call,
  route: RouteName,
  open: () => Promise<SocketOpening>,
): Promise<SocketOpening> {
  return inSpan(tracer, nameOf(call, route), attributesOf(call, route), async span => {
    const opening = await open()
    const given = 'refusal' in opening ? opening.refusal : switching
    if (isSeen(span)) await describe(span, given, route.ticketId)
    return opening
  })
}

const switching: Answer = { status: 101, headers: {} }

const nameOf = (call: Call, { template }: RouteName) => `${methodOf(call)} ${template}`

function attributesOf(call: Call, { template }: RouteName): Record<string, string> {
  return { 'http.request.method': methodOf(call), 'http.route': template }
}

/** As OpenTelemetry writes methods that nobody has heard of: anything may be sent as one. */
function methodOf({ method }: Call): string {
  return methods.has(method) ? method : '_OTHER'
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

function isSeen(span: Span): boolean {
  try {
    return span.isRecording()
  } catch {
    return false
  }
}

async function describe(span: Span, { status, body }: Answer, ticketId: string | undefined): Promise<void> {
  const mark = ticketId === undefined ? undefined : await markOf(ticketId)
  const code = status >= 400 && typeof body === 'string' ? codeIn(body) : undefined
  quietly(() => {
    span.setAttribute('http.response.status_code', status)
    if (mark !== undefined) span.setAttribute('scanlogin.ticket', mark)
    if (code !== undefined) span.setAttribute('scanlogin.error_code', code)
    if (status >= 500) markFailed(span, code ?? String(status))
  })
}

/** Of our own making: a problem, or a refusal in the words of OAuth. */
function codeIn(body: string): string | undefined {
  const { code, error }: { code?: unknown; error?: unknown } = JSON.parse(body)
  return [code, error].find(one => typeof one === 'string')
}

/** Of a ticket that no address names: it was just opened, or found by its code. */
function ticketIn({ status, headers: { location }, body }: Answer, { template }: RouteName): string | undefined {
  if (status === 201 && typeof location === 'string') return location.split('/').at(-1)
  if (status !== 200 || typeof body !== 'string' || !template.endsWith('/scan')) return undefined
  const { ticket }: ScannedResource = JSON.parse(body)
  return ticket.id
}
