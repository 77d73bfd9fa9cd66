/** The standalone server put together: login, store and sessions behind the API, pages and health checks beside it. */
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { type NodeListener, type Serving, serve, toNodeListener, toNodeUpgrade } from 'scanlogin/node'
import { WebSocketServer } from 'ws'
import { type AppOptions, base, openParts, type Parts } from './app/parts.ts'
import { createWeb, isReachable } from './app/web.ts'
import { watchLoop } from './running/loop.ts'
import { currentRequestId, numbersCalls, openArrivals } from './tracing/arrivals.ts'

export type { AppOptions }

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

export async function startApp(options: AppOptions): Promise<App> {
  const { config } = options
  const parts = await openParts(options)
  const { handler, metrics, store, tracing, watching } = parts
  let stopping: Promise<void> | undefined
  let leaving: Promise<void> | undefined
  const isClosing = () => stopping !== undefined || leaving !== undefined
  const loop = watchLoop(options.log)
  const web = createWeb(parts, options, () => stopping === undefined && loop.smooth())
  const api = toNodeListener(handler, { closing: isClosing, requestId: currentRequestId })
  const listener = watching.listener(metrics.listener(split(api, listenerOf(web, isClosing))))
  const numbered = numbersCalls(config.SCANLOGIN_REQUEST_IDS, tracing)
  const arrivals = openArrivals({ proxies: config.SCANLOGIN_TRUSTED_PROXIES, numbered, tracing })
  const upgrade = arrivals.upgrade(metrics.upgrade(toNodeUpgrade(handler, WebSocketServer)))
  // A store that is there is ready with the first call; one that is not keeps nobody waiting for longer than a second.
  await isReachable(store)
  await metrics.show()
  const serving = await serve({ listener: arrivals.listener(listener), upgrade, port: config.PORT, host: config.HOST })

  async function stop(): Promise<void> {
    await delay(config.SCANLOGIN_DRAIN_DELAY * 1000)
    loop.close()
    await end(parts, serving)
  }

  return {
    url: serving.url,
    publicUrl: parts.publicUrl,
    stop() {
      stopping ??= stop()
      return stopping
    },
    leave() {
      loop.close()
      leaving ??= end(parts, serving, Promise.race([serving.stopListening(), delay(idleGrace)]))
      return leaving
    },
  }
}

/** ms for connections that are kept open for the next request: it is answered, and closes them. */
const idleGrace = 5000

/** Those who wait first, and last of all what everything else stands on. `grace` is for connections that are idle. */
async function end(parts: Parts, serving: Serving, grace?: Promise<void>): Promise<void> {
  parts.watching.close()
  await parts.login.drain()
  await grace
  await serving.close()
  await parts.watching.handOver()
  await parts.outbox.stop()
  await parts.metrics.close()
  await parts.accounts?.close()
  await parts.store.close()
}

function listenerOf(web: Hono, isClosing: () => boolean): NodeListener {
  const answer = getRequestListener(web.fetch, { overrideGlobalObjects: false })
  return (request, response) => {
    if (isClosing()) response.setHeader('connection', 'close')
    const requestId = currentRequestId()
    if (requestId !== undefined) response.setHeader('x-request-id', requestId)
    return answer(request, response)
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
