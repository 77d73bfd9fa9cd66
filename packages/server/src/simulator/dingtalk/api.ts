/** DingTalk's server calls: camelCase, and real HTTP statuses for what is refused. */
import { type Fields, readJson } from '../code-flow/request-body.ts'
import { createVouchers, type Grant, type Vouchers } from '../code-flow/vouchers.ts'
import type { FlowPerson, FlowWorld } from '../code-flow/world.ts'
import { type Call, type Endpoint, json, type Routes } from '../http/call.ts'
import { stableId } from '../play/identifiers.ts'
import type { DingtalkApp } from './service.ts'

/** Seconds. */
const tokenTtl = 7200
const refreshTtl = 2_592_000

class DingtalkError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export function dingtalkApi(world: FlowWorld<DingtalkApp>, codes: Vouchers<Grant>): Routes {
  const { clock, identifiers } = world
  const tokens = createVouchers<Grant>(clock, () => identifiers.next(32))
  const refreshes = createVouchers<Grant>(clock, () => identifiers.next(32))

  function giveToken(call: Call): object {
    if (call.method !== 'POST') throw new DingtalkError(405, 'MethodNotAllowed', 'POST is required')
    const fields = readJson(call)
    if (!fields) throw new DingtalkError(400, 'InvalidParameter.body', 'the body is no JSON object')
    const app = checkedApp(world, fields)
    const grant = spent(fields, codes, refreshes)
    if (grant.appId !== app.id) throw badCode
    return {
      expireIn: tokenTtl,
      accessToken: tokens.issue(grant, tokenTtl),
      refreshToken: refreshes.issue(grant, refreshTtl),
      ...(grant.scope.includes('corpid') && { corpId: corpIdOf(personOf(world, grant)) }),
    }
  }

  function tellUser({ headers }: Call): object {
    const looked = tokens.look(headers['x-acs-dingtalk-access-token'] ?? '')
    if (looked.state !== 'good') throw new DingtalkError(400, 'InvalidAuthentication', '不合法的access_token')
    if (world.app(looked.value.appId)?.contact !== 'permitted') {
      throw new DingtalkError(403, 'Forbidden.AccessDenied.AccessTokenPermissionDenied', '没有调用该接口的权限')
    }
    const person = personOf(world, looked.value)
    return {
      nick: person.name,
      unionId: stableId(['dingtalk union', person.id], 22),
      openId: stableId(['dingtalk open', person.id, looked.value.appId], 22),
      ...(person.avatar !== '' && { avatarUrl: person.avatar }),
      visitor: false,
    }
  }

  return {
    '/api/v1.0/oauth2/userAccessToken': endpoint(world, giveToken),
    '/api/v1.0/contact/users/me': endpoint(world, tellUser),
  }
}

/** Of another company than anybody's where somebody has none. */
export function corpIdOf({ id, company }: FlowPerson): string {
  return `ding${stableId(['dingtalk company', company || id], 32)}`
}

const badCode = new DingtalkError(400, 'invalidParameter.authCode.notFound', '不合法的临时授权码')

function endpoint({ identifiers }: FlowWorld<DingtalkApp>, tell: (call: Call) => object): Endpoint {
  return call => {
    try {
      return json(tell(call))
    } catch (error) {
      if (!(error instanceof DingtalkError)) throw error
      const { status, code, message } = error
      return json({ code, message, requestid: identifiers.next(36).toUpperCase() }, { status })
    }
  }
}

function checkedApp(world: FlowWorld<DingtalkApp>, { clientId = '', clientSecret }: Fields): DingtalkApp {
  const app = world.app(clientId)
  if (!app) throw new DingtalkError(400, 'invalidClientId', '无效的clientId')
  if (clientSecret !== app.secret) throw new DingtalkError(400, 'invalidClientSecret', '无效的clientSecret')
  return app
}

/** What the code, or the refresh token, stood for until now. */
function spent(
  { grantType, code = '', refreshToken = '' }: Fields,
  codes: Vouchers<Grant>,
  refreshes: Vouchers<Grant>,
): Grant {
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
    throw new DingtalkError(400, 'InvalidParameter.grantType', '无效的grantType')
  }
  const used = grantType === 'refresh_token' ? refreshes.use(refreshToken) : codes.use(code)
  if (used.state !== 'good') throw badCode
  return used.value
}

function personOf(world: FlowWorld<DingtalkApp>, { personId }: Grant): FlowPerson {
  const person = world.person(personId)
  if (!person) throw badCode
  return person
}
