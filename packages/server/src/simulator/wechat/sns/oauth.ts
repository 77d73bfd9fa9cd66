/** `/sns/oauth2/*` and `/sns/auth`: a code becomes tokens, tokens are renewed and checked. */
import type { Answer, Call, Routes } from '../../http/call.ts'
import { apiEndpoint, callingApp, checkSecret, parameter } from '../api.ts'
import type { WechatApp } from '../apps.ts'
import { succeed, WechatError } from '../errors.ts'
import { openidOf, type Person, unionidOf } from '../people.ts'
import { isWithin, type World } from '../world.ts'
import { accessTtl, type Grant, type Grants } from './grants.ts'

export function oauthRoutes(world: World, grants: Grants): Routes {
  const get = (answer: (call: Call) => Answer) => apiEndpoint(world, { group: 'sns', method: 'GET', answer })
  return {
    '/api/sns/oauth2/access_token': get(call => exchange(world, grants, call)),
    '/api/sns/oauth2/refresh_token': get(call => renew(world, grants, call)),
    '/api/sns/auth': get(call => {
      readGrant(world, grants, call)
      return succeed('sns', { errcode: 0, errmsg: 'ok' })
    }),
  }
}

/** Which error wins where several apply is not documented: this order is the simulator's own. */
function exchange(world: World, grants: Grants, call: Call): Answer {
  const app = appWithin(world, call)
  checkSecret(app, call.query.get('secret') ?? '')
  if (call.query.get('grant_type') !== 'authorization_code') throw new WechatError(40002)
  const tokens = grants.exchange(parameter(call, 'code', 41008), app)
  const person = personOf(world, tokens)
  // An official account that asked for the openid alone is told no more than that.
  const unionid = tokens.scope === 'snsapi_base' ? undefined : unionidOf(person, app)
  return succeed('sns', {
    access_token: tokens.access,
    expires_in: accessTtl,
    refresh_token: tokens.refresh,
    openid: openidOf(person, app),
    scope: tokens.scope,
    ...(app.kind === 'account' && person.snapshot && { is_snapshotuser: 1 }),
    ...(unionid !== undefined && { unionid }),
  })
}

function renew(world: World, grants: Grants, call: Call): Answer {
  const app = appWithin(world, call)
  if (call.query.get('grant_type') !== 'refresh_token') throw new WechatError(40002)
  const tokens = grants.renew(parameter(call, 'refresh_token', 41003), app)
  return succeed('sns', {
    access_token: tokens.access,
    expires_in: accessTtl,
    refresh_token: tokens.refresh,
    openid: openidOf(personOf(world, tokens), app),
    scope: tokens.scope,
  })
}

function appWithin(world: World, call: Call): WechatApp {
  const app = callingApp(world, call.query.get('appid') ?? '')
  if (!isWithin(world, app, 'oauthPerMinute', 'minute')) throw new WechatError(45009)
  return app
}

export interface ReadGrant {
  readonly app: WechatApp
  readonly person: Person
  readonly grant: Grant
}

/** By `access_token` and `openid`; throws 41001, 40014, 42001, 41009, 40003. */
export function readGrant(world: World, grants: Grants, call: Call): ReadGrant {
  const grant = grants.ofAccess(parameter(call, 'access_token', 41001))
  const app = callingApp(world, grant.appid)
  const person = personOf(world, grant)
  if (parameter(call, 'openid', 41009) !== openidOf(person, app)) throw new WechatError(40003)
  if (!isWithin(world, app, 'oauthPerMinute', 'minute')) throw new WechatError(45009)
  return { app, person, grant }
}

/** Nobody is ever removed: who has allowed something is there. */
function personOf(world: World, { personId }: Grant): Person {
  const person = world.person(personId)
  if (!person) throw new WechatError(40003)
  return person
}
