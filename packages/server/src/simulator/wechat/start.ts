/** The simulated WeChat on a port of this machine. */

import { simulate } from '../http/simulate.ts'
import { phoneRoutes } from '../phone/phone-routes.ts'
import { type MovableClock, runningClock } from '../play/clock.ts'
import { createFaults } from '../play/faults.ts'
import { createIdentifiers } from '../play/identifiers.ts'
import { createJournal } from '../play/journal.ts'
import { type AppGiven, defaultApps, describeApp, type WechatApp } from './apps.ts'
import { createControl, type WechatControl } from './control.ts'
import { controlRoutes } from './control-routes.ts'
import { createParts, type WechatParts } from './parts.ts'
import { defaultPeople, describePerson, type PersonGiven } from './people.ts'
import { wechatPhone } from './phone/wechat-phone.ts'
import type { Timing } from './world.ts'

export interface WechatSimulatorOptions {
  /** Default 0: one that is free. */
  port?: number
  /** Default `127.0.0.1`: nobody but this machine. */
  host?: string
  /** Default: one that runs. `createClock()` of `scanlogin/testing` stands still until it is moved. */
  clock?: MovableClock
  /** With the same seed the same codes and tokens come in the same order. Default: others each time. */
  seed?: string
  /** The callback domain of the apps that are there by default. Default `localhost`. */
  callbackDomain?: string
  /** Apps besides one of each kind, or changes to those, by app id. Default none. */
  apps?: readonly AppGiven[]
  /** People besides the three that are there, or changes to those, by id. Default none. */
  people?: readonly PersonGiven[]
  /** Seconds: how long a poll is held (25), and how long a website's code lives (300). */
  timing?: Partial<Timing>
}

export interface WechatSimulator {
  /** `http://127.0.0.1:8790`. WeChat's hosts are folders of it: `/open`, `/lp`, `/api`, `/mp`. */
  readonly url: string
  readonly control: WechatControl
  /** Ends it, and every call that is in progress. */
  stop(): Promise<void>
}

/** Resolves when it listens; rejects if it cannot. */
export async function startWechatSimulator(options: WechatSimulatorOptions = {}): Promise<WechatSimulator> {
  const { port = 0, host = '127.0.0.1', clock = runningClock(), seed, timing } = options
  const identifiers = createIdentifiers(seed)
  const faults = createFaults()
  const journal = createJournal()
  let url = ''
  const build = () =>
    createParts({
      clock,
      identifiers,
      timing: { hold: 25, qrTtl: 300, ...timing },
      apps: withChanges(defaultApps(options.callbackDomain ?? 'localhost'), options.apps ?? []),
      people: peopleOf(options.people ?? []),
      url: () => url,
    })
  let parts: WechatParts = build()
  const reset = () => {
    parts.close()
    faults.clear()
    parts = build()
  }
  const control = createControl({ clock, faults, journal, parts: () => parts, reset })
  const service = {
    clock,
    faults,
    journal,
    service: () => parts.router,
    control: controlRoutes(control),
    phone: phoneRoutes(wechatPhone(() => parts, control)),
  }
  const listening = await simulate(service, host, port)
  url = listening.url
  return {
    url,
    control,
    async stop() {
      parts.close()
      await listening.stop()
    },
  }
}

function withChanges(apps: readonly WechatApp[], changes: readonly AppGiven[]): readonly WechatApp[] {
  const known = new Map(apps.map(app => [app.appid, app]))
  for (const given of changes) known.set(given.appid, describeApp(given, known.get(given.appid)))
  return [...known.values()]
}

function peopleOf(changes: readonly PersonGiven[]) {
  const known = new Map(defaultPeople.map(person => [person.id, person]))
  for (const given of changes) known.set(given.id, describePerson(given, known.get(given.id)))
  return [...known.values()]
}
