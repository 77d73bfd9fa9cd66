/** A site with one provider's login in front of its simulator: what a browser, a person and a test do there. */
import { onTestFinished } from 'vitest'
import type { Arrival, CallingBrowser, StartRequest } from '../../packages/scanlogin/src/connectors/connector.ts'
import { createConnector } from '../../packages/scanlogin/src/connectors/create-connector.ts'
import type { ConnectorEvent, ProviderCall } from '../../packages/scanlogin/src/connectors/event.ts'
import type { Provider } from '../../packages/scanlogin/src/connectors/provider.ts'
import { memoryStore } from '../../packages/scanlogin/src/stores/memory.ts'
import type { Tracer } from '../../packages/scanlogin/src/tracing/tracer.ts'
import type { FlowSimulator, FlowSimulatorOptions } from '../../packages/server/src/simulator/code-flow/start.ts'
import type { FlowApp } from '../../packages/server/src/simulator/code-flow/world.ts'
import { callback as redirectUri, type StartedFlow, startTest } from '../simulator/others/flow.ts'
import { openRecorder } from '../tracing/recorder.ts'

export { redirectUri }
export const home = 'https://www.example.com/home'

/** What a provider is made of in a test, besides the simulator's app. */
export interface Surroundings<App extends FlowApp> {
  readonly app: App
  readonly url: string
  readonly calling: {
    readonly clock: StartedFlow<App>['clock']
    readonly onCall: (call: ProviderCall) => void
    readonly tracer: Tracer
  }
}

const recorder = openRecorder()

type Start<App extends FlowApp> = (options?: FlowSimulatorOptions) => Promise<FlowSimulator<App>>

export async function startSite<App extends FlowApp>(
  start: Start<App>,
  provide: (surroundings: Surroundings<App>) => Provider,
) {
  const simulator = await startTest(start)
  onTestFinished(() => simulator.stop())
  const { clock, control, url, app } = simulator
  const events: ConnectorEvent[] = []
  const calls: ProviderCall[] = []
  recorder.forget()
  const calling = { clock, onCall: (call: ProviderCall) => void calls.push(call), tracer: recorder.tracer }
  const provider = provide({ app, url, calling })
  const connector = createConnector(provider, {
    store: memoryStore({ clock }),
    redirectUri,
    returnTo: [home],
    clock,
    onEvent: event => events.push(event),
  })

  async function begin(request: Partial<StartRequest> = {}) {
    const started = await connector.start({ way: 'website', returnTo: home, ...request })
    const { cookie } = started
    const browser: CallingBrowser = { cookie: name => (name === cookie.name ? cookie.value : undefined) }
    return { ...started, browser, arrive: (callback: string) => arrive(callback, browser) }
  }

  function arrive(callback: string, browser: CallingBrowser): Promise<Arrival> {
    return connector.callback(new URL(callback).searchParams, browser)
  }

  async function open(address: string, userAgent = 'Chrome'): Promise<Response> {
    return fetch(address, { redirect: 'manual', headers: { 'user-agent': userAgent } })
  }

  return {
    ...simulator,
    connector,
    events,
    calls,
    recorder,
    begin,
    open,
    /** How many calls of that path were made, with whatever came of them. */
    asked: (path: string) => control.calls(path).length,
    /** Somebody scans and says yes; `arrive` is the browser that comes back. */
    async signIn(person = 'aju', request: Partial<StartRequest> = {}) {
      const attempt = await begin(request)
      await (await open(attempt.address)).text()
      const { callback } = control.signIn(person)
      return { ...attempt, callback, arrive: () => attempt.arrive(callback) }
    },
    /** The same on a phone, in the browser of the service's own app. Whoever holds it is `xiaoman`. */
    async signInInside(userAgent: string, request: Partial<StartRequest> = {}) {
      const attempt = await begin({ way: 'inside', ...request })
      const location = (await open(attempt.address, userAgent)).headers.get('location') ?? ''
      const visit = /^\/visit\?id=(\w+)$/.exec(location)?.[1]
      return attempt.arrive(visit === undefined ? location : control.confirm(visit).callback)
    },
  }
}

export function codeOf(arrival: Arrival): string | undefined {
  return arrival.outcome === 'refused' ? arrival.code : undefined
}

/** Lets real calls come to `true`; the clock stands still meanwhile. */
export async function until(condition: () => boolean): Promise<void> {
  // Ends with the test's own time limit.
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 2))
}
