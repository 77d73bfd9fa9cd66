/**
 * `/connect/oauth2/authorize`: opened inside WeChat's browser, it knows who is reading. `snsapi_base` goes back at once
 * with a code that tells the openid; `snsapi_userinfo` asks the person first.
 */
import type { Answer, Call, Routes } from '../../http/call.ts'
import { isApproved } from '../../http/callback.ts'
import { page, sentencePage } from '../../http/pages.ts'
import type { WechatApp } from '../apps.ts'
import type { Person } from '../people.ts'
import type { World } from '../world.ts'
import type { WebRequest, WebRequests } from './web-requests.ts'

export function webRoutes(world: World, requests: WebRequests): Routes {
  return {
    '/open/connect/oauth2/authorize': call => {
      if (requests.find(call.query.get('request') ?? '')) return page('phone', {})
      return ask(world, requests, call)
    },
  }
}

function ask(world: World, requests: WebRequests, call: Call): Answer {
  if (!isInsideWechat(call)) return sentencePage('请在微信客户端打开链接')
  const { query } = call
  const app = world.app(query.get('appid') ?? '')
  const scope = query.get('scope')
  const redirectUri = query.get('redirect_uri') ?? ''
  const state = query.get('state') ?? ''
  if (app?.kind !== 'account') return sentencePage('appid参数错误，错误码:10012')
  if (query.get('response_type') !== 'code') return sentencePage('response_type参数错误')
  if (!isWebScope(scope)) return sentencePage('scope参数错误或没有scope权限，错误码:10005')
  if (!isApproved(app.callbackDomain, redirectUri))
    return sentencePage('redirect_uri域名与后台配置不一致，错误码:10003')
  if (!/^[A-Za-z0-9]{0,128}$/.test(state)) return sentencePage('state参数错误，错误码:10013')
  return send(world, requests, app, { redirectUri, scope, state }, call)
}

type Wish = Pick<WebRequest, 'redirectUri' | 'scope' | 'state'>

function send(world: World, requests: WebRequests, app: WechatApp, wish: Wish, call: Call): Answer {
  const { id } = requests.open(app, wish)
  if (wish.scope === 'snsapi_userinfo') return redirect(`/open/connect/oauth2/authorize?request=${id}`)
  const person = holderOf(world, call)
  return person ? redirect(requests.allow(id, person)) : sentencePage('请先登录微信')
}

function redirect(location: string): Answer {
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: '' }
}

function isWebScope(scope: string | null): scope is WebRequest['scope'] {
  return scope === 'snsapi_base' || scope === 'snsapi_userinfo'
}

/** By the browser's name, or because this browser is where the simulated phone's page was used. */
function isInsideWechat({ headers }: Call): boolean {
  return /MicroMessenger\//.test(headers['user-agent'] ?? '') || holderCookie(headers.cookie) !== undefined
}

/** Who holds the phone: whoever was chosen on its page, else the first person there is. */
function holderOf(world: World, { headers }: Call): Person | undefined {
  return world.person(holderCookie(headers.cookie) ?? '') ?? world.people()[0]
}

function holderCookie(cookie = ''): string | undefined {
  const found = /(?:^|; )simulated_phone=([^;]*)/.exec(cookie)?.[1]
  return found === undefined ? undefined : decodeURIComponent(found)
}
