/**
 * WeChat's server token for the team's other programs: whoever asks WeChat by themselves voids everybody else's. An API
 * key opens it, because the token may do all that the official account may.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { LoginError, systemClock } from 'scanlogin'
import { bearerToken } from 'scanlogin/http'
import { type AccessToken, type AccessTokens, ConnectorError, refusalRow } from 'scanlogin/wechat'
import { z } from 'zod'
import { limitBody } from '../answers/body-limit.ts'
import { problem } from '../answers/problem.ts'
import type { Log } from '../log.ts'

export interface TokenRoutesOptions {
  accessTokens: AccessTokens
  apiKeys: readonly string[]
  log: Log
  clock?: { now(): number }
}

export function tokenRoutes({ accessTokens, apiKeys, log, clock = systemClock }: TokenRoutesOptions): Hono {
  const keys = apiKeys.map(digest)
  const told = ({ token, expiresAt }: AccessToken) => ({
    access_token: token,
    app_id: accessTokens.appId,
    expires_in: Math.max(0, Math.floor((expiresAt - clock.now()) / 1000)),
  })

  const app = new Hono()
  app.use(limitBody())
  app.onError((error, context) => {
    if (error instanceof LoginError) return problem(error)
    if (error instanceof ConnectorError) return refused(error)
    log.error({ err: error }, 'the access token could not be given')
    return context.json({ code: 'internal_error', title: 'Something went wrong here', status: 500 }, 500)
  })
  app.use(async ({ req }, next) => {
    const token = bearerToken({ header: name => req.header(name) })
    const given = token === undefined ? undefined : digest(token)
    if (!given || keys.filter(key => timingSafeEqual(key, given)).length === 0) throw new LoginError('unauthenticated')
    await next()
  })
  app.get('/', async context => context.json(told(await accessTokens.get())))
  app.post('/', async context => {
    const parsed = refusedToken.safeParse(await context.req.json().catch(() => undefined))
    if (!parsed.success) throw new LoginError('invalid_request', { detail: '"refused" has to be the token.' })
    return context.json(told(await accessTokens.replace(parsed.data.refused)))
  })
  return app
}

const refusedToken = z.strictObject({ refused: z.string().min(1).max(1024) })

/** The number that WeChat gave is for whoever runs the account, and they hold the API key. */
function refused({ code, message, errcode }: ConnectorError): Response {
  const { status } = refusalRow(code)
  const body = { type: `urn:scanlogin:error:${code}`, title: message, status, code, ...(errcode && { errcode }) }
  const headers = { 'content-type': 'application/problem+json', ...(status === 503 && { 'retry-after': '5' }) }
  return new Response(JSON.stringify(body), { status, headers })
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
