/** A simulated service on a port of this machine. */
import { createRouter, type Router } from '../http/routes.ts'
import { simulate } from '../http/simulate.ts'
import { phoneRoutes } from '../phone/phone-routes.ts'
import { type MovableClock, runningClock } from '../play/clock.ts'
import { createFaults } from '../play/faults.ts'
import { createIdentifiers } from '../play/identifiers.ts'
import { createJournal } from '../play/journal.ts'
import { createFlowControl, type FlowControl, type FlowParts } from './flow-control.ts'
import { flowControlRoutes, visitCodes, visitRoutes } from './flow-routes.ts'
import type { FlowService } from './service.ts'
import { createFlowWorld, type FlowApp, flowPeople } from './world.ts'

export interface FlowSimulatorOptions {
  /** Default 0: one that is free. */
  port?: number
  /** Default `127.0.0.1`: nobody but this machine. */
  host?: string
  /** Default: one that runs. `createClock()` of `scanlogin/testing` stands still until it is moved. */
  clock?: MovableClock
  /** With the same seed the same codes and tokens come in the same order. Default: others each time. */
  seed?: string
  /** The callback domain of the apps. Default `localhost`. */
  callbackDomain?: string
}

export interface FlowSimulator<App extends FlowApp> {
  /** `http://127.0.0.1:8790`. The service's hosts are folders of it. */
  readonly url: string
  readonly control: FlowControl<App>
  stop(): Promise<void>
}

/** Resolves when it listens; rejects if it cannot. */
export async function startFlow<App extends FlowApp>(
  service: FlowService<App>,
  options: FlowSimulatorOptions = {},
): Promise<FlowSimulator<App>> {
  const { port = 0, host = '127.0.0.1', clock = runningClock(), seed, callbackDomain = 'localhost' } = options
  const identifiers = createIdentifiers(seed)
  const faults = createFaults()
  const journal = createJournal()
  let url = ''
  const build = (): FlowParts<App> & { router: Router } => {
    const apps = service.apps(callbackDomain)
    const world = createFlowWorld({ clock, identifiers, apps, people: flowPeople, url: () => url })
    const opened = service.open(world)
    return { world, service: opened, router: createRouter(opened.routes) }
  }
  let parts = build()
  const reset = () => {
    faults.clear()
    parts = build()
  }
  const control = createFlowControl({ clock, faults, journal, parts: () => parts, reset })
  const phone = phoneRoutes({
    people: () => control.people().map(({ id, name }) => ({ id, name })),
    kinds: () => [visitCodes(parts.world, control)],
    paths: ['/visit'],
  })
  const listening = await simulate(
    {
      clock,
      faults,
      journal,
      service: () => parts.router,
      control: flowControlRoutes(control),
      phone: { ...phone, ...visitRoutes(() => parts.world) },
    },
    host,
    port,
  )
  url = listening.url
  return { url, control, stop: listening.stop }
}
