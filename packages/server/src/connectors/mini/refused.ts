/** What the calls of mini programs answer where they refuse. What WeChat called it stands in the event alone. */
import type { Context } from 'hono'
import { LoginError } from 'scanlogin'
import { ConnectorError, refusalRow } from 'scanlogin/wechat'
import { problem } from '../../answers/problem.ts'
import type { Log } from '../../log.ts'

export function answersRefusals(log: Log): (error: Error, context: Context) => Response {
  return (error, context) => {
    if (error instanceof LoginError) return problem(error)
    if (error instanceof ConnectorError) return refused(error)
    log.error({ err: error }, 'a call of a mini program failed')
    return context.json({ code: 'internal_error', title: 'Something went wrong here', status: 500 }, 500)
  }
}

function refused({ code, message }: ConnectorError): Response {
  const { status } = refusalRow(code)
  const headers = { 'content-type': 'application/problem+json', ...(status === 503 && { 'retry-after': '5' }) }
  const body = { type: `urn:scanlogin:error:${code}`, title: message, status, code }
  return new Response(JSON.stringify(body), { status, headers })
}
