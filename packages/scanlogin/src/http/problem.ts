/** Refusals as `application/problem+json`, RFC 9457. Nothing the caller sent is repeated in them. */
import { LoginError } from '../core/errors.ts'
import { type Answer, type AnswerHeaders, always } from './call.ts'
import type { ProblemResource } from './wire.ts'

export function problem(error: LoginError): Answer {
  const body: ProblemResource = {
    type: `urn:scanlogin:error:${error.code}`,
    title: error.message,
    status: error.status,
    code: error.code,
  }
  if (error.detail !== undefined) body.detail = error.detail
  if (error.attemptsLeft !== undefined) body.attempts_left = error.attemptsLeft
  if (error.clockAhead !== undefined) body.clock_ahead = error.clockAhead
  if (error.reasons !== undefined) body.reasons = [...error.reasons]
  return problemAnswer(body, error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) })
}

/** For what is a bug or an outage: the caller learns nothing but that it was not their fault. */
export function outage(): Answer {
  const body = { type: 'about:blank', title: 'Something went wrong here', status: 500, code: 'internal_error' }
  return problemAnswer(body, {})
}

export function methodNotAllowed(allow: string): Answer {
  const answer = problem(new LoginError('method_not_allowed'))
  return { ...answer, headers: { ...answer.headers, allow } }
}

function problemAnswer(body: ProblemResource, headers: AnswerHeaders): Answer {
  return {
    status: body.status,
    headers: { ...always, 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify(body),
  }
}
