/** A refusal as every call words it, RFC 9457: for the calls that are the server's own. */
import type { LoginError } from 'scanlogin'

export function problem({ code, message, status, detail, retryAfter }: LoginError): Response {
  const headers = {
    'content-type': 'application/problem+json',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  }
  const type = `urn:scanlogin:error:${code}`
  const body = JSON.stringify({ type, title: message, status, code, ...(detail !== undefined && { detail }) })
  return new Response(body, { status, headers })
}
