/** The official account's scene codes as a part of the site: the code, the pushes, and the question. */
import { type Context, Hono } from 'hono'
import { type Login, LoginError, type Store } from 'scanlogin'
import type { Handler } from 'scanlogin/http'
import { type AccessTokens, ConnectorError, createAccountCalls, createPushGate } from 'scanlogin/wechat'
import type { ServerAccounts } from '../../accounts/setup.ts'
import { clientAddressBehind } from '../../client-address.ts'
import type { Config } from '../../config.ts'
import type { Log } from '../../log.ts'
import { peerOf } from '../peer.ts'
import type { PhoneSessions } from '../phone-sessions.ts'
import type { ConnectorSight } from '../sight/sight.ts'
import { codeRoute } from './code-route.ts'
import { questionPath, scenePath } from './paths.ts'
import { followers } from './person.ts'
import { pushRoutes } from './push-routes.ts'
import { questionRoutes } from './question.ts'
import { openScenes, type Scene } from './scenes.ts'

export interface SceneRoutesOptions {
  config: Config
  store: Store
  publicUrl: string
  log: Log
  accessTokens: AccessTokens
  sight: ConnectorSight
  accounts: Pick<ServerAccounts, 'identify' | 'accounts'>
  phones: Pick<PhoneSessions, 'authenticate'>
  handler: Handler
  login: Pick<Login, 'scan' | 'confirm' | 'deny' | 'isNamedBy'>
}

/** For `scenePath`; `undefined` where the account has not told how it pushes. */
export function sceneRoutes(options: SceneRoutesOptions): Hono | undefined {
  const { config, store, publicUrl, log, accessTokens, sight, login } = options
  const token = config.SCANLOGIN_WECHAT_PUSH_TOKEN
  if (token === undefined) return undefined
  const scenes = openScenes(store)
  const calls = createAccountCalls({ ...sight.caller, accessTokens, host: config.SCANLOGIN_WECHAT_API_URL })
  const follower = followers({ appId: accessTokens.appId, accounts: options.accounts, calls })
  const gate = createPushGate({
    appId: accessTokens.appId,
    token,
    aesKey: config.SCANLOGIN_WECHAT_PUSH_KEY,
    previousAesKey: config.SCANLOGIN_WECHAT_PUSH_PREVIOUS_KEY,
  })
  const clientAddress = clientAddressBehind(config.SCANLOGIN_TRUSTED_PROXIES)

  async function scanned(scene: Scene): Promise<void> {
    try {
      const telling = { type: 'identified', way: 'scene', ticketId: scene.ticketId } as const
      const user = await sight.told(telling, () => follower(scene.openid ?? ''))
      if (user) await login.scan(scene, user)
    } catch (error) {
      // The link leads to the same: the person who opens it is asked, or told why not.
      const isExpected = error instanceof LoginError || error instanceof ConnectorError
      log.warn(isExpected ? { code: error.code } : { err: error }, 'a scan of a scene code has moved no ticket')
    }
  }

  const asking = new URLSearchParams({ way: 'inside', ask: 'id', return_to: publicUrl + questionPath })
  const linkTo = (link: string) => `${publicUrl}${questionPath}/c/${link}`
  return new Hono()
    .route('/code', codeRoute({ handler: options.handler, login, scenes, calls, sight, publicUrl, log }))
    .route('/push', pushRoutes({ gate, scenes, linkTo, scanned, log }))
    .route(
      questionPath.slice(scenePath.length),
      questionRoutes({
        scenes,
        follower,
        login,
        authenticate: options.phones.authenticate,
        address: (context: Context) =>
          clientAddress({ peer: peerOf(context), header: name => context.req.header(name) }),
        path: questionPath,
        signInAddress: `/connect/wechat/start?${asking}`,
        secure: publicUrl.startsWith('https:'),
        log,
      }),
    )
}
