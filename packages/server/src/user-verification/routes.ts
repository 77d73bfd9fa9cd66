/** What the phone page calls around a passkey, and the one call of the app's back end. */
import { timingSafeEqual } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { LoginError, type User } from 'scanlogin'
import { bearerToken } from 'scanlogin/http'
import { z } from 'zod'
import { limitBody } from '../answers/body-limit.ts'
import { problem } from '../answers/problem.ts'
import type { Log } from '../log.ts'
import { digest } from './passkeys.ts'
import type { UserVerification } from './user-verification.ts'

export interface UserVerificationRoutes {
  verification: UserVerification
  /** Whose phone it is. */
  authenticate: (request: Request) => Promise<User | undefined> | User | undefined
  publicUrl: string
  apiKeys: readonly string[]
  log: Log
}

export function userVerificationRoutes(options: UserVerificationRoutes): Hono {
  const { verification, authenticate, publicUrl, apiKeys, log } = options

  async function userOf({ req }: Context): Promise<User> {
    // A cookie comes along by itself: whoever asks has to be a page of this site.
    const ours = req.header('sec-fetch-site') === 'same-origin' || req.header('origin') === publicUrl
    if (!ours) throw new LoginError('forbidden', { detail: 'Only the phone page of this site may ask.' })
    const user = await authenticate(req.raw)
    if (!user) throw new LoginError('unauthenticated')
    return user
  }

  const app = new Hono()
  app.use(limitBody())
  app.onError((error, context) => {
    if (error instanceof LoginError) return problem(error)
    log.error({ err: error }, 'user verification failed')
    return context.json({ code: 'internal_error', title: 'Something went wrong here', status: 500 }, 500)
  })
  app.post('/options', async context => {
    const user = await userOf(context)
    const { ticket_id, scan_token } = await bodyOf(context, ticketShape)
    return context.json({ options: (await verification.options(user, ticket_id, scan_token)) ?? null })
  })
  app.post('/enrolment', async context => {
    const user = await userOf(context)
    await bodyOf(context, z.object({}))
    const options = await verification.enrolment(user)
    if (!options) throw new LoginError('wrong_state', { detail: 'There is a passkey already.' })
    return context.json({ options })
  })
  app.post('/passkeys', async context => {
    const user = await userOf(context)
    const { credential } = await bodyOf(context, z.object({ credential: z.unknown() }))
    if (!(await verification.enrol(user, credential))) throw new LoginError('invalid_proof')
    log.info({ user: user.id }, 'a passkey was enrolled')
    return context.json({}, 201)
  })
  app.delete('/passkeys', async context => {
    const token = bearerToken({ header: name => context.req.header(name) })
    if (!isKey(apiKeys, token)) throw new LoginError('unauthenticated')
    const { user } = await bodyOf(context, z.object({ user: z.object({ id: z.string().min(1).max(255) }) }))
    await verification.clear(user.id)
    log.info({ user: user.id }, 'passkeys were cleared')
    return context.body(null, 204)
  })
  return app
}

const ticketShape = z.object({ ticket_id: z.string().max(64), scan_token: z.string().max(64) })

async function bodyOf<Shape extends z.ZodType>({ req }: Context, shape: Shape): Promise<z.output<Shape>> {
  // JSON only: no other site's page can send that without asking first.
  if (!/^application\/json\s*(;|$)/i.test(req.header('content-type') ?? '')) throw new LoginError('invalid_request')
  const parsed = shape.safeParse(await req.json().catch(() => undefined))
  if (!parsed.success) throw new LoginError('invalid_request')
  return parsed.data
}

function isKey(keys: readonly string[], token: string | undefined): boolean {
  if (token === undefined) return false
  const given = Buffer.from(digest(token))
  return keys.filter(key => timingSafeEqual(Buffer.from(digest(key)), given)).length > 0
}
