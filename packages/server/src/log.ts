/** JSON lines on standard output. What could hold a secret is cut out wherever it stands. */
import { type Logger, pino } from 'pino'

export type Log = Logger

export function createLog(level: string): Log {
  return pino({ level, base: null, redact: { paths: secrets, censor: '[redacted]' } })
}

const names = ['authorization', 'cookie', 'secret', 'scan_token', 'scanToken', 'token', 'check_code', 'code_verifier']
const secrets = names.flatMap(name => [name, `*.${name}`, `*.*.${name}`])
