/**
 * A WeChat mini program as the phone of a sign-in:
 *
 *     browser ── code ──▶ a picture with a random scene
 *     mini program ── session (js_code) ──▶ a token ── scan (scene) ──▶ what is asked ──▶ the ordinary confirm or deny
 */
import { Hono } from 'hono'
import type { Login, Store } from 'scanlogin'
import type { Handler } from 'scanlogin/http'
import type { AccessTokens, WechatApp } from 'scanlogin/wechat'
import { createMiniCalls } from 'scanlogin/wechat'
import type { ServerAccounts } from '../../accounts/setup.ts'
import { limitBody } from '../../answers/body-limit.ts'
import type { Config } from '../../config.ts'
import type { Log } from '../../log.ts'
import type { ConnectorSight } from '../sight/sight.ts'
import { codeRoute } from './code-route.ts'
import { phoneRoutes } from './phone-routes.ts'
import type { PhoneTokens } from './phone-tokens.ts'
import { answersRefusals } from './refused.ts'
import { openScenes } from './scenes.ts'

export const miniPath = '/connect/wechat-mini'

/** A mini program that is set up. */
export interface MiniProgram {
  readonly app: WechatApp
  readonly accessTokens: AccessTokens
}

export interface MiniRoutesOptions {
  mini: MiniProgram
  sight: ConnectorSight
  tokens: PhoneTokens
  config: Config
  store: Store
  publicUrl: string
  log: Log
  accounts: Pick<ServerAccounts, 'identify'>
  handler: Handler
  login: Pick<Login, 'isNamedBy'>
}

/** For `miniPath`. */
export function miniRoutes({
  mini,
  sight,
  tokens,
  config,
  store,
  publicUrl,
  log,
  accounts,
  handler,
  login,
}: MiniRoutesOptions): Hono {
  const { app: program, accessTokens } = mini
  const calls = createMiniCalls({
    ...sight.caller,
    app: program,
    accessTokens,
    host: config.SCANLOGIN_WECHAT_API_URL,
    version: config.SCANLOGIN_WECHAT_MINI_VERSION,
  })
  const scenes = openScenes(store)
  const app = new Hono()
  app.use(limitBody())
  app.onError(answersRefusals(log))
  app.route(
    '/',
    codeRoute({ handler, login, scenes, calls, sight, page: config.SCANLOGIN_WECHAT_MINI_PAGE, publicUrl }),
  )
  return app.route('/', phoneRoutes({ handler, scenes, calls, sight, identify: accounts.identify, tokens, publicUrl }))
}
