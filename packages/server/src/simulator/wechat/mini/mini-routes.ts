/** The mini program's calls: code images, links, and the exchange of a `wx.login()` code. */
import type { Answer, Call, Routes } from '../../http/call.ts'
import { qrPicture } from '../../play/qr-picture.ts'
import { apiEndpoint, callingApp, checkKind, checkSecret, parameter, readJson } from '../api.ts'
import type { WechatApp } from '../apps.ts'
import type { ServerTokens } from '../cgi/server-tokens.ts'
import { serverApp } from '../cgi/token-routes.ts'
import { succeed, WechatError } from '../errors.ts'
import { openidOf, unionidOf } from '../people.ts'
import { isWithin, type World } from '../world.ts'
import { readCodeWish, readLinkWish } from './code-wish.ts'
import type { MiniEntry, MiniPrograms } from './mini-programs.ts'

export function miniRoutes(world: World, tokens: ServerTokens, programs: MiniPrograms): Routes {
  const post = (answer: (call: Call, app: WechatApp) => Answer) =>
    apiEndpoint(world, {
      group: 'wxa',
      method: 'POST',
      answer(call) {
        const app = serverApp(world, tokens, call)
        checkKind(app, 'mini')
        return answer(call, app)
      },
    })
  return {
    '/api/wxa/getwxacodeunlimit': post((call, app) => drawCode(world, programs, app, call)),
    '/api/wxa/generate_urllink': post((call, app) => makeLink(world, programs, app, call)),
    '/api/sns/jscode2session': apiEndpoint(world, {
      group: 'sns',
      method: 'GET',
      answer: call => openSession(world, programs, call),
    }),
  }
}

/** Where a code or a link leads. */
export function entryAddress(world: World, { id }: MiniEntry): string {
  return `${world.url()}/m/${id}`
}

/** An image where it succeeds, JSON where it does not, with status 200 either way. */
function drawCode(world: World, programs: MiniPrograms, app: WechatApp, call: Call): Answer {
  const wish = readCodeWish(app, readJson(call))
  if (!isWithin(world, app, 'miniCodesPerMinute', 'minute')) throw new WechatError(45009)
  const picture = qrPicture(entryAddress(world, programs.enter(wish)))
  return { status: 200, headers: { 'content-type': 'image/jpeg' }, body: picture }
}

function makeLink(world: World, programs: MiniPrograms, app: WechatApp, call: Call): Answer {
  const wish = readLinkWish(app, readJson(call), world.clock.now())
  if (!isWithin(world, app, 'urlLinks', 'day')) throw new WechatError(45009)
  return succeed('wxa', { errcode: 0, errmsg: 'ok', url_link: entryAddress(world, programs.enter(wish)) })
}

function openSession(world: World, programs: MiniPrograms, call: Call): Answer {
  const app = callingApp(world, call.query.get('appid') ?? '')
  checkSecret(app, call.query.get('secret') ?? '')
  if (call.query.get('grant_type') !== 'authorization_code') throw new WechatError(40002)
  const person = programs.exchange(parameter(call, 'js_code', 41008), app)
  const unionid = unionidOf(person, app)
  return succeed('sns', {
    session_key: `${world.identifiers.next(22)}==`,
    openid: openidOf(person, app),
    ...(unionid !== undefined && { unionid }),
  })
}
