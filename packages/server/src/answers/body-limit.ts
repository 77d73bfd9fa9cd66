/** Bodies of the server's own calls: one that is too long is the caller's mistake, and nothing for the log of failures. */
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { LoginError } from 'scanlogin'
import { problem } from './problem.ts'

/** As long as those of the calls in `docs/protocol.md`. */
export function limitBody(): MiddlewareHandler {
  return bodyLimit({ maxSize: 16 * 1024, onError: () => problem(new LoginError('payload_too_large')) })
}
