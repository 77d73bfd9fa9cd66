/** The picture of a mini program's code, for the browser that shows a ticket. */
import { Hono } from 'hono'
import { type Login, LoginError } from 'scanlogin'
import type { Handler } from 'scanlogin/http'
import type { MiniCalls } from 'scanlogin/wechat'
import { z } from 'zod'
import type { ConnectorSight } from '../sight/sight.ts'
import type { Scenes } from './scenes.ts'

export interface CodeRouteOptions {
  handler: Handler
  login: Pick<Login, 'isNamedBy'>
  scenes: Scenes
  calls: Pick<MiniCalls, 'codePicture'>
  sight: Pick<ConnectorSight, 'told'>
  /** The page that the code opens. */
  page: string
  publicUrl: string
}

export function codeRoute(options: CodeRouteOptions): Hono {
  const { scenes, calls, sight, page } = options
  const app = new Hono()
  app.post('/code', async ({ req, body }) => {
    // A page of another site could spend the mini program's quota, though it could not read the answer.
    if (!['same-origin', undefined].includes(req.header('sec-fetch-site'))) throw new LoginError('forbidden')
    const parsed = asked.safeParse(await req.json().catch(() => undefined))
    if (!parsed.success) throw new LoginError('invalid_request', { detail: '"id" and "user_code" are needed.' })
    const { id, user_code: userCode } = parsed.data
    await checkPending(options, id, req.header('cookie') ?? '')
    // The scene leads to the code alone: with another's it would lead the person who opens it to another browser.
    if (!(await options.login.isNamedBy(id, userCode))) throw new LoginError('not_found')
    const scene = await scenes.sceneOf({ ticketId: id, userCode })
    const telling = { type: 'started', way: 'mini', ticketId: id } as const
    const { type, bytes } = await sight.told(telling, () => calls.codePicture(scene, page))
    return body(new Uint8Array(bytes), 200, { 'content-type': type, 'cache-control': 'no-store' })
  })
  return app
}

const asked = z.strictObject({ id: z.string().regex(/^[\dA-Z]{26}$/), user_code: z.string().min(8).max(16) })
const ticketAnswer = z.object({ state: z.string() })

/** Asked as the browser itself: whoever has not created the ticket is told that there is none. */
async function checkPending({ handler, publicUrl }: CodeRouteOptions, id: string, cookie: string): Promise<void> {
  const reply = await handler(new Request(`${publicUrl}${handler.base}/tickets/${id}`, { headers: { cookie } }))
  if (reply.status === 503) throw new LoginError('store_unavailable')
  if (!reply.ok) throw new LoginError('not_found')
  const { state } = ticketAnswer.parse(await reply.json())
  if (state !== 'pending') throw new LoginError('wrong_state')
}
