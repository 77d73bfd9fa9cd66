/** What all parts of the simulated WeChat share: the time, the registered apps, the people, and what was used up. */

import type { MovableClock } from '../play/clock.ts'
import type { Identifiers } from '../play/identifiers.ts'
import { type AppGiven, describeApp, type Quotas, type WechatApp } from './apps.ts'
import { describePerson, openidOf, type Person, type PersonGiven } from './people.ts'
import { createSpending, type Spending } from './spending.ts'

export interface World {
  readonly clock: MovableClock
  readonly identifiers: Identifiers
  readonly timing: Timing
  readonly conduct: Conduct
  readonly spending: Spending
  /** Where the simulator can be reached. */
  url(): string
  apps(): readonly WechatApp[]
  app(appid: string): WechatApp | undefined
  /** Registers an app, or changes what is given of one. */
  setApp(given: AppGiven): WechatApp
  people(): readonly Person[]
  person(id: string): Person | undefined
  personOf(openid: string, app: WechatApp): Person | undefined
  setPerson(given: PersonGiven): Person
  /** A request's id: its first group is the time. */
  rid(): string
}

/** Seconds. */
export interface Timing {
  /** How long a poll is held. Default 25. */
  readonly hold: number
  /** How long a website's QR code lives. Nobody has measured WeChat's. Default 300. */
  readonly qrTtl: number
}

/** What WeChat, or a browser, does on some days and not on others; may be changed at any time. */
export interface Conduct {
  /** What the page does after a refusal: `silent` stays where it is, `stateOnly` goes back without a code. */
  denial: 'silent' | 'stateOnly'
  /** Whether the browser calls the callback address once or `twice`. */
  callback: 'once' | 'twice'
  /** Whether the callback carries the state of the request, or one that somebody has `tampered` with. */
  state: 'kept' | 'tampered'
}

export interface WorldOptions {
  clock: MovableClock
  identifiers: Identifiers
  timing: Timing
  apps: readonly WechatApp[]
  people: readonly Person[]
  url: () => string
}

export function createWorld({ clock, identifiers, timing, url, ...given }: WorldOptions): World {
  const apps = new Map(given.apps.map(app => [app.appid, app]))
  const people = new Map(given.people.map(person => [person.id, person]))
  return {
    clock,
    identifiers,
    timing,
    conduct: { denial: 'silent', callback: 'once', state: 'kept' },
    spending: createSpending(clock),
    url,
    apps: () => [...apps.values()],
    app: appid => apps.get(appid),
    setApp(given) {
      const app = describeApp(given, apps.get(given.appid))
      apps.set(app.appid, app)
      return app
    },
    people: () => [...people.values()],
    person: id => people.get(id),
    personOf: (openid, app) => [...people.values()].find(person => openidOf(person, app) === openid),
    setPerson(given) {
      const person = describePerson(given, people.get(given.id))
      people.set(person.id, person)
      return person
    },
    rid() {
      const seconds = Math.floor(clock.now() / 1000).toString(16)
      return `${seconds}-${identifiers.nextHex(8)}-${identifiers.nextHex(8)}`
    },
  }
}

/** Whether the app has called that often already; if not, it now has called once more. */
export function isWithin(
  world: World,
  app: WechatApp,
  quota: keyof Quotas,
  period: 'minute' | 'day' | 'month',
): boolean {
  return world.spending.spend(`${app.appid} ${quota}`, app.quotas[quota], period)
}
