/**
 * What a test does to the simulated WeChat: it drives the people, moves the time, plans faults, and reads what was
 * called. Over HTTP the same calls stand below `/__fake/`.
 */
import type { MovableClock } from '../play/clock.ts'
import type { Faults } from '../play/faults.ts'
import type { Journal, JournalEntry } from '../play/journal.ts'
import { type AccountControl, accountControl } from './account/account-control.ts'
import type { AppGiven, WechatApp } from './apps.ts'
import { type TokenControl, tokenControl } from './cgi/token-control.ts'
import { type FaultGiven, planFault } from './faults.ts'
import { type MiniControl, miniControl } from './mini/mini-control.ts'
import { type WebsiteControl, websiteControl } from './open/website-control.ts'
import { knownApp, knownPerson, type WechatParts } from './parts.ts'
import { openidOf, type Person, type PersonGiven, unionidOf } from './people.ts'
import type { Delivery } from './push/sender.ts'
import { type WebControl, webControl } from './web/web-control.ts'
import type { Conduct } from './world.ts'

export interface WechatControl {
  readonly clock: MovableClock
  /** The website login's codes, and the people who scan them. */
  readonly website: WebsiteControl
  /** Official accounts: their codes, their followers, and the messages to their servers. */
  readonly accounts: AccountControl
  /** Mini programs, as people open them. */
  readonly mini: MiniControl
  /** Pages inside WeChat that ask who is reading them. */
  readonly web: WebControl
  /** Server tokens that end without the app's doing. */
  readonly tokens: TokenControl
  apps(): readonly WechatApp[]
  /** Registers an app, or changes what is given of one. */
  setApp(given: AppGiven): WechatApp
  people(): readonly Person[]
  /** Adds a person, or changes what is given of one. */
  setPerson(given: PersonGiven): Person
  /** Who the person is to the app. */
  identity(personId: string, appid: string): { openid: string; unionid: string | undefined }
  /** Changes what WeChat or a browser does from now on. */
  conduct(change: Partial<Conduct>): Conduct
  /** Plans a fault for the next calls. */
  fault(given: FaultGiven): void
  /** The person takes back what they have allowed the app, whose server is told. */
  revoke(personId: string, appid: string): Promise<Delivery>
  /** The person gives up their WeChat account: every app that has a server is told. */
  closeAccount(personId: string): Promise<void>
  /** Voids the person's tokens everywhere. */
  changePassword(personId: string): void
  /** What was called, oldest first, without secrets; only paths that contain `match`. */
  calls(match?: string): readonly JournalEntry[]
  /** Back to the start: apps, people, codes, tokens, faults. The time stays. */
  reset(): void
}

export interface ControlOptions {
  clock: MovableClock
  faults: Faults
  journal: Journal
  parts: () => WechatParts
  reset: () => void
}

export function createControl({ clock, faults, journal, parts, reset }: ControlOptions): WechatControl {
  return {
    clock,
    website: websiteControl(parts),
    accounts: accountControl(parts),
    mini: miniControl(parts),
    web: webControl(parts),
    tokens: tokenControl(parts),
    apps: () => parts().world.apps(),
    setApp: given => parts().world.setApp(given),
    people: () => parts().world.people(),
    setPerson: given => parts().world.setPerson(given),
    identity(personId, appid) {
      const person = knownPerson(parts(), personId)
      const app = knownApp(parts(), appid)
      return { openid: openidOf(person, app), unionid: unionidOf(person, app) }
    },
    conduct: change => Object.assign(parts().world.conduct, change),
    fault: given => faults.plan(planFault(parts().world, given)),
    revoke: (personId, appid) =>
      withdraw(parts(), knownPerson(parts(), personId), knownApp(parts(), appid), 'user_authorization_revoke'),
    async closeAccount(personId) {
      const person = knownPerson(parts(), personId)
      const apps = parts().world.apps()
      await Promise.all(apps.map(app => withdraw(parts(), person, app, 'user_authorization_cancellation')))
    },
    changePassword: personId => parts().grants.changePassword(knownPerson(parts(), personId)),
    calls: (match = '') => journal.entries().filter(({ path }) => path.includes(match)),
    reset,
  }
}

/** 301 stands for everything that a website or a mobile app can be allowed. */
function withdraw({ grants, sender }: WechatParts, person: Person, app: WechatApp, event: string): Promise<Delivery> {
  grants.revoke(person, app)
  const unionid = unionidOf(person, app)
  return sender.push(app, person, {
    MsgType: 'event',
    Event: event,
    OpenID: openidOf(person, app),
    ...(unionid !== undefined && { UnionID: unionid }),
    AppID: app.appid,
    RevokeInfo: '301',
  })
}
