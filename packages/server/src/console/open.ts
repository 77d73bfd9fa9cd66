/**
 * The console: what the whole fleet does at this moment, for those who run it. Nothing of it is there, and nothing is
 * counted for it, unless somebody is named who may open it.
 */
import { readFileSync } from 'node:fs'
import type { Hono } from 'hono'
import type { Login, LoginEvent, Operator, Store } from 'scanlogin'
import type { NodeListener } from 'scanlogin/node'
import type { Sessions } from 'scanlogin/session'
import { clientAddressBehind } from '../client-address.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { pageOf } from '../pages.ts'
import { createAccess } from './access/access.ts'
import { createCounting } from './counting/figures.ts'
import { createBroadcast } from './fleet/broadcast.ts'
import { createHalt } from './fleet/halt.ts'
import { createNodes, thisNode } from './fleet/nodes.ts'
import { snapshotOf } from './fleet/snapshot.ts'
import { createHistories } from './history/histories.ts'
import { consoleRoutes } from './routes.ts'
import { ticketRoutes } from './tickets.ts'

export interface Console {
  onEvent(event: LoginEvent): void
  login(login: Login): Login
  listener(listener: NodeListener): NodeListener
  /** `undefined` where there is no console. */
  routes(sessions: Sessions, operator: Operator): Hono | undefined
  /** Ends its streams and its timer. */
  close(): void
  /** What this process knows of tickets is left to the others: once nobody is served any more. Takes a second at most. */
  handOver(): Promise<void>
}

export const consolePath = '/console'

/** ms between two beats of a node. */
const pulse = 3000
/** ms that a process that goes down waits for a store to take what it knows. */
const patience = 1000

export interface ConsoleOptions {
  config: Config
  store: Store
  publicUrl: string
  log: Log
}

export function openConsole({ config, store, publicUrl, log }: ConsoleOptions): Console {
  const { SCANLOGIN_CONSOLE_KEY: key, SCANLOGIN_ADMINS: admins } = config
  if (key === undefined && admins === undefined) return noConsole
  const counting = createCounting()
  const nodes = createNodes({ store, figures: counting.figures, version: versionOfThis() })
  const halt = createHalt(store)
  const histories = createHistories({ store, node: thisNode() })
  const look = async () => ({
    ...snapshotOf(await nodes.read(), store.now?.() ?? Date.now()),
    halted: halt.state() ?? null,
  })
  const broadcast = createBroadcast({ look: async () => JSON.stringify(await look()) })
  const page = pageOf('console.html')({ key: String(key !== undefined), people: String(admins !== undefined) })
  const stop = keepGoing(async () => {
    await nodes.beat()
    // Rings may get lost.
    await halt.look()
  })

  return {
    ...counting,
    onEvent(event) {
      counting.onEvent(event)
      histories.onEvent(event)
    },
    login: login => halt.guard(histories.login(counting.login(login))),
    routes(sessions, operator) {
      const secure = publicUrl.startsWith('https:')
      const access = createAccess({ config, store, sessions, secure })
      const addressOf = clientAddressBehind(config.SCANLOGIN_TRUSTED_PROXIES)
      const tickets = ticketRoutes({ access, histories, operator, store })
      return consoleRoutes({ access, broadcast, halt, sessions, tickets, look, page, publicUrl, addressOf, log })
    },
    close() {
      stop()
      halt.close()
      broadcast.close()
    },
    handOver: () => Promise.race([histories.flush(), new Promise<void>(late => setTimeout(late, patience).unref())]),
  }
}

const noConsole: Console = {
  onEvent() {},
  login: login => login,
  listener: listener => listener,
  routes: () => undefined,
  close() {},
  async handOver() {},
}

/** At once and every few seconds, one after the other, whatever becomes of each. */
function keepGoing(work: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const round = async () => {
    // A store that is away is told by all who need it; the node is missing from the console until it is back.
    await work().catch(() => {})
    if (!stopped) timer = setTimeout(round, pulse).unref()
  }
  void round()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

function versionOfThis(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'))
  return version
}
