/** What happens to an app's server tokens behind its back. */
import { knownApp, type WechatParts } from '../parts.ts'

export interface TokenControl {
  /** Another program with the same app id asks `/cgi-bin/token`: the app's own token ends in five minutes. */
  takeToken(appid: string): void
  /** Every server token of the app ends now: its calls are refused with 40001 until it asks for another one. */
  voidTokens(appid: string): void
}

export function tokenControl(parts: () => WechatParts): TokenControl {
  return {
    takeToken: appid => {
      parts().serverTokens.issue(knownApp(parts(), appid))
    },
    voidTokens: appid => parts().serverTokens.voidAll(knownApp(parts(), appid)),
  }
}
