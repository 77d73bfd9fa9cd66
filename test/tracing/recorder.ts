/** OpenTelemetry as a host sets it up, with what it would send away kept here. Its globals are this test file's alone. */
import { type Context, context, propagation, type Tracer, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'

export interface Recorder {
  readonly tracer: Tracer
  /** Those that have ended, in the order in which they began. */
  spans(): readonly ReadableSpan[]
  /** By its name; throws where there is none. */
  span(name: string): ReadableSpan
  /** Names, those below another span indented. */
  tree(): readonly string[]
  /** Everything that would leave the process. */
  text(): string
  forget(): void
}

export function openRecorder(): Recorder {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  const spans = () => exporter.getFinishedSpans().toSorted((one, other) => begun(one) - begun(other))
  const below = (parent: string | undefined, depth: number): string[] =>
    spans()
      .filter(span => span.parentSpanContext?.spanId === parent)
      .flatMap(span => ['  '.repeat(depth) + span.name, ...below(span.spanContext().spanId, depth + 1)])
  return {
    tracer: trace.getTracer('scanlogin'),
    spans,
    span(name) {
      const found = spans().find(span => span.name === name)
      if (!found) throw new Error(`There is no span ${name} among ${below(undefined, 0).join(', ')}`)
      return found
    },
    tree: () => below(undefined, 0),
    text: () =>
      JSON.stringify(
        spans().map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links })),
      ),
    forget: () => exporter.reset(),
  }
}

/** As a host does that has no instrumentation of HTTP: what the caller has sent is the parent of what follows. */
export function arrivingWith(headers: Record<string, string>): Context {
  return propagation.extract(context.active(), headers)
}

function begun({ startTime: [seconds, nanoseconds] }: ReadableSpan): number {
  return seconds * 1e6 + nanoseconds / 1e3
}
