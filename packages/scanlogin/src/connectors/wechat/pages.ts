/** The addresses of WeChat's own pages, with parameters in the documented order and the fragment that it wants. */
import type { FrameAttributes } from '../connector.ts'
import type { Page, Visit } from '../provider.ts'

export interface WechatFrameStyle {
  /** `white` text is for a dark background. Default `black`. */
  readonly text?: 'black' | 'white'
  /** An https address or a `data:text/css;base64,…` of a style sheet for WeChat's page. Default none. */
  readonly styles?: string
}

export function websitePage(host: string, appId: string, visit: Visit, style: WechatFrameStyle = {}): Page {
  const { state, redirectUri, shown, language } = visit
  const query = new URLSearchParams({
    appid: appId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'snsapi_login',
    state,
  })
  if (language === 'en') query.set('lang', 'en')
  const address = `${host}/connect/qrconnect?`
  if (shown === 'window') return { address: `${address}${query}#wechat_redirect` }
  // What WeChat's own script writes. It is not loaded: a frame needs nothing of it, and nobody's script runs here.
  query.set('login_type', 'jssdk')
  query.set('self_redirect', 'false')
  query.set('style', style.text ?? 'black')
  if (style.styles !== undefined) query.set('href', style.styles)
  return { address: `${address}${query}#wechat_redirect` }
}

export function insidePage(host: string, appId: string, { state, redirectUri, ask }: Visit): Page {
  const query = new URLSearchParams({
    appid: appId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: ask === 'id' ? 'snsapi_base' : 'snsapi_userinfo',
    state,
  })
  return { address: `${host}/connect/oauth2/authorize?${query}#wechat_redirect` }
}

/** The page leaves its frame by itself once the person has confirmed, and looks for WeChat on the same computer. */
export function frameOf(host: string): FrameAttributes {
  return {
    origin: new URL(host).origin,
    sandbox: 'allow-scripts allow-same-origin allow-top-navigation',
    allow: 'local-network-access',
    width: 300,
    height: 400,
  }
}
