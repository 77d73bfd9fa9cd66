/** The connectors as parts of the site: their addresses, and the phones on which somebody is signed in by one. */
import { Hono } from 'hono'
import type { Login, LoginEvent, Store, Tracer, User } from 'scanlogin'
import type { Handler } from 'scanlogin/http'
import type { ServerAccounts } from '../accounts/setup.ts'
import { clientAddressBehind } from '../client-address.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { pageOf } from '../pages.ts'
import { tellOfSessions } from '../sessions/tell.ts'
import { miniPath, miniRoutes } from './mini/mount.ts'
import { phoneTokens } from './mini/phone-tokens.ts'
import { connectPath, type OpenedConnectors } from './open.ts'
import { phoneSessions } from './phone-sessions.ts'
import { connectorRoutes } from './routes.ts'
import { sceneRoutes } from './scene/mount.ts'
import { scenePath } from './scene/paths.ts'
import { traced } from './sight/traced.ts'
import { limitStarts } from './start-limit.ts'
import { tokenRoutes } from './token-routes.ts'
import { drawsTrouble } from './trouble.ts'

/** A code of somebody else's that leads to the ticket of our own, as the sign-in page names it. */
export interface CodeOffer {
  readonly provider: 'wechat-account' | 'wechat-mini'
  readonly ways: readonly ['code']
}

export interface MountedConnectors {
  readonly codes: readonly CodeOffer[]
  /** Whose phone a call comes from. */
  authenticate(request: Request): Promise<User | undefined>
  routes(handler: Handler, login: Pick<Login, 'scan' | 'confirm' | 'deny' | 'isNamedBy'>): Hono
}

export interface MountConnectorsOptions {
  connecting: OpenedConnectors
  accounts: ServerAccounts
  config: Config
  store: Store
  publicUrl: string
  log: Log
  /** Hears of the sessions of phones. */
  raise: (event: LoginEvent) => void
  /** For the calls of browsers, phones and providers. Default: nobody looks. */
  tracer?: Tracer | undefined
}

/** `undefined` where there is no connector: then nothing of this is on the site. */
export function mountConnectors(options: MountConnectorsOptions): MountedConnectors | undefined {
  const { connecting, accounts, config, store, publicUrl, log, raise, tracer } = options
  const { connectors, accessTokens, mini, sight } = connecting
  if (connectors.size === 0 && !mini) return undefined
  const phones = phoneSessions({
    store,
    accounts: accounts.accounts,
    secure: publicUrl.startsWith('https:'),
    available: accounts.available,
    onEvent: tellOfSessions(raise),
    clientAddress: clientAddressBehind(config.SCANLOGIN_TRUSTED_PROXIES),
  })
  const tokens = phoneTokens({ store, accounts: accounts.accounts, available: accounts.available })
  const codes: readonly CodeOffer['provider'][] = [
    ...(accessTokens && config.SCANLOGIN_WECHAT_PUSH_TOKEN !== undefined ? (['wechat-account'] as const) : []),
    ...(mini ? (['wechat-mini'] as const) : []),
  ]
  return {
    codes: codes.map(provider => ({ provider, ways: ['code'] })),
    authenticate: async request =>
      (mini && (await tokens.authenticate(request))) ?? (await phones.authenticate(request)),
    routes(handler, login) {
      const { signIn } = handler
      const draw = drawsTrouble(pageOf('connect.html'), connectors)
      const app = new Hono()
      if (tracer) app.use(`${connectPath}/*`, traced(tracer))
      const apiKeys = config.SCANLOGIN_API_KEY ?? []
      if (accessTokens) app.route(`${connectPath}/wechat/access-token`, tokenRoutes({ accessTokens, apiKeys, log }))
      const around = { config, store, publicUrl, log, sight, accounts, phones, handler, login }
      const scenes = accessTokens && sceneRoutes({ ...around, accessTokens })
      if (scenes) app.route(scenePath, scenes)
      if (mini) app.route(miniPath, miniRoutes({ ...around, mini, tokens }))
      app.use(`${connectPath}/:provider/start`, limitStarts(config, draw))
      return app.route(connectPath, connectorRoutes({ connectors, accounts, phones, signIn, publicUrl, draw, log }))
    },
  }
}
