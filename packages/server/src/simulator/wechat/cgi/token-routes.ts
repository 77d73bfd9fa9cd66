/** `/cgi-bin/token`, `/cgi-bin/stable_token` and `/cgi-bin/clear_quota`. */
import { isIP } from 'node:net'
import type { Answer, Call, Routes } from '../../http/call.ts'
import { apiEndpoint, callingApp, checkKind, checkSecret, readJson } from '../api.ts'
import type { WechatApp } from '../apps.ts'
import { succeed, WechatError } from '../errors.ts'
import { isWithin, type World } from '../world.ts'
import type { IssuedToken, ServerTokens } from './server-tokens.ts'

export function tokenRoutes(world: World, tokens: ServerTokens): Routes {
  return {
    '/api/cgi-bin/token': apiEndpoint(world, {
      group: 'cgi',
      method: 'GET',
      answer: call => giveToken(world, tokens, call),
    }),
    '/api/cgi-bin/stable_token': apiEndpoint(world, {
      group: 'cgi',
      method: 'POST',
      answer: call => giveStableToken(world, tokens, call),
    }),
    '/api/cgi-bin/clear_quota': apiEndpoint(world, {
      group: 'cgi',
      method: 'POST',
      answer: call => clearQuota(world, tokens, call),
    }),
  }
}

function giveToken(world: World, tokens: ServerTokens, call: Call): Answer {
  const given = (name: string) => call.query.get(name) ?? ''
  const app = askingApp(world, call, { grant: given('grant_type'), appid: given('appid'), secret: given('secret') })
  if (!isWithin(world, app, 'token', 'day')) throw new WechatError(45009)
  return tell(world, tokens.issue(app))
}

function giveStableToken(world: World, tokens: ServerTokens, call: Call): Answer {
  const body = readJson(call)
  const given = (name: string) => (typeof body[name] === 'string' ? body[name] : '')
  const app = askingApp(world, call, { grant: given('grant_type'), appid: given('appid'), secret: given('secret') })
  const { force_refresh: force = false } = body
  if (typeof force !== 'boolean') throw new WechatError(47001)
  if (!isWithin(world, app, 'stableTokenPerMinute', 'minute')) throw new WechatError(45011)
  if (!isWithin(world, app, 'stableToken', 'day')) throw new WechatError(45009)
  if (!force || !tokens.mayForce(app)) return tell(world, tokens.stable(app))
  if (!isWithin(world, app, 'forcedRefresh', 'day')) throw new WechatError(45009)
  return tell(world, tokens.forceStable(app))
}

function clearQuota(world: World, tokens: ServerTokens, call: Call): Answer {
  const app = serverApp(world, tokens, call)
  if (readJson(call).appid !== app.appid) throw new WechatError(40013)
  if (!isWithin(world, app, 'clearQuota', 'month')) throw new WechatError(48006)
  const used = world.spending.spent(`${app.appid} clearQuota`, 'month')
  world.spending.clear(`${app.appid} `)
  // How often it was cleared is the one count that clearing keeps.
  for (let count = 0; count < used; count++) isWithin(world, app, 'clearQuota', 'month')
  return succeed('cgi', { errcode: 0, errmsg: 'ok' })
}

/** The app whose server token a call carries. Throws 41001, 40001, 42001. */
export function serverApp(world: World, tokens: ServerTokens, call: Call): WechatApp {
  const token = call.query.get('access_token') ?? ''
  if (token === '') throw new WechatError(41001)
  return callingApp(world, tokens.ownerOf(token))
}

interface Asking {
  readonly grant: string
  readonly appid: string
  readonly secret: string
}

/** Website apps have no server token: they need none for anything. */
function askingApp(world: World, { address }: Call, { grant, appid, secret }: Asking): WechatApp {
  if (grant !== 'client_credential') throw new WechatError(40002)
  const app = callingApp(world, appid)
  checkSecret(app, secret)
  checkKind(app, 'account', 'mini')
  if (app.kind === 'account' && app.ipWhitelist !== null && !app.ipWhitelist.includes(address)) {
    throw new WechatError(
      40164,
      `invalid ip ${address}${isIP(address) === 4 ? ` ipv6 ::ffff:${address}` : ''}, not in whitelist`,
    )
  }
  return app
}

function tell(world: World, { token, expiresAt }: IssuedToken): Answer {
  const left = Math.ceil((expiresAt - world.clock.now()) / 1000)
  return succeed('cgi', { access_token: token, expires_in: left })
}
