/** The simulated phone: its page, at every address that a code leads to, and what the page asks and does. */
import { z } from 'zod'
import { type Call, json, type Routes } from '../../http/call.ts'
import { page } from '../../http/pages.ts'
import { RefusedStep } from '../../play/refused-step.ts'
import type { WechatControl } from '../control.ts'
import { posting } from '../control-routes.ts'
import type { WechatParts } from '../parts.ts'
import type { PhoneKind } from './codes.ts'
import { miniCodes, sceneCodes, webCodes } from './other-codes.ts'
import { websiteCodes } from './website-codes.ts'

export function phoneRoutes(parts: () => WechatParts, control: WechatControl): Routes {
  const kinds = (): readonly PhoneKind[] => [
    websiteCodes(parts(), control),
    sceneCodes(parts(), control),
    miniCodes(parts(), control),
    webCodes(parts(), control),
  ]
  const showPhone = () => page('phone', {})
  const act = posting(step, ({ at, act, user }) => {
    for (const kind of kinds()) {
      const done = kind.act(at, act, user)
      if (done) return done
    }
    throw new RefusedStep('This code leads nowhere')
  })
  return {
    '/': showPhone,
    '/open/connect/confirm': showPhone,
    '/q/:id': showPhone,
    '/m/:id': showPhone,
    '/phone/look': () =>
      json({
        people: control.people().map(({ id, nickname }) => ({ id, name: nickname })),
        codes: kinds().flatMap(kind => kind.codes()),
      }),
    '/phone/act': (call, segments) => {
      if (!isFromPage(call)) throw new RefusedStep('Send this as JSON')
      return act(call, segments)
    },
  }
}

const step = z.strictObject({
  at: z.string().max(2048),
  act: z.enum(['scan', 'confirm', 'deny']),
  user: z.string().max(256),
})

/** Another site's page cannot send this type without asking first, and is never answered when it asks. */
function isFromPage({ headers }: Call): boolean {
  return headers['content-type'] === 'application/json'
}
