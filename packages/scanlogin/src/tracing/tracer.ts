/**
 * Where the time of a call goes, for hosts that have OpenTelemetry. The library asks for the few verbs that it uses, which
 * a tracer of `@opentelemetry/api` has as it is, and depends on nothing. A tracer that is out of order takes no call with it.
 */
import { LoginError } from '../core/errors.ts'

export interface Tracer {
  /** Begins a span below the one that is active, and has it active in whatever `work` does, also later. */
  startActiveSpan<T>(name: string, options: SpanOptions, work: (span: Span) => T): T
}

export interface SpanOptions {
  readonly attributes: Record<string, string | number>
}

export interface Span {
  setAttribute(name: string, value: string | number): unknown
  /** 2 is `SpanStatusCode.ERROR`. */
  setStatus(status: { code: 2 }): unknown
  /** `false` where nobody will see it: attributes that cost something are then spared. */
  isRecording(): boolean
  end(): unknown
}

/** `work` within a span that lasts until its promise is settled. What it throws stands in the span by its code alone. */
export function inSpan<T>(
  tracer: Tracer,
  name: string,
  attributes: SpanOptions['attributes'],
  work: (span: Span) => Promise<T>,
): Promise<T> {
  let begun: Promise<T> | undefined
  const begin = async (span: Span) => {
    try {
      return await work(span)
    } catch (error) {
      quietly(() => markFailed(span, error instanceof LoginError ? error.code : 'internal_error'))
      throw error
    } finally {
      quietly(() => span.end())
    }
  }
  try {
    return tracer.startActiveSpan(name, { attributes }, span => {
      begun = begin(span)
      return begun
    })
  } catch {
    return begun ?? work(silent)
  }
}

/** For what is nobody's fault but ours. */
export function markFailed(span: Span, code: string): void {
  span.setAttribute('error.type', code)
  span.setStatus({ code: 2 })
}

/** For those who have to give some span. */
const silent: Span = { setAttribute() {}, setStatus() {}, isRecording: () => false, end() {} }

/** For what is only noted. */
export function quietly(note: () => void): void {
  try {
    note()
  } catch {
    // A call is not to hang on who watches it.
  }
}
