/** The connectors of a server: what the configuration names, on the server's store, told to its log and its metrics. */
import type { Store, Tracer } from 'scanlogin'
import {
  type AccessTokens,
  type Connector,
  type ConnectorEvent,
  createAccessTokens,
  createConnector,
  type FrameAttributes,
  type ProviderCall,
  type Way,
  type WechatApp,
} from 'scanlogin/wechat'
import { accountPath, sessionsPath, signedInPath } from '../accounts/identify.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { logConnectors } from './log.ts'
import type { MiniProgram } from './mini/mount.ts'
import { isConfigured, providersOf, wechatAccount, wechatMini } from './providers.ts'
import { questionPath } from './scene/paths.ts'
import { type ConnectorSight, openSight } from './sight/sight.ts'

export interface OpenedConnectors {
  /** By the provider's name. */
  readonly connectors: ReadonlyMap<string, Connector>
  /** What pages offer. */
  readonly offers: readonly Offer[]
  /** The official account's, where there is one. */
  readonly accessTokens: AccessTokens | undefined
  readonly mini: MiniProgram | undefined
  readonly sight: ConnectorSight
}

export interface Offer {
  readonly provider: string
  readonly ways: readonly Way[]
  /** The path that begins it. */
  readonly start: string
  /** Absent where the provider's page cannot stand in a frame. */
  readonly frame?: FrameAttributes
}

export interface OpenConnectorsOptions {
  config: Config
  store: Store
  publicUrl: string
  log: Log
  metrics: { connectors(): ConnectorMetrics | undefined }
  /** For calls to providers. Default: nobody looks. */
  tracer?: Tracer | undefined
}

export interface ConnectorMetrics {
  onEvent(event: ConnectorEvent): void
  onCall(call: ProviderCall): void
  onRenewal(event: { readonly type: 'renewed' | 'renewal_failed' }): void
}

/** The path that everything about a provider stands below; with its name behind it, where the provider sends browsers. */
export const connectPath = '/connect'

/** The page of the phone: whoever wants to come back there is signed in on the phone, and not in a browser. */
export const phonePath = '/s'

export function openConnectors(options: OpenConnectorsOptions): OpenedConnectors {
  const { config, store, publicUrl, log, tracer } = options
  const metrics = isConfigured(config) ? options.metrics.connectors() : undefined
  const sight = openSight({ log, metrics, tracer })
  const { caller, onEvent } = sight
  const logged = logConnectors(log)
  const returnTo = [
    ...(config.SCANLOGIN_RETURN_TO ?? []),
    publicUrl + accountPath,
    publicUrl + signedInPath,
    publicUrl + sessionsPath,
    publicUrl + phonePath,
    publicUrl + questionPath,
  ]
  const connectors = providersOf(config, caller).map(provider =>
    createConnector(provider, {
      store,
      returnTo,
      redirectUri: `${publicUrl}${connectPath}/${provider.name}`,
      onEvent,
    }),
  )
  const account = wechatAccount(config)
  const program = wechatMini(config)
  const accessTokensOf = (app: WechatApp) =>
    createAccessTokens({
      ...caller,
      app,
      store,
      hosts: { api: config.SCANLOGIN_WECHAT_API_URL },
      onRenewal(event) {
        logged.renewal(event)
        metrics?.onRenewal(event)
      },
    })
  return {
    offers: connectors.map(offerOf),
    connectors: new Map(connectors.map(connector => [connector.provider, connector])),
    accessTokens: account && accessTokensOf(account),
    mini: program && { app: program, accessTokens: accessTokensOf(program) },
    sight,
  }
}

function offerOf({ provider, ways, frame }: Connector): Offer {
  return { provider, ways, start: `${connectPath}/${provider}/start`, ...(frame && { frame }) }
}
