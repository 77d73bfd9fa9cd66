/** The control of the simulated WeChat over HTTP, for tests in any language: JSON in, JSON out, 409 with the reason. */
import { json, type Routes } from '../http/call.ts'
import { posting } from '../http/posting.ts'
import type { WechatControl } from './control.ts'
import * as shapes from './control-shapes.ts'

export function controlRoutes(control: WechatControl): Routes {
  return {
    '/__fake/app': posting(shapes.appGiven, given => control.setApp(given)),
    '/__fake/apps': () => json(control.apps()),
    '/__fake/user': posting(shapes.personGiven, given => control.setPerson(given)),
    '/__fake/users': () => json(control.people()),
    '/__fake/identity': ({ query }) => json(control.identity(query.get('user') ?? '', query.get('appid') ?? '')),
    '/__fake/qr': () => json(control.website.codes()),
    '/__fake/qr/:uuid/scan': posting(shapes.byPerson, ({ user }, { uuid = '' }) => control.website.scan(uuid, user)),
    '/__fake/qr/:uuid/confirm': posting(shapes.nothing, (_, { uuid = '' }) => control.website.confirm(uuid)),
    '/__fake/qr/:uuid/deny': posting(shapes.nothing, (_, { uuid = '' }) => control.website.deny(uuid)),
    '/__fake/qr/:uuid/expire': posting(shapes.nothing, (_, { uuid = '' }) => control.website.expire(uuid)),
    '/__fake/scenes': () => json(control.accounts.codes()),
    '/__fake/scene/:ticket/scan': posting(shapes.byPerson, ({ user }, { ticket = '' }) =>
      control.accounts.scan(ticket, user),
    ),
    '/__fake/follow': posting(shapes.personAndApp, ({ user, appid }) => control.accounts.follow(appid, user)),
    '/__fake/leave': posting(shapes.personAndApp, ({ user, appid }) => control.accounts.leave(appid, user)),
    '/__fake/push/verify': posting(shapes.byApp, async ({ appid }) => ({
      verified: await control.accounts.verifyUrl(appid),
    })),
    '/__fake/push/tamper': posting(shapes.tampering, ({ appid, how }) => control.accounts.tamper(appid, how)),
    '/__fake/mini': () => json(control.mini.entries()),
    '/__fake/mini/:scene/open': posting(shapes.byPerson, ({ user }, { scene = '' }) => control.mini.open(scene, user)),
    '/__fake/mini/:appid/login': posting(shapes.byPerson, ({ user }, { appid = '' }) => ({
      js_code: control.mini.login(appid, user),
    })),
    '/__fake/web': () => json(control.web.requests()),
    '/__fake/web/:id/allow': posting(shapes.byPerson, ({ user }, { id = '' }) => control.web.allow(id, user)),
    '/__fake/web/:id/deny': posting(shapes.nothing, (_, { id = '' }) => control.web.deny(id)),
    '/__fake/conduct': posting(shapes.conduct, change => control.conduct(change)),
    '/__fake/fault': posting(shapes.fault, given => control.fault(given)),
    '/__fake/revoke': posting(shapes.personAndApp, ({ user, appid }) => control.revoke(user, appid)),
    '/__fake/password': posting(shapes.byPerson, ({ user }) => control.changePassword(user)),
    '/__fake/token/take': posting(shapes.byApp, ({ appid }) => control.tokens.takeToken(appid)),
    '/__fake/token/void': posting(shapes.byApp, ({ appid }) => control.tokens.voidTokens(appid)),
    '/__fake/close': posting(shapes.byPerson, ({ user }) => control.closeAccount(user)),
    '/__fake/clock/advance': posting(shapes.advance, async ({ ms }) => {
      await control.clock.advance(ms)
      return { now: control.clock.now() }
    }),
    '/__fake/calls': ({ query }) => json(control.calls(query.get('match') ?? '')),
    '/__fake/waiting': () => json({ waiting: control.website.waiting() }),
    '/__fake/reset': posting(shapes.nothing, () => control.reset()),
  }
}
