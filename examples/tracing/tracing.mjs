/**
 * OpenTelemetry for the server, set up before it starts:
 *
 *     npm install @opentelemetry/api @opentelemetry/core @opentelemetry/sdk-trace-base \
 *       @opentelemetry/context-async-hooks @opentelemetry/exporter-trace-otlp-http
 *     NODE_OPTIONS='--import ./tracing.mjs' OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 scanlogin serve
 *
 * Without an endpoint the spans are written to standard output, to look at.
 */
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'

const share = new TraceIdRatioBasedSampler(Number(process.env.TRACED_SHARE ?? 1))
// Anybody may send a `traceparent` that asks to be sampled: how much is kept is for this side to say.
const sampler = new ParentBasedSampler({ root: share, remoteParentSampled: share })
const provider = new BasicTracerProvider({ sampler, spanProcessors: [await processor()] })

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
trace.setGlobalTracerProvider(provider)

async function processor() {
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT) return new SimpleSpanProcessor(new ConsoleSpanExporter())
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
  return new BatchSpanProcessor(new OTLPTraceExporter())
}
