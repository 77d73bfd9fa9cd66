/** The simulated phone: its page, at every address that a code leads to, and what the page asks and does. */
import { z } from 'zod'
import { type Call, json, type Routes } from '../http/call.ts'
import { page } from '../http/pages.ts'
import { posting } from '../http/posting.ts'
import { RefusedStep } from '../play/refused-step.ts'
import type { PhoneKind } from './codes.ts'

export interface Phone {
  /** Who may hold it. */
  people(): readonly { readonly id: string; readonly name: string }[]
  kinds(): readonly PhoneKind[]
  /** The paths that codes lead to, besides `/`. */
  readonly paths: readonly string[]
}

export function phoneRoutes({ people, kinds, paths }: Phone): Routes {
  const showPhone = () => page('phone', {})
  const act = posting(step, ({ at, act, user }) => {
    for (const kind of kinds()) {
      const done = kind.act(at, act, user)
      if (done) return done
    }
    throw new RefusedStep('This code leads nowhere')
  })
  return {
    ...Object.fromEntries(['/', ...paths].map(path => [path, showPhone])),
    '/phone/look': () => json({ people: people(), codes: kinds().flatMap(kind => kind.codes()) }),
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
