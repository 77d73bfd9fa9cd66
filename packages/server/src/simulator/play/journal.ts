/** What was called, and what came of it, with everything secret cut out: a test reads it, and people paste it. */
import type { Call, Outcome } from '../http/call.ts'

export interface JournalEntry {
  /** ms since the epoch, by the simulator's clock. */
  readonly time: number
  readonly method: string
  readonly path: string
  /** Parameters of the address. */
  readonly query: Readonly<Record<string, string>>
  /** The request's JSON, or `undefined` where there is none. */
  readonly body?: unknown
  /** HTTP status, or what happened instead of an answer. */
  readonly status: number | 'hang' | 'reset'
  /** The answer's JSON; of other answers their content type. */
  readonly answer: unknown
}

export interface Journal {
  write(call: Call, outcome: Outcome, time: number): void
  /** Oldest first, the last thousand. */
  entries(): readonly JournalEntry[]
}

export function createJournal(): Journal {
  const entries: JournalEntry[] = []
  return {
    write(call, outcome, time) {
      const { method, path, query } = call
      const body = parse(call.body)
      entries.push({
        time,
        method,
        path,
        query: Object.fromEntries([...query].map(([name, value]) => [name, isSecret(name) ? redacted : value])),
        ...(body !== undefined && { body: withoutSecrets(body) }),
        status: typeof outcome === 'string' ? outcome : outcome.status,
        answer: typeof outcome === 'string' ? undefined : describe(outcome),
      })
      if (entries.length > most) entries.shift()
    },
    entries: () => [...entries],
  }
}

const most = 1000
const redacted = '[redacted]'

function describe({ headers, body }: Exclude<Outcome, string>): unknown {
  const answer = parse(body)
  return answer === undefined ? headers['content-type'] : withoutSecrets(answer)
}

function parse(body: string | Uint8Array): unknown {
  const source = typeof body === 'string' ? body : new TextDecoder().decode(body)
  try {
    return /^\s*[[{]/.test(source) ? JSON.parse(source) : undefined
  } catch {
    return undefined
  }
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, isSecret(name) ? redacted : withoutSecrets(part)]),
  )
}

function isSecret(name: string): boolean {
  return secrets.has(name.toLowerCase().replaceAll('_', ''))
}

const secrets = new Set([
  'secret',
  'clientsecret',
  'corpsecret',
  'appsecret',
  'code',
  'authcode',
  'jscode',
  'accesstoken',
  'refreshtoken',
  'sessionkey',
  'sign',
])
