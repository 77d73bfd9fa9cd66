/** What a phone does in WeChat. */
import type { Phone } from '../../phone/phone-routes.ts'
import type { WechatControl } from '../control.ts'
import type { WechatParts } from '../parts.ts'
import { miniCodes, sceneCodes, webCodes } from './other-codes.ts'
import { websiteCodes } from './website-codes.ts'

export function wechatPhone(parts: () => WechatParts, control: WechatControl): Phone {
  return {
    people: () => control.people().map(({ id, nickname }) => ({ id, name: nickname })),
    kinds: () => [
      websiteCodes(parts(), control),
      sceneCodes(parts(), control),
      miniCodes(parts(), control),
      webCodes(parts(), control),
    ],
    paths: ['/open/connect/confirm', '/q/:id', '/m/:id'],
  }
}
