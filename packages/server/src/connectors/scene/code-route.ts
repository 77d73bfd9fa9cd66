/** A scene's code for the browser that shows a ticket: the address that it draws, once per ticket. */
import { Hono } from 'hono'
import { type Login, LoginError } from 'scanlogin'
import type { Handler } from 'scanlogin/http'
import { type AccountCalls, ConnectorError, refusalRow } from 'scanlogin/wechat'
import { z } from 'zod'
import { limitBody } from '../../answers/body-limit.ts'
import { problem } from '../../answers/problem.ts'
import type { Log } from '../../log.ts'
import type { ConnectorSight } from '../sight/sight.ts'
import type { Scenes } from './scenes.ts'

export interface CodeRouteOptions {
  handler: Handler
  login: Pick<Login, 'isNamedBy'>
  scenes: Scenes
  calls: Pick<AccountCalls, 'sceneCode'>
  sight: Pick<ConnectorSight, 'told'>
  publicUrl: string
  log: Log
}

export function codeRoute(options: CodeRouteOptions): Hono {
  const { scenes, calls, sight, log } = options
  const app = new Hono()
  app.use(limitBody())
  app.onError((error, context) => {
    if (error instanceof LoginError) return problem(error)
    if (error instanceof ConnectorError) {
      const { status } = refusalRow(error.code)
      const body = { type: `urn:scanlogin:error:${error.code}`, title: error.message, status, code: error.code }
      return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } })
    }
    log.error({ err: error }, 'a scene code could not be made')
    return context.json({ code: 'internal_error', title: 'Something went wrong here', status: 500 }, 500)
  })
  app.post('/', async ({ req, json }) => {
    // A page of another site could spend the account's quota, though it could not read the answer.
    if (!['same-origin', undefined].includes(req.header('sec-fetch-site'))) throw new LoginError('forbidden')
    const parsed = asked.safeParse(await req.json().catch(() => undefined))
    if (!parsed.success) throw new LoginError('invalid_request', { detail: '"id" and "user_code" are needed.' })
    const { id, user_code: userCode } = parsed.data
    const seconds = await secondsLeft(options, id, req.header('cookie') ?? '')
    // The scene leads to the code alone: with another's it would lead the person who scans it to another browser.
    if (!(await options.login.isNamedBy(id, userCode))) throw new LoginError('not_found')
    const telling = { type: 'started', way: 'scene', ticketId: id } as const
    const make = (scene: string) => sight.told(telling, () => calls.sceneCode(scene, Math.max(seconds, 60)))
    const url = await scenes.codeOf({ ticketId: id, userCode }, make)
    return json({ url, expires_in: seconds })
  })
  return app
}

const asked = z.strictObject({ id: z.string().regex(/^[\dA-Z]{26}$/), user_code: z.string().min(8).max(16) })
const ticketAnswer = z.object({ state: z.string(), expires_in: z.number() })

/** Asked as the browser itself: whoever has not created the ticket is told that there is none. */
async function secondsLeft({ handler, publicUrl }: CodeRouteOptions, id: string, cookie: string): Promise<number> {
  const request = new Request(`${publicUrl}${handler.base}/tickets/${id}`, { headers: { cookie } })
  const reply = await handler(request)
  if (reply.status === 503) throw new LoginError('store_unavailable')
  if (!reply.ok) throw new LoginError('not_found')
  const { state, expires_in } = ticketAnswer.parse(await reply.json())
  if (state !== 'pending') throw new LoginError('wrong_state')
  return expires_in
}
