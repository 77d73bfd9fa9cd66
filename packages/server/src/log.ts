/** JSON lines on standard output. What could hold a secret is cut out wherever it stands. */
import { type Logger, pino } from 'pino'
import { aboutCall } from './tracing/arrivals.ts'

export type Log = Logger

/** `worker` is the number of this process where there are several. */
export function createLog(level: string, worker?: number): Log {
  const serializers = { err: describe }
  const base = worker === undefined ? null : { worker }
  return pino({ level, base, serializers, mixin: aboutCall, redact: { paths: secrets, censor: '[redacted]' } })
}

/** Field by field: clients of stores hang the command on an error, and with it a password or what was to be written. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: 'something that is no error was thrown' }
  return {
    type: error.name,
    message: withoutArguments(error.message),
    stack: withoutArguments(error.stack ?? ''),
    ...('code' in error && { code: String(error.code) }),
    ...(error.cause instanceof Error && { cause: withoutArguments(error.cause.message) }),
  }
}

/** Redis quotes the arguments of a command that it does not know. */
function withoutArguments(text: string): string {
  return text.replace(/, with args beginning with:.*/gs, '')
}

const names = ['authorization', 'cookie', 'secret', 'scan_token', 'scanToken', 'token', 'check_code', 'code_verifier']
const secrets = names.flatMap(name => [name, `*.${name}`, `*.*.${name}`])
