/** Everything the server answers besides the API: health checks, pages, and what pages and providers call. */
import { Hono } from 'hono'
import type { Store } from 'scanlogin'
import { accountPath } from '../accounts/identify.ts'
import { nothingHere } from '../answers/nothing-here.ts'
import { consolePath } from '../console/open.ts'
import { demoUsers } from '../demo.ts'
import { pageOf, pages } from '../pages.ts'
import { securityHeaders } from '../security-headers.ts'
import { userVerificationRoutes } from '../user-verification/routes.ts'
import type { AppOptions, Parts } from './parts.ts'

/** `ready` says whether this process means to serve on, and can. */
export function createWeb(parts: Parts, { config, log, demo }: AppOptions, ready: () => boolean): Hono {
  const { accounts, authenticate, connected, connecting, handler, login, outbox, sessions, store, verification } = parts
  const { publicUrl } = parts
  const web = new Hono()
  web.use(securityHeaders)
  web.notFound(nothingHere(web, pageOf('nothing-here.html')({})))
  web.route('/', health(store, ready))
  if (demo) web.route('/', demoUsers())
  const phones = { authenticate, publicUrl, apiKeys: config.SCANLOGIN_API_KEY ?? [], log }
  if (verification) web.route('/user-verification', userVerificationRoutes({ verification, ...phones }))
  if (outbox.webhooks) web.route('/webhooks', outbox.webhooks.routes)
  if (accounts) web.route(accountPath, accounts.routes(sessions, parts.raise))
  if (connected) web.route('/', connected.routes(handler, login))
  const consoleRoutes = parts.watching.routes(sessions, parts.operator)
  if (consoleRoutes) web.route(consolePath, consoleRoutes)
  const offered = {
    site: publicUrl,
    phoneCookie: config.SCANLOGIN_TOKEN_COOKIE,
    scanUrl: login.scanUrl,
    signInUrl: config.SCANLOGIN_SIGN_IN_URL ?? '',
    lanUrl: demo?.lanUrl ?? '',
    ways: JSON.stringify([...connecting.offers, ...(connected?.codes ?? [])]),
    frames: connecting.offers.flatMap(({ frame }) => (frame ? [frame.origin] : [])),
  }
  web.route('/', pages({ ...offered, demo: demo !== undefined, accounts: accounts !== undefined }))
  return web
}

export async function isReachable(store: Store): Promise<boolean> {
  try {
    await store.get('health')
    return true
  } catch {
    return false
  }
}

function health(store: Store, ready: () => boolean): Hono {
  const app = new Hono()
  app.get('/healthz/live', context => context.json({ status: 'ok' }))
  app.get('/healthz/ready', async context => {
    const serves = ready() && (await isReachable(store))
    return context.json({ status: serves ? 'ok' : 'not ready' }, serves ? 200 : 503)
  })
  return app
}
