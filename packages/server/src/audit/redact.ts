/** Cuts secrets out of what a report shows: by the name they stand under, and wherever else the same text turns up. */
import type { Exchange } from './recorder.ts'

export interface Redactor {
  /** Remembers the secrets in an exchange, so that they are cut out of every other one too. */
  learn(exchange: Exchange): void
  redact(exchange: Exchange): Exchange
}

const mark = '[secret]'
/** Characters of a body that a report shows. */
const longestBody = 2000

/** `known` are secrets from the start, such as the API key. */
export function createRedactor(known: readonly string[]): Redactor {
  const secrets = new Set(known.filter(isLong))

  function cut(text: string): string {
    let clean = text
    for (const secret of secrets) clean = clean.replaceAll(secret, mark).replaceAll(encodeURIComponent(secret), mark)
    return clean
  }

  // Cut first, shortened after: half a secret would not be found.
  const shown = (body: string) => cut(bodyWithout(body)).slice(0, longestBody)

  return {
    learn({ answer }) {
      if (!answer) return
      for (const [name, value] of answer.headers) if (name === 'set-cookie') remember(cookieValue(value))
      walk(parsed(answer.body), remember)
    },
    redact: ({ request, answer }) => ({
      request: {
        ...request,
        url: cut(request.url),
        headers: request.headers.map(([name, value]) => [name, cut(headerWithout(name, value))] as const),
        ...(request.body !== undefined && { body: shown(request.body) }),
      },
      answer: answer && {
        status: answer.status,
        headers: answer.headers.map(([name, value]) => [name, cut(headerWithout(name, value))] as const),
        body: shown(answer.body),
      },
    }),
  }

  function remember(secret: string): void {
    if (isLong(secret)) secrets.add(secret)
  }
}

const secretNames = new Set(
  'secret scan_token key token code code_verifier check_code session password access_token refresh_token'.split(' '),
)

/** Shorter texts stand in too many other words to be searched for; they are cut out by their name only. */
function isLong(text: string): boolean {
  return text.length >= 16
}

/** RFC 9457 problems have a `code` too, and that one is worth reading. */
function isSecret(name: string, value: string): boolean {
  return secretNames.has(name) && !(name === 'code' && /^[a-z_]{3,40}$/.test(value))
}

/** Deeper than any answer of the protocol: what is nested to break a reader is not read. */
const deepest = 20

/** Calls `found` with every text that stands under a secret's name. */
function walk(value: unknown, found: (secret: string) => void, under = '', depth = 0): void {
  if (typeof value === 'string' && isSecret(under, value)) found(value)
  if (typeof value !== 'object' || value === null || depth === deepest) return
  for (const [name, part] of Object.entries(value)) walk(part, found, inside(name, under), depth + 1)
}

function bodyWithout(body: string): string {
  const content = parsed(body)
  return content === undefined ? body : JSON.stringify(copyWithout(content, '', 0))
}

function copyWithout(value: unknown, under: string, depth: number): unknown {
  if (typeof value === 'string') return isSecret(under, value) ? mark : value
  if (typeof value !== 'object' || value === null) return value
  if (depth === deepest) return '…'
  if (Array.isArray(value)) return value.map(part => copyWithout(part, under, depth + 1))
  const parts = Object.entries(value).map(([name, part]) => [name, copyWithout(part, inside(name, under), depth + 1)])
  return Object.fromEntries(parts)
}

/** All that stands below a secret's name is secret. */
function inside(name: string, under: string): string {
  return secretNames.has(name) ? name : under
}

function headerWithout(name: string, value: string): string {
  if (name === 'authorization') return value.replace(/^(\w+)\s+.*/, `$1 ${mark}`)
  if (name === 'set-cookie') return value.replace(/^([^=;]*)=[^;]*/, `$1=${mark}`)
  if (name === 'cookie') return value.replace(/=[^;]*/g, `=${mark}`)
  return value
}

function cookieValue(line: string): string {
  return /^[^=;]*=([^;]*)/.exec(line)?.[1] ?? ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
