/**
 * The website login as `open.weixin.qq.com` and `lp.open.weixin.qq.com` show it: a page with a code, the picture of the
 * code, and the page's own long poll, which answers with a line of JavaScript.
 */
import { type Answer, type Call, nothingHere, type Routes, text } from '../../http/call.ts'
import { isApproved } from '../../http/callback.ts'
import { page, sentencePage } from '../../http/pages.ts'
import { qrPicture } from '../../play/qr-picture.ts'
import type { WechatApp } from '../apps.ts'
import type { World } from '../world.ts'
import type { QrSession } from './qr-session.ts'
import type { WebsiteLogin } from './website-login.ts'

export function websiteRoutes(world: World, login: WebsiteLogin): Routes {
  return {
    '/open/connect/qrconnect': call => openPage(world, login, call),
    '/open/connect/qrcode/:uuid': (_, { uuid = '' }) => {
      if (!login.openCodes().some(session => session.uuid === uuid)) return nothingHere
      const body = qrPicture(`${world.url()}/open/connect/confirm?uuid=${uuid}`)
      return { status: 200, headers: { 'content-type': 'image/jpeg', 'cache-control': 'no-store' }, body }
    },
    '/lp/connect/l/qrconnect': async ({ query, hangup }) => {
      const { errcode, code } = await login.poll(query.get('uuid') ?? '', query.get('last') ?? '', hangup)
      return text(`window.wx_errcode=${errcode};window.wx_code='${code}';`, { type: 'text/javascript' })
    },
  }
}

function openPage(world: World, login: WebsiteLogin, { query }: Call): Answer {
  const app = world.app(query.get('appid') ?? '')
  const redirectUri = query.get('redirect_uri') ?? ''
  const fits =
    app?.kind === 'website' &&
    query.get('scope') === 'snsapi_login' &&
    query.get('response_type') === 'code' &&
    isApproved(app.callbackDomain, redirectUri)
  if (!fits) return sentencePage('该链接无法访问')
  const session = login.open(app, redirectUri, query.get('state') ?? '')
  if (query.get('f') === 'xml') {
    return text(`<error><uuid><![CDATA[${session.uuid}]]></uuid></error>`, { type: 'text/xml' })
  }
  return showCode(world, app, session, query)
}

function showCode(world: World, app: WechatApp, session: QrSession, query: URLSearchParams): Answer {
  const { denial, callback } = world.conduct
  const values = {
    uuid: session.uuid,
    appName: app.name,
    redirectUri: session.redirectUri,
    state: session.state,
    selfRedirect: query.get('self_redirect') === 'true' ? 'true' : 'false',
    denial,
    callback,
  }
  const calls = callback === 'twice' ? new URL(session.redirectUri).origin : ''
  return page('qrconnect', values, { ancestors: 'anyone', calls })
}
