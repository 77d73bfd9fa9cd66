/** What people do with the website login's codes. Each step throws `RefusedStep` where WeChat's app would not let them. */
import { knownPerson, type WechatParts } from '../parts.ts'
import type { QrSession } from './qr-session.ts'

export interface WebsiteControl {
  /** Codes that can still be scanned or decided, oldest first. */
  codes(): readonly QrSession[]
  scan(uuid: string, personId: string): QrSession
  /** By whoever has scanned. `callback` is where the browser goes now. */
  confirm(uuid: string): { code: string; callback: string }
  /** By whoever has scanned. `callback` is `undefined` where the page stays as it is. */
  deny(uuid: string): { callback: string | undefined }
  /** Ends the code's time. */
  expire(uuid: string): void
  /** Scans the only code that waits, or the newest, and confirms. */
  signIn(personId: string): { code: string; callback: string }
  /** How many polls are held. */
  waiting(): number
}

export function websiteControl(parts: () => WechatParts): WebsiteControl {
  const website = () => parts().website
  /** Whoever has scanned; nobody else may decide. */
  const scanner = (uuid: string) => {
    const session = website().find(uuid)
    return knownPerson(parts(), 'personId' in session ? session.personId : 'nobody, for the code has not been scanned')
  }
  const confirm = (uuid: string) => {
    const session = website().confirm(uuid, scanner(uuid))
    return { code: session.code, callback: website().callback(session) ?? '' }
  }
  return {
    codes: () => website().openCodes(),
    scan: (uuid, personId) => website().scan(uuid, knownPerson(parts(), personId)),
    confirm,
    deny: uuid => ({ callback: website().callback(website().deny(uuid, scanner(uuid))) }),
    expire: uuid => {
      website().expire(uuid)
    },
    signIn(personId) {
      const newest = website().openCodes().at(-1)
      const uuid = newest?.uuid ?? ''
      website().scan(uuid, knownPerson(parts(), personId))
      return confirm(uuid)
    },
    waiting: () => website().waiting(),
  }
}
