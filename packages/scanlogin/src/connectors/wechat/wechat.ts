/**
 * WeChat: a website's login by QR code (`snsapi_login`, 网站应用), and pages inside WeChat that ask who is reading them
 * (网页授权, with an official account's app id). One person has another openid in each of the two, and the same unionid
 * where both apps are bound to one Open Platform account.
 */

import { requiredText, textOf } from '../calls/answer.ts'
import { type CallerOptions, createCaller } from '../calls/caller.ts'
import type { Identity, Way } from '../connector.ts'
import type { Provider, ReturnedVisit } from '../provider.ts'
import { ConnectorError } from '../refusal.ts'
import { createWechatApi, type WechatApi } from './api.ts'
import { frameOf, insidePage, type WechatFrameStyle, websitePage } from './pages.ts'

export interface WechatApp {
  readonly appId: string
  readonly appSecret: string
}

export interface WechatHosts {
  /** Where people are sent. Default `https://open.weixin.qq.com`. */
  readonly open?: string
  /** Where the app calls. Default `https://api.weixin.qq.com`; regional hosts answer too. */
  readonly api?: string
}

export interface WechatOptions extends CallerOptions {
  /** Of the Open Platform (开放平台): signs browsers in. */
  website?: WechatApp
  /** An official account (服务号): signs in whoever opens a page inside WeChat. */
  account?: WechatApp
  hosts?: WechatHosts
  /** How the page looks in a frame. Default: dark text, for a light background. */
  frame?: WechatFrameStyle
}

/** Throws `TypeError` for options that cannot be. */
export function wechat(options: WechatOptions): Provider {
  const apps = appsOf(options)
  const { open = 'https://open.weixin.qq.com', api: apiHost = 'https://api.weixin.qq.com' } = options.hosts ?? {}
  const api = createWechatApi(createCaller('wechat', options), { host: apiHost, clock: options.clock })
  return {
    name: 'wechat',
    ways: [...apps.keys()],
    ...(apps.has('website') && { frame: frameOf(open) }),

    page(visit) {
      const { appId } = appOf(apps, visit.way)
      return visit.way === 'inside' ? insidePage(open, appId, visit) : websitePage(open, appId, visit, options.frame)
    },

    read(query) {
      const [code, ...more] = query.getAll('code')
      if (more.length > 0) return 'missing'
      // There is no `error`: a callback without a code is how an older WeChat tells that the person said no.
      return code === undefined ? 'refused' : { code }
    },

    identify: (code, visit) => identify(api, appOf(apps, visit.way), code, visit),
  }
}

function appsOf({ website, account }: WechatOptions): ReadonlyMap<Way, WechatApp> {
  const apps = new Map<Way, WechatApp>()
  if (website) apps.set('website', website)
  if (account) apps.set('inside', account)
  if (apps.size === 0) throw new TypeError('website or account must be given')
  for (const { appId, appSecret } of apps.values()) {
    if (!/^wx[\da-z]{16}$/i.test(appId)) throw new TypeError('appId must be wx and 16 letters and digits')
    if (appSecret === '') throw new TypeError('appSecret must be given')
  }
  return apps
}

function appOf(apps: ReadonlyMap<Way, WechatApp>, way: Way): WechatApp {
  const app = apps.get(way)
  if (!app) throw new ConnectorError('misconfigured', { detail: `no app for ${way}` })
  return app
}

async function identify(
  api: WechatApi,
  { appId, appSecret }: WechatApp,
  code: string,
  { ask }: ReturnedVisit,
): Promise<Identity> {
  const granted = await api.get('/sns/oauth2/access_token', {
    appid: appId,
    secret: appSecret,
    code,
    grant_type: 'authorization_code',
  })
  // A page that WeChat shows as a preview: the openid is nobody's, and the same for different people.
  if (granted.is_snapshotuser === 1) throw new ConnectorError('anonymous_person', { detail: 'a snapshot user' })
  const subject = requiredText(granted, 'openid')
  const seen = identityOf(appId, subject, granted)
  if (ask === 'id') return seen
  const accessToken = requiredText(granted, 'access_token')
  const told = await api.get('/sns/userinfo', { access_token: accessToken, openid: subject, lang: 'zh_CN' })
  return agreed(seen, { ...identityOf(appId, requiredText(told, 'openid'), told), ...shown(told) })
}

function identityOf(appId: string, subject: string, answer: Readonly<Record<string, unknown>>): Identity {
  const unionId = textOf(answer, 'unionid')
  return { provider: 'wechat', appId, subject, ...(unionId !== undefined && { unionId }) }
}

function shown(answer: Readonly<Record<string, unknown>>): Pick<Identity, 'name' | 'avatar'> {
  const name = textOf(answer, 'nickname')
  const avatar = textOf(answer, 'headimgurl')
  return { ...(name !== undefined && { name }), ...(avatar !== undefined && { avatar }) }
}

/** Two answers about one person have to name the same one. */
function agreed(seen: Identity, told: Identity): Identity {
  const unionId = told.unionId ?? seen.unionId
  if (seen.subject !== told.subject || (seen.unionId ?? unionId) !== unionId) {
    throw new ConnectorError('provider_unintelligible', { detail: 'two answers about different people' })
  }
  return { ...told, ...(unionId !== undefined && { unionId }) }
}
