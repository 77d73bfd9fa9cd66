/**
 * OpenTelemetry where the operator has set it up, as by `node --import ./tracing.mjs`: spans go to whatever tracer that
 * file has registered. Nothing is sent from here, and where nobody has registered one nothing is traced.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { type Store, type Tracer, tracedStore } from 'scanlogin'
import { noteTrace } from './arrivals.ts'

export interface Tracing {
  /** For calls. `undefined` where nobody looks. */
  readonly tracer: Tracer | undefined
  /** For what is asked of others while a call is answered. `undefined` likewise. */
  readonly outgoing: Tracer | undefined
  store(store: Store): Store
  /** Runs `work` in the trace that a request belongs to. */
  arrive(headers: IncomingHttpHeaders, work: () => void): void
}

export async function openTracing(): Promise<Tracing> {
  const api = await import('@opentelemetry/api').catch(() => undefined)
  const real = api && registeredTracer(api)
  if (!real) return noTracing
  const { trace, context } = api
  const storeTracer: Tracer = {
    // Sweeps and checks of health are nobody's call: each of their reads would be a trace of its own.
    startActiveSpan: (name, options, work) =>
      trace.getActiveSpan()
        ? real.startActiveSpan(name, options, work)
        : work(trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT)),
  }
  return {
    tracer: {
      startActiveSpan(name, options, work) {
        const kind = isOfThisProcess(trace.getActiveSpan()) ? api.SpanKind.INTERNAL : api.SpanKind.SERVER
        return real.startActiveSpan(name, { ...options, kind }, span => {
          noteTrace(span.spanContext().traceId)
          return work(span)
        })
      },
    },
    outgoing: {
      startActiveSpan: (name, options, work) =>
        real.startActiveSpan(name, { ...options, kind: api.SpanKind.CLIENT }, work),
    },
    store: store => tracedStore(store, storeTracer),
    arrive(headers, work) {
      const instrumented = trace.getActiveSpan()?.spanContext()
      const sent = instrumented ? undefined : spanSent(api, headers)
      const above = instrumented ?? sent
      if (above) noteTrace(above.traceId)
      if (!sent) return work()
      context.with(trace.setSpanContext(context.active(), sent), work)
    },
  }
}

const noTracing: Tracing = {
  tracer: undefined,
  outgoing: undefined,
  store: store => store,
  arrive: (_headers, work) => work(),
}

type Api = typeof import('@opentelemetry/api')
type ApiSpan = import('@opentelemetry/api').Span
type ApiSpanContext = import('@opentelemetry/api').SpanContext

/** The API gives a tracer that does nothing until somebody has registered one: that would cost, and for nothing. */
function registeredTracer({ trace, ProxyTracerProvider }: Api) {
  const provider = trace.getTracerProvider()
  return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer(name) : provider.getTracer(name)
}

const name = 'scanlogin'

/** Of what the caller has sent the span alone: the rest, such as baggage, is a stranger's, and would go on to others. */
function spanSent({ trace, context, propagation }: Api, headers: IncomingHttpHeaders): ApiSpanContext | undefined {
  try {
    return trace.getSpanContext(propagation.extract(context.active(), headers))
  } catch {
    return undefined
  }
}

function isOfThisProcess(span: ApiSpan | undefined): boolean {
  return span !== undefined && !span.spanContext().isRemote
}
