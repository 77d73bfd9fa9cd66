/** A refusal as every call words it, RFC 9457: for the calls that are the server's own. */
import type { LoginError } from 'scanlogin'

/** `more`: headers besides those that every refusal has. */
export function problem(refusal: LoginError, more: Readonly<Record<string, string>> = {}): Response {
  const { code, message, status, detail, retryAfter } = refusal
  const headers = {
    'content-type': 'application/problem+json',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...more,
  }
  const type = `urn:scanlogin:error:${code}`
  const body = JSON.stringify({ type, title: message, status, code, ...(detail !== undefined && { detail }) })
  return new Response(body, { status, headers })
}
