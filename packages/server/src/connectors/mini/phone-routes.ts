/** What a mini program calls before the ordinary confirm and deny: who its person is, and what its scene asks. */
import { type Context, Hono } from 'hono'
import { LoginError } from 'scanlogin'
import type { Handler } from 'scanlogin/http'
import type { MiniCalls } from 'scanlogin/wechat'
import { z } from 'zod'
import type { Identify } from '../../accounts/identify.ts'
import { peerOf } from '../peer.ts'
import type { ConnectorSight } from '../sight/sight.ts'
import type { PhoneTokens } from './phone-tokens.ts'
import type { Scene, Scenes } from './scenes.ts'

export interface PhoneRoutesOptions {
  handler: Handler
  scenes: Pick<Scenes, 'find'>
  calls: Pick<MiniCalls, 'identify'>
  sight: Pick<ConnectorSight, 'told'>
  identify: Identify
  tokens: PhoneTokens
  publicUrl: string
}

export function phoneRoutes(options: PhoneRoutesOptions): Hono {
  const { scenes, calls, sight, tokens } = options
  const app = new Hono()
  app.post('/session', async ({ req, json }) => {
    const jsCode = readField(sessionBody, await readBody(req.raw)).js_code
    const identity = await sight.told({ type: 'identified', way: 'mini' }, () => calls.identify(jsCode))
    const { token, expiresIn } = await tokens.open(await userOf(options, identity), identity)
    return json({ token, expires_in: expiresIn })
  })
  app.post('/scan', async context => {
    // Before the scene is looked up: nobody in particular learns whether there is such a scene.
    if (!(await tokens.authenticate(context.req.raw))) throw new LoginError('unauthenticated')
    const { scene } = readField(scanBody, await readBody(context.req.raw))
    const found = await scenes.find(scene)
    if (!found) throw new LoginError('not_found')
    return scan(options, context, found)
  })
  return app
}

const sessionBody = z.strictObject({ js_code: z.string().regex(/^[\w-]{8,128}$/) })
const scanBody = z.strictObject({ scene: z.string().regex(/^[\da-f]{32}$/) })

function readBody(request: Request): Promise<unknown> {
  return request.json().catch(() => undefined)
}

function readField<T>(shape: z.ZodType<T>, body: unknown): T {
  const parsed = shape.safeParse(body)
  if (!parsed.success) throw new LoginError('invalid_request')
  return parsed.data
}

/** A mini program has no page on which an identity could be bound to an account: whoever is to be asked is refused. */
async function userOf({ identify }: PhoneRoutesOptions, identity: Parameters<Identify>[0]) {
  const identified = await identify(identity)
  if (identified.outcome === 'user') return identified.user
  if (identified.outcome === 'refused' && identified.reason === 'locked') throw new LoginError('account_unavailable')
  throw new LoginError('forbidden', { detail: 'Nobody here knows this person.' })
}

/** The ordinary scan, with the ticket's own code in the scene's place: its limits, its events and its words. */
async function scan({ handler, publicUrl }: PhoneRoutesOptions, context: Context, scene: Scene): Promise<Response> {
  const { req } = context
  const path = `${handler.base}/scan`
  const { status, headers, body } = await handler.answer({
    method: 'POST',
    path,
    query: '',
    header: name => req.header(name),
    text: async () => JSON.stringify({ user_code: scene.userCode }),
    peer: peerOf(context),
    hangup: req.raw.signal,
    request: new Request(publicUrl + path, { method: 'POST', headers: req.raw.headers }),
  })
  const { 'content-type': type = 'application/json', 'retry-after': retryAfter } = headers
  return new Response(typeof body === 'string' ? body : null, {
    status,
    headers: { 'content-type': String(type), ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) },
  })
}
