/** The page's poll, the code's picture, and the control over HTTP. */
import { z } from 'zod'
import { json, type Routes } from '../http/call.ts'
import { posting } from '../http/posting.ts'
import type { PhoneAct, PhoneCode, PhoneKind } from '../phone/codes.ts'
import { networkFaults } from '../play/faults.ts'
import { qrPicture } from '../play/qr-picture.ts'
import type { FlowControl } from './flow-control.ts'
import type { FlowApp, FlowWorld } from './world.ts'

/** What the page with the code asks. */
export function visitRoutes<App extends FlowApp>(world: () => FlowWorld<App>): Routes {
  return {
    '/visits/:id': (_, { id = '' }) => {
      const { status, leadsTo } = world().visits.find(id)
      return json({ status, leadsTo })
    },
    '/visits/:id/picture': (_, { id = '' }) => ({
      status: 200,
      headers: { 'content-type': 'image/jpeg', 'cache-control': 'no-store' },
      body: qrPicture(`${world().url()}/visit?id=${world().visits.find(id).id}`),
    }),
  }
}

export function visitCodes<App extends FlowApp>(world: FlowWorld<App>, control: FlowControl<App>): PhoneKind {
  return {
    codes: () =>
      control.visits().map(
        ({ id, appId, status, personId, expiresAt }): PhoneCode => ({
          at: `/visit?id=${id}`,
          kind: 'website',
          app: world.app(appId)?.name ?? appId,
          status,
          holder: personId,
          secondsLeft: Math.ceil((expiresAt - world.clock.now()) / 1000),
        }),
      ),
    act(at, act, personId) {
      const id = /^\/visit\?id=(\w+)$/.exec(at)?.[1]
      if (id === undefined) return undefined
      const isOnPhone = world.visits.find(id).place === 'phone'
      return Promise.resolve(step(control, id, act, personId)).then(leadsTo =>
        isOnPhone && leadsTo ? { leadsTo } : {},
      )
    },
  }
}

/** Gives where the browser goes now; empty where it stays. */
function step<App extends FlowApp>(control: FlowControl<App>, id: string, act: PhoneAct, personId: string): string {
  switch (act) {
    case 'scan':
      control.scan(id, personId)
      return ''
    case 'confirm':
      return control.confirm(id).callback
    case 'deny':
      return control.deny(id).callback
  }
}

export function flowControlRoutes<App extends FlowApp>(control: FlowControl<App>): Routes {
  return {
    '/__fake/apps': () => json(control.apps()),
    '/__fake/users': () => json(control.people()),
    '/__fake/user': posting(person, given => control.setPerson(given)),
    '/__fake/visits': () => json(control.visits()),
    '/__fake/visit/:id/scan': posting(byPerson, ({ user }, { id = '' }) => control.scan(id, user)),
    '/__fake/visit/:id/confirm': posting(nothing, (_, { id = '' }) => control.confirm(id)),
    '/__fake/visit/:id/deny': posting(nothing, (_, { id = '' }) => control.deny(id)),
    '/__fake/sign-in': posting(byPerson, ({ user }) => control.signIn(user)),
    '/__fake/conduct': posting(conduct, change => control.conduct(change)),
    '/__fake/fault': posting(fault, given => control.fault(given)),
    '/__fake/clock/advance': posting(z.strictObject({ ms: z.number().min(0) }), async ({ ms }) => {
      await control.clock.advance(ms)
      return { now: control.clock.now() }
    }),
    '/__fake/calls': ({ query }) => json(control.calls(query.get('match') ?? '')),
    '/__fake/reset': posting(nothing, () => control.reset()),
  }
}

const text = z.string().max(4096)
const nothing = z.object({})
const byPerson = z.strictObject({ user: text.min(1) })
const person = z.strictObject({
  id: text.min(1),
  name: text.exactOptional(),
  avatar: text.exactOptional(),
  company: text.exactOptional(),
})
const conduct = z.strictObject({
  state: z.enum(['kept', 'tampered']).exactOptional(),
  denial: z.enum(['silent', 'told']).exactOptional(),
})
// Proof: these are the very keys that the type is made of.
const plainFaults = Object.keys(networkFaults) as (keyof typeof networkFaults)[]
const where = { match: text.exactOptional(), times: z.int().min(1).exactOptional() }
const fault = z.union([
  z.strictObject({ ...where, action: z.enum(plainFaults) }),
  z.strictObject({ ...where, action: z.literal('slow'), ms: z.int().min(0) }),
  z.strictObject({ ...where, action: z.literal('contentType'), contentType: text }),
  z.strictObject({ ...where, action: z.literal('answer'), status: z.int().min(100).max(599), body: z.json() }),
])
