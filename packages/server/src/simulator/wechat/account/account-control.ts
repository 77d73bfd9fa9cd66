/** What people do with an official account: scan its codes, follow it and leave it; and how its server is told. */
import { RefusedStep } from '../../play/refused-step.ts'
import type { WechatApp } from '../apps.ts'
import { knownApp, knownPerson, type WechatParts } from '../parts.ts'
import type { Person } from '../people.ts'
import type { Tampering } from '../push/compose.ts'
import type { Delivery } from '../push/sender.ts'
import type { Scene } from './scenes.ts'

export interface AccountControl {
  /** Codes that can be scanned, oldest first. */
  codes(): readonly Scene[]
  /** Who does not follow yet follows by this. Resolves when the account's server has answered, or has not. */
  scan(ticket: string, personId: string): Promise<Delivery>
  /** Without a code. */
  follow(appid: string, personId: string): Promise<Delivery>
  leave(appid: string, personId: string): Promise<Delivery>
  /** The check of the server's address, as the console makes it. */
  verifyUrl(appid: string): Promise<boolean>
  /** Makes something of the next message to the app's server wrong. */
  tamper(appid: string, tampering: Tampering): void
}

export function accountControl(parts: () => WechatParts): AccountControl {
  const setFollowing = (app: WechatApp, person: Person, follows: boolean) => {
    const others = person.follows.filter(appid => appid !== app.appid)
    parts().world.setPerson({ id: person.id, follows: follows ? [...others, app.appid] : others })
  }
  const tell = (app: WechatApp, person: Person, event: Readonly<Record<string, string>>) =>
    parts().sender.push(app, person, { MsgType: 'event', ...event })
  return {
    codes: () => parts().scenes.open(),
    scan(ticket, personId) {
      const scene = parts().scenes.byTicket(ticket)
      if (!scene) throw new RefusedStep('There is no such code')
      if (parts().world.clock.now() >= scene.expiresAt) throw new RefusedStep('This code has expired')
      const app = knownApp(parts(), scene.appid)
      const person = knownPerson(parts(), personId)
      const known = person.follows.includes(app.appid)
      setFollowing(app, person, true)
      const event = known
        ? { Event: 'SCAN', EventKey: scene.key }
        : { Event: 'subscribe', EventKey: `qrscene_${scene.key}` }
      return tell(app, person, { ...event, Ticket: ticket })
    },
    follow(appid, personId) {
      const app = knownApp(parts(), appid)
      const person = knownPerson(parts(), personId)
      setFollowing(app, person, true)
      return tell(app, person, { Event: 'subscribe', EventKey: '' })
    },
    leave(appid, personId) {
      const app = knownApp(parts(), appid)
      const person = knownPerson(parts(), personId)
      setFollowing(app, person, false)
      return tell(app, person, { Event: 'unsubscribe', EventKey: '' })
    },
    verifyUrl: appid => parts().sender.verifyUrl(knownApp(parts(), appid)),
    tamper: (appid, tampering) => parts().sender.tamper(knownApp(parts(), appid), tampering),
  }
}
