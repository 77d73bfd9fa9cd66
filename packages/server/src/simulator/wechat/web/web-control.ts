/** What people do with pages that ask, inside WeChat, who is reading them. */
import { knownPerson, type WechatParts } from '../parts.ts'
import type { WebRequest } from './web-requests.ts'

export interface WebControl {
  /** Those that nobody has decided yet, oldest first. */
  requests(): readonly WebRequest[]
  /** `callback` is where the browser goes now. */
  allow(id: string, personId: string): { callback: string }
  /** The browser stays where it is. */
  deny(id: string): void
}

export function webControl(parts: () => WechatParts): WebControl {
  return {
    requests: () => parts().web.waiting(),
    allow: (id, personId) => ({ callback: parts().web.allow(id, knownPerson(parts(), personId)) }),
    deny: id => parts().web.deny(id),
  }
}
