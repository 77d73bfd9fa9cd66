/** The standalone server put together: login, store and sessions behind the API, pages and health checks beside it. */
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createLogin, createOperator, knownBrowsers, type LoginEvent, type Store } from 'scanlogin'
import { createHandler } from 'scanlogin/http'
import { type NodeListener, serve, toNodeListener, toNodeUpgrade } from 'scanlogin/node'
import { WebSocketServer } from 'ws'
import { authenticateByToken } from './access-token.ts'
import { accountPath } from './accounts/identify.ts'
import { openServerAccounts } from './accounts/setup.ts'
import { nothingHere } from './answers/nothing-here.ts'
import { clientAddressBehind } from './client-address.ts'
import type { Config } from './config.ts'
import { mountConnectors } from './connectors/mount.ts'
import { openConnectors } from './connectors/open.ts'
import { consolePath, openConsole } from './console/open.ts'
import { authenticateDemoUser, demoUsers } from './demo.ts'
import type { Log } from './log.ts'
import { openMetrics } from './metrics/metrics.ts'
import { openOutbox } from './outbox/open.ts'
import { pageOf, pages } from './pages.ts'
import { logEvents } from './policies/event-log.ts'
import { openPolicies } from './policies/open.ts'
import { securityHeaders } from './security-headers.ts'
import { openSessions } from './sessions/open.ts'
import { openStore } from './store.ts'
import { currentRequestId, numbersCalls, openArrivals } from './tracing/arrivals.ts'
import { openTracing } from './tracing/opentelemetry.ts'
import { userVerificationRoutes } from './user-verification/routes.ts'
import { createUserVerification } from './user-verification/user-verification.ts'

export interface AppOptions {
  config: Config
  log: Log
  /** Lets everybody be one of a few users. */
  demo?: { lanUrl: string | undefined }
}

export interface App {
  readonly url: string
  readonly publicUrl: string
  /** Not ready any more, answers those who wait, ends. The second call gives the same promise. */
  stop(): Promise<void>
  /**
   * Ends while other processes on the same port serve on: takes no more connections at once, answers those who wait, and
   * gives connections that stand some seconds to be closed by an answer.
   */
  leave(): Promise<void>
}

export async function startApp({ config, log, demo }: AppOptions): Promise<App> {
  const metrics = openMetrics(config.SCANLOGIN_METRICS)
  const tracing = await openTracing()
  const store = tracing.store(metrics.store(openStore(config.SCANLOGIN_STORE, log)))
  const publicUrl = config.SCANLOGIN_PUBLIC_URL ?? `http://localhost:${config.PORT}`
  const connecting = openConnectors({ config, store, publicUrl, log, metrics, tracer: tracing.outgoing })
  const accounts = await openServerAccounts({ config, store, publicUrl, log, metrics, providers: connecting.offers })
  const connected =
    accounts && mountConnectors({ connecting, accounts, config, store, publicUrl, log, tracer: tracing.tracer })
  const outbox = await openOutbox({ config, store, log, metrics })
  const watching = openConsole({ config, store, publicUrl, log })
  const logged = logEvents(log)
  const raise = (event: LoginEvent) => {
    logged(event)
    metrics.onEvent?.(event)
    watching.onEvent(event)
  }
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
  const authenticate = demo ? authenticateDemoUser : authenticateBy(config, connected?.authenticate)
  const siteName = config.SCANLOGIN_SITE_NAME ?? new URL(publicUrl).host
  const verification = createUserVerification({ store, publicUrl, siteName })
  const apiKeys = config.SCANLOGIN_API_KEY ?? []
  const sessions = await openSessions({ config, store, publicUrl, log, raise })
  const handler = createHandler(login, {
    base,
    authenticate,
    ...(verification && { verifyUser: verification.verify }),
    ...(accounts && { accountAvailable: accounts.available }),
    sessions,
    clients: config.SCANLOGIN_CLIENTS ?? {},
    apiKeys,
    allowedOrigins: config.SCANLOGIN_ALLOWED_ORIGINS ?? [],
    site: {
      ...(config.SCANLOGIN_SITE_NAME !== undefined && { name: config.SCANLOGIN_SITE_NAME }),
      returnTo: config.SCANLOGIN_RETURN_TO ?? [],
    },
    showScanner: config.SCANLOGIN_SHOW_SCANNER,
    clientAddress: clientAddressBehind(config.SCANLOGIN_TRUSTED_PROXIES),
    maxWaiting: config.SCANLOGIN_MAX_WAITING,
    maxWaitingPerAddress: config.SCANLOGIN_MAX_WAITING_PER_ADDRESS,
    onFull: limit => log.warn({ limit, waiting: login.waiting() }, 'too many browsers wait: more of them poll instead'),
    onError: error => log.error({ err: error }, 'a call failed'),
    ...(tracing.tracer && { tracer: tracing.tracer }),
  })
  let stopping: Promise<void> | undefined
  let leaving: Promise<void> | undefined
  const isStopping = () => stopping !== undefined
  const isClosing = () => isStopping() || leaving !== undefined
  const web = new Hono()
  web.use(securityHeaders)
  web.notFound(nothingHere(web, pageOf('nothing-here.html')({})))
  web.route('/', health(store, isStopping))
  if (demo) web.route('/', demoUsers())
  const phones = { authenticate, publicUrl, apiKeys, log }
  if (verification) web.route('/user-verification', userVerificationRoutes({ verification, ...phones }))
  if (outbox.webhooks) web.route('/webhooks', outbox.webhooks.routes)
  if (accounts) web.route(accountPath, accounts.routes(sessions, raise))
  if (connected) web.route('/', connected.routes(handler, login))
  const consoleRoutes = watching.routes(sessions, createOperator(kept))
  if (consoleRoutes) web.route(consolePath, consoleRoutes)
  const addresses = {
    scanUrl: login.scanUrl,
    signInUrl: config.SCANLOGIN_SIGN_IN_URL ?? '',
    lanUrl: demo?.lanUrl ?? '',
    ways: JSON.stringify([...connecting.offers, ...(connected?.codes ?? [])]),
    frames: connecting.offers.flatMap(({ frame }) => (frame ? [frame.origin] : [])),
  }
  web.route('/', pages({ ...addresses, demo: demo !== undefined, accounts: accounts !== undefined }))
  const api = toNodeListener(handler, { closing: isClosing, requestId: currentRequestId })
  const site = getRequestListener(web.fetch, { overrideGlobalObjects: false })
  const listener = split(api, (request, response) => {
    if (isClosing()) response.setHeader('connection', 'close')
    const requestId = currentRequestId()
    if (requestId !== undefined) response.setHeader('x-request-id', requestId)
    return site(request, response)
  })
  const numbered = numbersCalls(config.SCANLOGIN_REQUEST_IDS, tracing)
  const arrivals = openArrivals({ proxies: config.SCANLOGIN_TRUSTED_PROXIES, numbered, tracing })
  const upgrade = arrivals.upgrade(metrics.upgrade(toNodeUpgrade(handler, WebSocketServer)))
  // A store that is there is ready with the first call; one that is not keeps nobody waiting for longer than a second.
  await reachable(store)
  await metrics.show()
  const measured = watching.listener(metrics.listener(listener))
  const serving = await serve({ listener: arrivals.listener(measured), upgrade, port: config.PORT, host: config.HOST })

  async function stop(): Promise<void> {
    await delay(config.SCANLOGIN_DRAIN_DELAY * 1000)
    watching.close()
    await login.drain()
    await serving.close()
    await outbox.stop()
    await metrics.close()
    await accounts?.close()
    await store.close()
  }

  async function leave(): Promise<void> {
    const gone = serving.stopListening()
    watching.close()
    await login.drain()
    await Promise.race([gone, delay(idleGrace)])
    await serving.close()
    await outbox.stop()
    await metrics.close()
    await accounts?.close()
    await store.close()
  }

  return {
    url: serving.url,
    publicUrl,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
    leave: () => {
      leaving ??= leave()
      return leaving
    },
  }
}

const base = '/v1'

/** ms for connections that are kept open for the next request: it is answered, and closes them. */
const idleGrace = 5000

type Authenticate = ReturnType<typeof authenticateByToken>

/** By the app's own token, or else as `otherwise` knows them. */
function authenticateBy(config: Config, otherwise: Authenticate = async () => undefined): Authenticate {
  const { SCANLOGIN_ISSUER: issuer, SCANLOGIN_AUDIENCE: audience, SCANLOGIN_JWKS_URL: jwksUrl } = config
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return otherwise
  const byToken = authenticateByToken({ issuer, audience, jwksUrl, cookie: config.SCANLOGIN_TOKEN_COOKIE })
  return async request => (await byToken(request)) ?? otherwise(request)
}

function health(store: Store, isStopping: () => boolean): Hono {
  const app = new Hono()
  app.get('/healthz/live', context => context.json({ status: 'ok' }))
  app.get('/healthz/ready', async context => {
    const ready = !isStopping() && (await reachable(store))
    return context.json({ status: ready ? 'ok' : 'not ready' }, ready ? 200 : 503)
  })
  return app
}

async function reachable(store: Store): Promise<boolean> {
  try {
    await store.get('health')
    return true
  } catch {
    return false
  }
}

/** The API goes its own short way; pages may take the longer one through a router. */
function split(api: NodeListener, web: NodeListener): NodeListener {
  return (request, response) => (isCall(request.url ?? '') ? api : web)(request, response)
}

function isCall(url: string): boolean {
  return url.startsWith(`${base}/`) || url.startsWith('/.well-known/jwks.json')
}

function delay(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
