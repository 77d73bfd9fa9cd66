/** What a rule claims. A claim that is not true throws, and says what was found. */
import type { Reply } from '../caller.ts'

/** `what` is the whole sentence. */
export function holds(fact: boolean, what: string): void {
  if (!fact) throw new Error(what)
}

export function same(found: unknown, wanted: unknown, what: string): void {
  const [one, other] = [text(found), text(wanted)]
  if (one !== other) throw new Error(`${what}: found ${start(one)}, where the rule wants ${start(other)}`)
}

export function matches(found: unknown, pattern: RegExp, what: string): void {
  if (typeof found !== 'string' || !pattern.test(found)) {
    throw new Error(`${what}: found ${start(text(found))}, where the rule wants ${pattern}`)
  }
}

/** The reply is a success with this status. */
export function answered<Body>(reply: Reply<Body>, status = 200): Reply<Body> {
  same(reply.status, status, `the status, with code ${reply.body.code}`)
  return reply
}

/** The reply is this refusal, RFC 9457. */
export function refused<Body>(reply: Reply<Body>, status: number, code: string): Reply<Body> {
  same([reply.status, reply.body.code], [status, code], 'the refusal')
  return reply
}

/** Objects are the same if their fields are, in whatever order. */
function text(value: unknown): string {
  return `${JSON.stringify(value, (_, part: unknown) => (isRecord(part) ? Object.fromEntries(sorted(part)) : part))}`
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
}

function start(long: string): string {
  return long.length > 300 ? `${long.slice(0, 300)}…` : long
}
