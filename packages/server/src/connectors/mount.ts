/** The connectors as parts of the site: their addresses, and the phones on which somebody is signed in by one. */
import { Hono } from 'hono'
import type { Login, Store, User } from 'scanlogin'
import type { Handler } from 'scanlogin/http'
import type { ServerAccounts } from '../accounts/setup.ts'
import { clientAddressBehind } from '../client-address.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { pageOf } from '../pages.ts'
import { miniPath, miniRoutes } from './mini/mount.ts'
import { phoneTokens } from './mini/phone-tokens.ts'
import { connectPath, type OpenedConnectors } from './open.ts'
import { phoneSessions } from './phone-sessions.ts'
import { connectorRoutes } from './routes.ts'
import { sceneRoutes } from './scene/mount.ts'
import { scenePath } from './scene/paths.ts'
import { limitStarts } from './start-limit.ts'
import { tokenRoutes } from './token-routes.ts'
import { drawsTrouble } from './trouble.ts'

export interface MountedConnectors {
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
}

/** `undefined` where there is no connector: then nothing of this is on the site. */
export function mountConnectors(options: MountConnectorsOptions): MountedConnectors | undefined {
  const { connecting, accounts, config, store, publicUrl, log } = options
  const { connectors, accessTokens, mini } = connecting
  if (connectors.size === 0 && !mini) return undefined
  const phones = phoneSessions({
    store,
    accounts: accounts.accounts,
    secure: publicUrl.startsWith('https:'),
    available: accounts.available,
    clientAddress: clientAddressBehind(config.SCANLOGIN_TRUSTED_PROXIES),
  })
  const tokens = phoneTokens({ store, accounts: accounts.accounts, available: accounts.available })
  return {
    authenticate: async request =>
      (mini && (await tokens.authenticate(request))) ?? (await phones.authenticate(request)),
    routes(handler, login) {
      const { signIn } = handler
      const draw = drawsTrouble(pageOf('connect.html'), connectors)
      const app = new Hono()
      const apiKeys = config.SCANLOGIN_API_KEY ?? []
      if (accessTokens) app.route(`${connectPath}/wechat/access-token`, tokenRoutes({ accessTokens, apiKeys, log }))
      const around = { config, store, publicUrl, log, accounts, phones, handler, login }
      const scenes = accessTokens && sceneRoutes({ ...around, accessTokens })
      if (scenes) app.route(scenePath, scenes)
      if (mini) app.route(miniPath, miniRoutes({ ...around, mini, tokens }))
      app.use(`${connectPath}/:provider/start`, limitStarts(config, draw))
      return app.route(connectPath, connectorRoutes({ connectors, accounts, phones, signIn, publicUrl, draw, log }))
    },
  }
}
