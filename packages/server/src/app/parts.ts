/** What the server is made of, opened in the order in which one part needs another. */
import {
  createLogin,
  createOperator,
  knownBrowsers,
  type Login,
  type LoginEvent,
  type Operator,
  type Store,
  type User,
} from 'scanlogin'
import { createHandler, type Handler, type HandlerOptions } from 'scanlogin/http'
import type { Sessions } from 'scanlogin/session'
import { authenticateByToken } from '../access-token.ts'
import { openServerAccounts, type ServerAccounts } from '../accounts/setup.ts'
import { clientAddressBehind } from '../client-address.ts'
import type { Config } from '../config.ts'
import { type MountedConnectors, mountConnectors } from '../connectors/mount.ts'
import { type OpenedConnectors, openConnectors } from '../connectors/open.ts'
import { type Console, openConsole } from '../console/open.ts'
import { authenticateDemoUser } from '../demo.ts'
import type { Log } from '../log.ts'
import { type Metrics, openMetrics } from '../metrics/metrics.ts'
import { openOutbox, type ServerOutbox } from '../outbox/open.ts'
import { logEvents } from '../policies/event-log.ts'
import { openLocate } from '../policies/locate.ts'
import { openPolicies } from '../policies/open.ts'
import { watchMemory } from '../running/memory.ts'
import { endWithAccounts } from '../sessions/end-with-accounts.ts'
import { openSessions } from '../sessions/open.ts'
import { openStore } from '../store/open.ts'
import { openTracing, type Tracing } from '../tracing/opentelemetry.ts'
import { createUserVerification, type UserVerification } from '../user-verification/user-verification.ts'

export interface AppOptions {
  config: Config
  log: Log
  /** Lets everybody be one of a few users. */
  demo?: { lanUrl: string | undefined }
}

export interface Parts {
  readonly publicUrl: string
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly store: Store
  readonly connecting: OpenedConnectors
  readonly accounts: ServerAccounts | undefined
  readonly connected: MountedConnectors | undefined
  readonly outbox: ServerOutbox
  readonly watching: Console
  readonly operator: Operator
  readonly login: Login
  readonly sessions: Sessions
  readonly verification: UserVerification | undefined
  readonly authenticate: Authenticate
  readonly handler: Handler
  /** Tells the log, the metrics and the console of what has happened. */
  readonly raise: (event: LoginEvent) => void
}

/** Path of the calls of docs/protocol.md. */
export const base = '/v1'

export async function openParts({ config, log, demo }: AppOptions): Promise<Parts> {
  const metrics = openMetrics(config.SCANLOGIN_METRICS)
  const tracing = await openTracing()
  const store = tracing.store(metrics.store(openStore(config.SCANLOGIN_STORE, log)))
  const publicUrl = config.SCANLOGIN_PUBLIC_URL ?? `http://localhost:${config.PORT}`
  const around = { config, store, publicUrl, log }
  const connecting = openConnectors({ ...around, metrics, tracer: tracing.outgoing })
  const accounts = await openServerAccounts({ ...around, metrics, providers: connecting.offers })
  const watching = openConsole(around)
  const raise = tellAll([logEvents(log), metrics.onEvent, watching.onEvent])
  const connected = accounts && mountConnectors({ ...around, connecting, accounts, raise, tracer: tracing.tracer })
  const outbox = await openOutbox({ config, store, log, metrics })
  const kept = { store: outbox.store, ...(outbox.keepEvents && { keepEvents: outbox.keepEvents }), onEvent: raise }
  const counted = metrics.login(
    createLogin({
      ...kept,
      publicUrl,
      scanTtl: config.SCANLOGIN_SCAN_TTL,
      rotation: config.SCANLOGIN_ROTATION,
      checkCode: config.SCANLOGIN_CHECK_CODE,
      browsers: knownBrowsers({ store }),
      policies: await openPolicies({ config, store, env: process.env }),
    }),
  )
  const login = watching.login(counted)
  const opened = await openSessions({ ...around, raise })
  const sessions = accounts ? endWithAccounts(opened, accounts.available) : opened
  const siteName = config.SCANLOGIN_SITE_NAME ?? new URL(publicUrl).host
  const verification = createUserVerification({ store, publicUrl, siteName })
  const authenticate = demo ? authenticateDemoUser : authenticateBy(config, connected?.authenticate)
  const locate = await openLocate(config.SCANLOGIN_LOCATE, process.env, store)
  const handler = createHandler(login, {
    ...configured(config),
    authenticate,
    sessions,
    ...(verification && { verifyUser: verification.verify }),
    ...(locate && { locate }),
    ...(accounts && { accountAvailable: accounts.available }),
    hasRoom: metrics.memory(watchMemory(config.SCANLOGIN_WORKERS)).hasRoom,
    onFull: limit => log.warn({ limit, waiting: login.waiting() }, 'too many browsers wait: more of them poll instead'),
    onError: error => log.error({ err: error }, 'a call failed'),
    ...(tracing.tracer && { tracer: tracing.tracer }),
  })
  const operator = createOperator(kept)
  const beside = { connecting, accounts, connected, outbox, watching, operator, verification, raise }
  return { publicUrl, metrics, tracing, store, login, sessions, authenticate, handler, ...beside }
}

export type Authenticate = (request: Request) => User | undefined | Promise<User | undefined>

function tellAll(listeners: readonly (((event: LoginEvent) => void) | undefined)[]): (event: LoginEvent) => void {
  return event => {
    for (const listener of listeners) listener?.(event)
  }
}

/** What the settings alone say of the API. */
function configured(config: Config) {
  return {
    base,
    clients: config.SCANLOGIN_CLIENTS ?? {},
    apiKeys: config.SCANLOGIN_API_KEY ?? [],
    allowedOrigins: config.SCANLOGIN_ALLOWED_ORIGINS ?? [],
    site: {
      ...(config.SCANLOGIN_SITE_NAME !== undefined && { name: config.SCANLOGIN_SITE_NAME }),
      returnTo: config.SCANLOGIN_RETURN_TO ?? [],
    },
    showScanner: config.SCANLOGIN_SHOW_SCANNER,
    clientAddress: clientAddressBehind(config.SCANLOGIN_TRUSTED_PROXIES),
    maxWaiting: config.SCANLOGIN_MAX_WAITING,
    maxWaitingPerAddress: config.SCANLOGIN_MAX_WAITING_PER_ADDRESS,
  } satisfies HandlerOptions
}

/** By the app's own token, or else as `otherwise` knows them. */
function authenticateBy(config: Config, otherwise: Authenticate = async () => undefined): Authenticate {
  const { SCANLOGIN_ISSUER: issuer, SCANLOGIN_AUDIENCE: audience, SCANLOGIN_JWKS_URL: jwksUrl } = config
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return otherwise
  const byToken = authenticateByToken({ issuer, audience, jwksUrl, cookie: config.SCANLOGIN_TOKEN_COOKIE })
  return async request => (await byToken(request)) ?? otherwise(request)
}
