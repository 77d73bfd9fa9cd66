/** QQ's server calls. Each says the same in JSON where `fmt=json` is asked for, and otherwise in a form of its own. */
import { createVouchers, type Grant, type Vouchers } from '../code-flow/vouchers.ts'
import type { FlowPerson, FlowWorld } from '../code-flow/world.ts'
import { type Answer, type Call, type Endpoint, json, type Routes, text } from '../http/call.ts'
import { stableId } from '../play/identifiers.ts'
import type { QqApp } from './service.ts'

/** What a code stands for. */
export interface QqCode extends Grant {
  readonly redirectUri: string
}

/** Seconds. */
const tokenTtl = 7_776_000

class QqError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export function qqApi(world: FlowWorld<QqApp>, codes: Vouchers<QqCode>): Routes {
  const { clock, identifiers } = world
  const tokens = createVouchers<Grant>(clock, () => identifiers.nextHex(32).toUpperCase())

  function giveToken({ query }: Call): Record<string, string> {
    const app = checkedApp(world, query)
    if (query.get('grant_type') !== 'authorization_code') throw new QqError(100004, 'param grant_type is wrong or lost')
    const used = codes.use(query.get('code') ?? '')
    if (used.state === 'used') throw new QqError(100020, 'code is reused error')
    if (used.state !== 'good' || used.value.appId !== app.id) throw new QqError(100019, 'code to access token error')
    if (query.get('redirect_uri') !== used.value.redirectUri) throw new QqError(100010, 'redirect uri is illegal')
    const { appId, personId, scope } = used.value
    const access_token = tokens.issue({ appId, personId, scope }, tokenTtl)
    return { access_token, expires_in: String(tokenTtl), refresh_token: identifiers.nextHex(32).toUpperCase() }
  }

  function tellIds({ query }: Call): Record<string, string> {
    const grant = grantOf(tokens, query)
    const ids = { client_id: grant.appId, openid: openidOf(grant) }
    if (query.get('unionid') !== '1') return ids
    const platform = world.app(grant.appId)?.platform ?? ''
    if (platform === '') throw new QqError(100048, 'no company id for unionid')
    return { ...ids, unionid: `UID_${stableId(['qq union', grant.personId, platform], 32)}` }
  }

  function tellUser({ query }: Call): Answer {
    try {
      const grant = grantOf(tokens, query)
      if (query.get('oauth_consumer_key') !== grant.appId) throw new QqError(100008, 'client id is illegal')
      if (query.get('openid') !== openidOf(grant)) throw new QqError(100016, 'access token check failed')
      if (!grant.scope.split(',').includes('get_user_info')) throw new QqError(100030, 'user has not granted this api')
      return text(JSON.stringify(describe(world.person(grant.personId))), { type: 'text/html; charset=utf-8' })
    } catch (error) {
      if (error instanceof QqError) return json({ ret: error.code, msg: error.message })
      throw error
    }
  }

  return {
    '/graph/oauth2.0/token': endpoint(giveToken, told => text(new URLSearchParams(told).toString())),
    '/graph/oauth2.0/me': endpoint(tellIds, asCallback),
    '/graph/user/get_user_info': tellUser,
  }
}

function endpoint(
  tell: (call: Call) => Record<string, string>,
  spell: (told: Record<string, string>) => Answer,
): Endpoint {
  return call => {
    const isJson = call.query.get('fmt') === 'json'
    try {
      const told = tell(call)
      return isJson ? json(told) : spell(told)
    } catch (error) {
      if (!(error instanceof QqError)) throw error
      const refused = { error: error.code, error_description: error.message }
      return isJson ? json(refused) : asCallback(refused)
    }
  }
}

function asCallback(told: object): Answer {
  return text(`callback( ${JSON.stringify(told)} );\n`, { type: 'text/html' })
}

function checkedApp(world: FlowWorld<QqApp>, query: URLSearchParams): QqApp {
  const app = world.app(query.get('client_id') ?? '')
  if (!app) throw new QqError(100008, 'client id is illegal')
  if (query.get('client_secret') !== app.secret) throw new QqError(100009, 'client secret is illegal')
  return app
}

function grantOf(tokens: Vouchers<Grant>, query: URLSearchParams): Grant {
  const token = query.get('access_token') ?? ''
  if (token === '') throw new QqError(100013, 'access token is illegal')
  const { state, ...looked } = tokens.look(token)
  if (state === 'expired') throw new QqError(100014, 'access token is expired')
  if (state !== 'good' || !('value' in looked)) throw new QqError(100016, 'access token check failed')
  return looked.value
}

function openidOf({ personId, appId }: Grant): string {
  return stableId(['qq open', personId, appId], 32)
}

function describe(person: FlowPerson | undefined): object {
  if (!person) throw new QqError(100030, 'user has not granted this api')
  const { name, avatar } = person
  return {
    ret: 0,
    msg: '',
    is_lost: 0,
    nickname: name,
    gender: '',
    figureurl_qq_1: avatar,
    figureurl_qq_2: avatar,
  }
}
