/** A site with WeChat's login in front of the simulated WeChat: what a browser, a person and a test do there. */
import { onTestFinished } from 'vitest'
import type { Fetch } from '../../packages/scanlogin/src/connectors/calls/caller.ts'
import type {
  Arrival,
  CallingBrowser,
  Connector,
  StartRequest,
} from '../../packages/scanlogin/src/connectors/connector.ts'
import { createConnector } from '../../packages/scanlogin/src/connectors/create-connector.ts'
import type { ConnectorEvent, ProviderCall } from '../../packages/scanlogin/src/connectors/event.ts'
import { type WechatOptions, wechat } from '../../packages/scanlogin/src/connectors/wechat/wechat.ts'
import { memoryStore } from '../../packages/scanlogin/src/stores/memory.ts'
import { account, startWechat, website } from '../simulator/wechat.ts'

export const redirectUri = 'https://localhost/connect/wechat'
export const home = 'https://www.example.com/home'

export const apps = {
  website: { appId: website.appid, appSecret: website.secret },
  account: { appId: account.appid, appSecret: account.secret },
}

export type WechatSite = Awaited<ReturnType<typeof startSite>>

export interface SiteOptions extends Partial<WechatOptions> {
  fetch?: Fetch
}

export async function startSite(options: SiteOptions = {}) {
  const simulator = await startWechat()
  onTestFinished(() => simulator.stop())
  const { clock, control, url } = simulator
  const store = memoryStore({ clock })
  const events: ConnectorEvent[] = []
  const calls: ProviderCall[] = []
  const hosts = { open: `${url}/open`, api: `${url}/api` }
  const provider = wechat({ ...apps, hosts, clock, onCall: call => calls.push(call), ...options })
  const connector = createConnector(provider, {
    store,
    redirectUri,
    returnTo: [home],
    clock,
    onEvent: event => events.push(event),
  })
  return {
    simulator,
    control,
    clock,
    connector,
    provider,
    events,
    calls,
    /** How often WeChat was asked to exchange a code. */
    exchanges: () => control.calls('/sns/oauth2/access_token').length,
    begin: (request: Partial<StartRequest> = {}) => begin(connector, request),
    /** Somebody scans and says yes; `arrive` is the browser that comes back. */
    async signIn(person = 'xiaoman', request: Partial<StartRequest> = {}) {
      const attempt = await begin(connector, request)
      await (await fetch(attempt.address)).text()
      const { callback } = control.website.signIn(person)
      return { ...attempt, callback, arrive: () => connector.callback(new URL(callback).searchParams, attempt.browser) }
    },
  }
}

async function begin(connector: Connector, request: Partial<StartRequest>) {
  const started = await connector.start({ way: 'website', returnTo: home, ...request })
  const { cookie } = started
  const browser: CallingBrowser = { cookie: name => (name === cookie.name ? cookie.value : undefined) }
  return { ...started, browser }
}

export function codeOf(arrival: Arrival): string | undefined {
  return arrival.outcome === 'refused' ? arrival.code : undefined
}

/** Lets real calls come to `true`; the clock stands still meanwhile. */
export async function until(condition: () => boolean): Promise<void> {
  // Ends with the test's own time limit.
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 2))
}
